package export_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/cookie/internal/cookietest"
)

// Slots of the messages. None of them can hold a session value, which has at
// least 20 characters without a blank.
const (
	slotName   = `(?:__Secure-1PSID(?:TS)?)`
	slotNumber = `\d{1,9}`
	slotDomain = `(?:another site|[.]?[a-z0-9-]{0,19}(?:\.[a-z0-9-]{0,19})+|[.]?[a-z0-9-]{1,19})`
	slotStore  = `"(?:firefox-)?(?:container-)?(?:default|private|\d{1,6})"`
	slotTitle  = `"[^\n]{1,90}"` // its words are checked apart
	wait       = ` If it is still uploading, wait; otherwise copy it again\.`
	known      = `(?: Expected one of: [A-Za-z0-9 .,:]+\.)`
	fromTab    = ` Open gemini\.google\.com and export from that tab\.`
	nothingNew = ` Nothing was changed; the previous cookies stay in use\.`
	wal        = `(?: If Firefox was running, its newest values may still be in cookies\.sqlite-wal: close Firefox first, then copy the file\.)?`
)

// messages is every sentence that Parse can say, behind the file's name. A
// message that fits none of its code's patterns fails the tests and the
// fuzzing, so that no byte of a file can slip into one.
var messages = map[cookie.Code][]string{
	cookie.CodeEmpty: {
		`is empty \(` + slotNumber + ` bytes\)\.` + nothingNew,
		`holds no cookies\.` + nothingNew + wal,
		`is a HAR without requests\. Reload gemini\.google\.com with DevTools > Network open, then export again\.`,
	},
	cookie.CodeTruncated: {
		`ends in the middle of (?:an entry|a value|a row|a quoted text|a fetch call|the JSON|a UTF-16 character)\.` + wait,
		`is a database that ends too early\.` + wait,
	},
	cookie.CodeTooBig: {
		`is larger than 8 MiB; a cookie export has a few KiB\. Export the cookies of google\.com only\.`,
		`holds more than ` + slotNumber + ` cookies\. Export the cookies of google\.com only\.`,
		`holds ` + slotNumber + ` cookies of google\.com; a browser keeps at most 180\. Export again\.`,
		`is a settings file of more than ` + slotNumber + ` KiB\. Keep only the part with the cookies\.`,
		`has more than ` + slotNumber + ` words\. Copy one request only\.`,
	},
	cookie.CodeBinary: {
		`is (?:a|an) [A-Za-z0-9-]+(?: [a-z]+)?, not a cookie export\. Unpack it, or export as text\.`,
		`is Safari's own cookie store, not a cookie export\. Unpack it, or export as text\.`,
		`has a NUL byte at offset ` + slotNumber + `, so it is not text\.` + known,
		`is not text\.` + known,
	},
	cookie.CodeHTML: {`is a web page(?: \(title ` + slotTitle + `\))?, not a cookie export\.`},
	cookie.CodeMalformed: {
		`is in no known format\.` + known,
		`is JSON, but has no cookies in it\.` + known,
		`is not valid JSON: line ` + slotNumber + ` column ` + slotNumber + `\. Export again, or copy the whole text\.`,
		`is not valid CSV: line ` + slotNumber + `\. Export again, or copy the whole text\.`,
		`is JSON nested deeper than ` + slotNumber + ` levels, which no export is\. Export again\.`,
		`is YAML nested deeper than ` + slotNumber + ` levels\. Keep only the part with the cookies\.`,
		`is not valid YAML(?: at line ` + slotNumber + `)?\. Check the indentation and the quotes\.`,
		`has a session cookie whose value is not text\. Export again\.`,
		`has (?:a curly quote at line ` + slotNumber + ` column ` + slotNumber + `|curly quotes), so a word processor or a chat changed it\. (?:Export|Copy it) again as plain text\.`,
		`is a damaged database\. Close the browser, then copy the file again\.`,
		`is a database without cookies \(no table moz_cookies\)\. In the Firefox profile, take cookies\.sqlite\.` + wal,
	},
	cookie.CodeHARSanitized: {`was exported without sensitive data\. Switch on DevTools > Settings > Network > ` +
		`"Allow to generate HAR with sensitive data", then export "with sensitive data"; or use Copy as cURL\.`},
	cookie.CodeChromeEncrypted: {`is Chrome's own database; its values are encrypted to that computer\. Use a cookie export extension or Copy as cURL\.`},
	cookie.CodeEncrypted:       {`is encrypted, and the server has no password for it\. Export the cookies without encryption, or decrypt the file first\.`},
	cookie.CodeMultiAccount: {`holds ` + slotNumber + ` different Google accounts(?: \(stores ` + slotStore + `(?: and ` + slotStore + `){1,3}\))?\. ` +
		`Keep one, or use one file per account: inbox/<name>\.json\.` + wal},
	cookie.CodeExpired: {`holds a __Secure-1PSID that expired on \d{4}-\d\d-\d\d\. Sign in again and export\.` + wal},
	cookie.CodeWrongDomain: {
		`has __Secure-1PSID, but for ` + slotDomain + `(?: / ` + slotDomain + `){0,3}(?: / …)? instead of \.google\.com\.` + fromTab + wal,
		`has no google\.com cookie, only ` + slotDomain + `(?:, ` + slotDomain + `){0,3}(?:, …)?\.` + fromTab + wal,
	},
	cookie.CodeSignedOut: {`has the cookies of a signed-out browser \(only (?:AEC|CONSENT|NID|SOCS)(?:, (?:AEC|CONSENT|NID|SOCS)){0,3}\)\. ` +
		`Sign in to gemini\.google\.com, then export again\.` + wal},
	cookie.CodeNoPSID: {
		`has ` + slotNumber + ` cookies? for google\.com but no __Secure-1PSID\. Export again from a tab where gemini\.google\.com is signed in, with "include HttpOnly cookies" on\.` + wal,
		`has __Secure-1PSID only as a partitioned copy that belongs to another site\. Export again from a tab where gemini\.google\.com is signed in\.` + wal,
		`is a (?:curl command|PowerShell command|fetch call|Python request) without cookies\. In DevTools > Network choose a request to gemini\.google\.com that is signed in, then Copy as cURL\.`,
	},
	cookie.CodePlaceholder: {`still holds the example text for ` + slotName + `\. Put the real value there, from a browser that is signed in\.` + wal},
	cookie.CodeSwapped:     {`has the two values swapped, by their looks: __Secure-1PSID holds what belongs to __Secure-1PSIDTS\. Exchange them\.` + wal},
	cookie.CodeBadValue: {
		`has an unusable ` + slotName + `: (?:it is empty|` +
			`character U\+[0-9A-F]{4,6} at position ` + slotNumber + ` is not allowed in a cookie\. Export or copy it again, as plain text|` +
			`it was shortened with U\+2026 at position ` + slotNumber + `\. Copy the whole value|` +
			`it was shortened with dots\. Copy the whole value|` +
			`it looks percent-encoded\. Copy the value as the browser shows it, not from a URL|` +
			`it has ` + slotNumber + ` characters?, too few\. Copy the whole value|` +
			`it has ` + slotNumber + ` bytes, more than the 4096 a cookie can have)\.` + wal,
		`has the same value for __Secure-1PSID and __Secure-1PSIDTS\. Copy each one by itself\.` + wal,
	},
}

// compiled is messages as one expression per code.
var compiled = func() map[cookie.Code]*regexp.Regexp {
	all := make(map[cookie.Code]*regexp.Regexp)
	for code, patterns := range messages {
		all[code] = regexp.MustCompile(`^(?:` + strings.Join(patterns, `|`) + `)$`)
	}
	return all
}()

// checkMessage fails unless a rejection says one of the known sentences about
// a file called name.
func checkMessage(t testing.TB, name string, err error) {
	t.Helper()
	var rejection *cookie.Rejection
	if !errors.As(err, &rejection) {
		t.Fatalf("error is a %T, want a *cookie.Rejection", err)
	}
	sentence, ok := strings.CutPrefix(rejection.Message, name+" ")
	if !ok {
		t.Errorf("%s: message %q does not start with the file's name", rejection.Code, rejection.Message)
	}
	pattern := compiled[rejection.Code]
	if pattern == nil || !pattern.MatchString(sentence) {
		t.Errorf("%s says something unexpected: %q", rejection.Code, sentence)
	}
	if rejection.Code == cookie.CodeHTML {
		for word := range strings.FieldsSeq(sentence) {
			if len(strings.Trim(word, `"()`)) >= 20 {
				t.Errorf("%s shows a long word: %q", rejection.Code, sentence)
			}
		}
	}
}

// TestMessages compares every rejection of every sample with what may be said.
func TestMessages(t *testing.T) {
	spoken := make(map[cookie.Code]bool)
	for _, folder := range []string{"samples", "exports"} {
		files, _ := expectations(t, folder)
		for _, want := range files {
			_, err := export.Parse("/inbox/"+want.File, sample(t, folder, want.File), today)
			if err != nil {
				checkMessage(t, want.File, err)
				spoken[err.(*cookie.Rejection).Code] = true
			}
		}
	}
	for code := range messages {
		if !spoken[code] && code != cookie.CodeTooBig {
			t.Errorf("no sample is refused with %s", code)
		}
	}
}

// TestNoValueIsSaid looks for every dummy value in everything that Parse says,
// also when the value is in the file's own name.
func TestNoValueIsSaid(t *testing.T) {
	files, values := expectations(t, "samples")
	own, _ := expectations(t, "exports")
	var forbidden []string
	forbidden = append(forbidden, "unrelated-dummy-secret")
	for _, value := range values {
		forbidden = append(forbidden, cookietest.ListDisguises(value)...)
	}
	said := func(name string, data []byte) string {
		result, err := export.Parse(name, data, today)
		if err != nil {
			return err.Error() + fmt.Sprintf("%v %+v %#v", err, err, err)
		}
		return result.Format + fmt.Sprintf("%v %+v %#v", result, result.Warnings, result.Set)
	}
	for i, want := range append(files, own...) {
		folder := "samples"
		if i >= len(files) {
			folder = "exports"
		}
		data := sample(t, folder, want.File)
		for _, name := range []string{want.File, ".cached_cookies_" + values[i%len(values)] + ".json"} {
			text := said(name, data)
			for _, form := range forbidden {
				if strings.Contains(text, form) {
					t.Errorf("%s as %q: a value is in %q", want.File, name, text)
				}
			}
		}
	}
}

func TestTooBig(t *testing.T) {
	got := export.RejectTooBig("/inbox/me.json")
	if got.Code != cookie.CodeTooBig || !strings.HasPrefix(got.Message, "me.json is larger than 8 MiB;") || strings.Contains(got.Message, "\n") {
		t.Errorf("got %s", got.Line())
	}
}
