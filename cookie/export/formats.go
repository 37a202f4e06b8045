package export

import (
	"slices"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/sqlite"
)

// MaxFile is the largest file Parse looks into, in bytes. Callers should read
// no more than one byte over it.
const MaxFile = 8 << 20

// format is one way cookies are written down. A new format is one file with
// such a pair of functions and one line in formats.
type format struct {
	// name is shown to people.
	name string
	// looks reports whether the text is of this format, by its content. It is
	// given the beginning of the text only and must be quick.
	looks func(head string) bool
	// parse turns the text into entries, all of them, whatever their site. Choosing
	// among them is left to pick, alike for every format.
	parse func(text string, found *list) *cookie.Rejection
}

// formats are tried from top to bottom and the first that fits is the one, so
// the particular stand above the general.
var formats = []format{
	{"Firefox cookies.sqlite", sqlite.IsDatabase[string], parseFirefox},
	{"HAR", looksHAR, parseHAR},
	{"JSON lines", looksJSONLines, parseJSONLines},
	{"JSON cookie list", looksCookieList, parseJSON},
	{"Playwright storageState", looksStorageState, parseJSON},
	{"JSON map", looksJSONMap, parseJSON},
	{"Copy as cURL", looksCurl, parseCurl},
	{"Copy as PowerShell", looksPowerShell, parsePowerShell},
	{"Copy as fetch", looksFetch, parseFetch},
	{"Python requests", looksPython, parsePython},
	{"Netscape cookies.txt", looksNetscape, parseNetscape},
	{"LWP cookies", looksLWP, parseLWP},
	{"DevTools cookie table", looksDevTools, parseDevTools},
	{"CSV table", looksCSV, parseCSV},
	{"YAML settings", looksYAML, parseYAML},
	{"INI settings", looksINI, parseSettings},
	{"Cookie header", looksHeader, parseHeader},
	{".env settings", looksEnv, parseSettings},
	{"name: value lines", looksLines, parseSettings},
}

// Formats returns the names of the formats that Parse knows.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Result is the content of a file that [Parse] accepted.
type Result struct {
	// Set is the session, with every value checked.
	Set cookie.Set
	// Format is the name of the file's format, one of Formats.
	Format string
	// Count is how many cookies the file holds, those of other sites included.
	Count int
	// PSIDExpires and PSIDTSExpires are the expiries written in the file, zero
	// when there are none. They are nominal: a session usually ends long before.
	PSIDExpires, PSIDTSExpires time.Time
	// Warnings are remarks for a person; the file is usable all the same.
	Warnings []cookie.Warning
}

// Parse reads a session from an export in any of the formats. The format is recognised
// by the content; name is the file's name and only used in texts. now decides which
// cookies have expired.
//
// The error is always a *Rejection. Neither it nor the warnings hold a value.
// Parse does no I/O, keeps no reference to data, and is bounded in time and
// memory whatever data holds.
func Parse(name string, data []byte, now time.Time) (*Result, error) {
	if len(data) > MaxFile {
		return nil, RejectTooBig(name)
	}
	var found list
	export, rejection := parse(data, &found, now)
	if rejection == nil {
		return export, nil
	}
	return nil, found.explain(rejection).InFile(name)
}

// explain adds the known formats to a rejection of a text of no format.
func (l *list) explain(rejection *cookie.Rejection) *cookie.Rejection {
	if l.nameFormats {
		rejection.Message += " Expected one of: " + strings.Join(Formats(), ", ") + "."
	}
	return rejection
}

func parse(data []byte, found *list, now time.Time) (*Result, *cookie.Rejection) {
	text, rejection := decode(data, found)
	if rejection != nil {
		return nil, rejection
	}
	f, ok := sniff(text)
	if !ok {
		return nil, unknownFormat(text, found)
	}
	if rejection := f.parse(text, found); rejection != nil {
		return nil, rejection
	}
	if found.full {
		return nil, cookie.Reject(cookie.CodeTooBig, "holds more than %d cookies. Export the cookies of google.com only.", maxEntries)
	}
	warnAboutUser(text, found)
	export, rejection := pick(found, now)
	if rejection != nil && rejection.Code == cookie.CodeBadValue && endsInValue(text, found.entries) {
		rejection = cookie.Reject(cookie.CodeTruncated, "ends in the middle of a value. If it is still uploading, wait; otherwise copy it again.")
	}
	if rejection != nil {
		if found.hint != "" {
			rejection.Message += " " + found.hint
		}
		return nil, rejection
	}
	export.Format = f.name
	return export, nil
}

// endsInValue reports whether a text breaks off in a value of the session: it ends
// with one that is too short, and no end of line behind it.
func endsInValue(text string, entries []entry) bool {
	return slices.ContainsFunc(entries, func(e entry) bool {
		return (e.name == cookie.NamePSID || e.name == cookie.NamePSIDTS) && e.value != "" &&
			strings.HasSuffix(text, e.value) && valueFlaw(e.value) != ""
	})
}

// sniffed is how much of a text the looks functions see.
const sniffed = 64 << 10

func sniff(text string) (format, bool) {
	head := text[:min(len(text), sniffed)]
	for _, f := range formats {
		if f.looks(head) {
			return f, true
		}
	}
	return format{}, false
}
