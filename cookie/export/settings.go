package export

import (
	"iter"
	"strconv"
	"strings"

	"github.com/geminid/geminid/cookie"
)

// setting is one line of a settings file, in any of the ways people write a
// name with its value.
type setting struct {
	key, value string
	separator  byte // '=' or ':'
	open       bool // a quote was opened and not closed
}

// splitSetting reads a line. It knows the prefixes of shells and lists, quoted
// names and values, and trailing comments, commas and semicolons.
func splitSetting(line string) (setting, bool) {
	line = strings.TrimSpace(line)
	for _, prefix := range []string{"- ", "export ", "set ", "$env:", "ENV ", "env:"} {
		line = strings.TrimSpace(strings.TrimPrefix(line, prefix))
	}
	if inner := unquote(line); !strings.ContainsAny(inner, quotes) { // set "NAME=value"
		line = inner
	}
	at := strings.IndexAny(line, "=:")
	if at <= 0 || line[0] == '#' || line[0] == ';' || strings.HasPrefix(line, "//") {
		return setting{}, false
	}
	key := strings.Trim(strings.TrimSpace(line[:at]), `"'`+"`")
	s := setting{key: key, separator: line[at]}
	s.value, s.open = settingValue(strings.TrimSpace(line[at+1:]))
	return s, key != ""
}

// settingValue unwraps a value. open reports that its quote is not closed.
func settingValue(text string) (value string, open bool) {
	if text != "" && strings.IndexByte("\"'`", text[0]) >= 0 {
		inner, _, closed := strings.Cut(text[1:], text[:1])
		if !closed {
			return text, true
		}
		return inner, false
	}
	if before, _, ok := strings.Cut(text, " #"); ok {
		text = before
	}
	return strings.TrimRight(strings.TrimSpace(text), ",;"), false
}

// looksEnv recognises lines of KEY=value with a known key.
func looksEnv(head string) bool { return hasSetting(head, '=') }

// looksLines recognises lines of "name: value" with a known name.
func looksLines(head string) bool { return hasSetting(head, ':') }

func hasSetting(head string, separator byte) bool {
	for line := range statements(head) {
		if s, ok := splitSetting(line); ok && s.separator == separator && ours(s.key) {
			return true
		}
	}
	return false
}

// statements yields the settings of a text: its lines, and the parts between semicolons
// in lines whose first name is a session cookie's.
func statements(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			first, rest, parted := strings.Cut(line, ";")
			if s, ok := splitSetting(first); !parted || !ok || s.open || !isSession(s.key) {
				rest, first = "", line
			}
			if !yield(first) {
				return
			}
			for rest != "" {
				if first, rest, _ = strings.Cut(rest, ";"); !yield(first) {
					return
				}
			}
		}
	}
}

func isSession(key string) bool {
	_, _, session := sessionKey(key)
	return session
}

func ours(key string) bool { return isSession(key) || headerKey(key) }

// parseSettings reads lines of names with values. A [section] starts a store
// of its own.
func parseSettings(text string, found *list) *cookie.Rejection {
	saved, sections := "", 0
	for line := range statements(text) {
		if name, ok := sectionName(line); ok {
			sections++
			saved = name + "#" + strconv.Itoa(sections)
			continue
		}
		s, ok := splitSetting(line)
		if !ok {
			continue
		}
		if s.open && !strings.HasSuffix(line, "\n") && ours(s.key) {
			return cookie.Reject(cookie.CodeTruncated, "ends in the middle of a value. If it is still uploading, wait; otherwise copy it again.")
		}
		if strings.Contains(line, `:"`) {
			found.amend(func(e *entry) { storageAttribute(s.key, s.value, e) })
		}
		if addSetting(s.key, s.value, saved, found); found.full {
			break
		}
	}
	return nil
}

// storageAttribute reads a line that follows a cookie in text copied from Firefox's
// storage panel, such as Domain:".google.com".
func storageAttribute(key, value string, e *entry) {
	switch key {
	case "Domain":
		e.domain = value
	case "Path":
		e.path = value
	case "Expires / Max-Age":
		e.expires = parseExpiry(value)
	case "Partition Key":
		e.partitioned = e.partitioned || value != ""
	}
}
