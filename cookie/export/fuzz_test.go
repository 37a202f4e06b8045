package export_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// checkVerdict fails unless a verdict keeps the promises of Parse, whatever
// the file was: an error says one of the known sentences, a session can be
// sent in a header.
func checkVerdict(t *testing.T, result *export.Result, err error) {
	t.Helper()
	if err != nil {
		if result != nil {
			t.Error("an export and an error")
		}
		checkMessage(t, "f", err)
		return
	}
	if !slices.Contains(export.Formats(), result.Format) {
		t.Errorf("format %q is not in the table", result.Format)
	}
	if result.Count < 1 {
		t.Errorf("accepted with %d cookies", result.Count)
	}
	psid, psidts := result.Set.PSID().Reveal(), result.Set.PSIDTS().Reveal()
	if !octets(psid) || len(psid) < 20 || len(psid) > 4096 {
		t.Error("PSID is not usable")
	}
	if psidts != "" && (!octets(psidts) || len(psidts) < 20 || len(psidts) > 4096) {
		t.Error("PSIDTS is not usable")
	}
	for _, n := range result.Set.Extra() {
		if n.Name == "" || strings.ContainsAny(n.Name, "=;, \t\r\n\"") || !octets(n.Name) || !octets(n.Value.Reveal()) {
			t.Error("an extra cookie is not usable")
		}
	}
	for _, w := range result.Warnings {
		if !strings.HasPrefix(string(w.Code), "W_") || !warnings[w.Message] {
			t.Errorf("unexpected warning %q", w)
		}
	}
}

// warnings is every remark that Parse can make.
var warnings = map[string]bool{
	"__Secure-1PSIDTS has expired and was left out. The session may still be good; if not, export again.":     true,
	"There is no __Secure-1PSIDTS. Some accounts have none; if yours has one, export it too.":                 true,
	"__Secure-1PSIDTS is there more than once with different values. The newest was taken.":                   true,
	"The columns are separated by spaces instead of tabs; they were read all the same.":                       true,
	"The text is UTF-16 without a byte order mark; it was read as such.":                                      true,
	"The quotes were written as HTML entities; they were read as quotes.":                                     true,
	"The cookies' names are in the wrong letter case; they were read as __Secure-1PSID and __Secure-1PSIDTS.": true,
	"The file asks for another than the first Google account of its browser (/u/1, authuser); the first one is used. " +
		"For the other, export from a browser profile or a private window that is signed in to it alone.": true,
	"If Firefox was running, its newest values may still be in cookies.sqlite-wal: close Firefox first, then copy the file.": true,
}

// octets reports whether text has nothing but cookie-octets (RFC 6265).
func octets(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r <= 0x20 || r >= 0x7f || strings.ContainsRune(`",;\\`, r)
	})
}

// seeds gives every sample of moderate size to a fuzz test.
func seeds(f *testing.F, wanted func(format string) bool) {
	f.Helper()
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(f, folder)
		for _, want := range files {
			data := sample(f, folder, want.File)
			result, err := export.Parse(want.File, data, today)
			var format string
			if err == nil {
				format = result.Format
			}
			if len(data) < 32<<10 && (wanted == nil || wanted(format)) {
				f.Add(data)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	seeds(f, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := export.Parse("f", data, today)
		checkVerdict(t, result, err)
		var rejection *cookie.Rejection
		if err != nil && !errors.As(err, &rejection) {
			t.Errorf("error is a %T", err)
		}
		again, errAgain := export.Parse("f", data, today)
		if (err == nil) != (errAgain == nil) || err == nil && again.Set.Key() != result.Set.Key() {
			t.Error("another verdict the second time")
		}
	})
}

// fuzzFormat fuzzes one parser behind the sniffing, so that mutations do not
// fall to another one.
func fuzzFormat(f *testing.F, name string) {
	seeds(f, func(format string) bool { return format == name })
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := export.ParseAs(name, string(data), today)
		checkVerdict(t, result, err)
	})
}

func FuzzFirefox(f *testing.F)    { fuzzFormat(f, "Firefox cookies.sqlite") }
func FuzzHAR(f *testing.F)        { fuzzFormat(f, "HAR") }
func FuzzJSON(f *testing.F)       { fuzzFormat(f, "JSON map") }
func FuzzJSONLines(f *testing.F)  { fuzzFormat(f, "JSON lines") }
func FuzzCSV(f *testing.F)        { fuzzFormat(f, "CSV table") }
func FuzzCurl(f *testing.F)       { fuzzFormat(f, "Copy as cURL") }
func FuzzPowerShell(f *testing.F) { fuzzFormat(f, "Copy as PowerShell") }
func FuzzFetch(f *testing.F)      { fuzzFormat(f, "Copy as fetch") }
func FuzzPython(f *testing.F)     { fuzzFormat(f, "Python requests") }
func FuzzNetscape(f *testing.F)   { fuzzFormat(f, "Netscape cookies.txt") }
func FuzzLWP(f *testing.F)        { fuzzFormat(f, "LWP cookies") }
func FuzzDevTools(f *testing.F)   { fuzzFormat(f, "DevTools cookie table") }
func FuzzYAML(f *testing.F)       { fuzzFormat(f, "YAML settings") }
func FuzzHeader(f *testing.F)     { fuzzFormat(f, "Cookie header") }
func FuzzSettings(f *testing.F)   { fuzzFormat(f, ".env settings") }
