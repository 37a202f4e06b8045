package export

import (
	"time"

	"github.com/geminid/geminid/cookie"
)

// maxEntries is more cookies than any browser keeps (Chrome 3300, Firefox
// 3000 and some); a file with more is no export.
const maxEntries = 20_000

// maxOffered bounds the work on a file that repeats its cookies; a capture of
// a page's requests does so, but not as often.
const maxOffered = 10 * maxEntries

// entry is one cookie as a file has it: unchecked, and not yet chosen.
type entry struct {
	name, value string
	// domain is empty if the format knows none; such a cookie is taken to be
	// of google.com.
	domain string
	// path is empty if the format knows none, which counts as "/".
	path string
	// store separates entries that must not be mixed: browser stores, containers, the
	// clients of a configuration file.
	store string
	// expires is zero for a session cookie and when the format does not say.
	expires time.Time
	// partitioned marks a copy that belongs to another top-level site.
	partitioned bool
	// seen is when the browser used the value, zero when unknown.
	seen time.Time
	// order is the place in the file.
	order int
}

// key is the cookie itself, without where and when it was met.
func (e entry) key() entry {
	e.seen, e.order = time.Time{}, 0
	return e
}

// list gathers the findings of a parser. Its zero value is ready.
type list struct {
	entries  []entry
	warnings []cookie.Warning
	hint     string // advice, should the file be refused in the end
	full     bool   // there are too many; a parser may stop
	// nameFormats makes the message of a refusal end with the known formats.
	nameFormats bool
	index       map[entry]int
	offered     int
}

// add notes a cookie. One that is there already counts as seen again.
func (l *list) add(e entry) {
	key := e.key()
	l.offered++
	e.order = l.offered
	if l.offered > maxOffered {
		l.full = true
		return
	}
	if i, known := l.index[key]; known {
		before := &l.entries[i]
		before.order = e.order
		if e.seen.After(before.seen) {
			before.seen = e.seen
		}
		return
	}
	if len(l.entries) == maxEntries {
		l.full = true
		return
	}
	if l.index == nil {
		l.index = make(map[entry]int)
	}
	l.index[key] = len(l.entries)
	l.entries = append(l.entries, e)
}

// amend changes the cookie that was added last.
func (l *list) amend(change func(e *entry)) {
	last := len(l.entries) - 1
	if last < 0 {
		return
	}
	e := &l.entries[last]
	delete(l.index, e.key())
	change(e)
	l.index[e.key()] = last
}

// warn notes a remark, once per code. The text follows the rules of reject.
func (l *list) warn(code cookie.Code, text string) {
	for _, w := range l.warnings {
		if w.Code == code {
			return
		}
	}
	l.warnings = append(l.warnings, cookie.Warning{Code: code, Message: text})
}
