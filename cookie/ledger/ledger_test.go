package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
)

func openAt(t *testing.T, path string) *ledger.Ledger {
	t.Helper()
	return ledger.Open(ledger.Config{Path: path})
}

var signedOut = ledger.Refusal{Hash: "h2", Code: cookie.CodeProbeSignedOut, Message: "signed out"}

// TestRoundTrip: what was recorded and saved is known after a restart, and a change that
// was not saved is not.
func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inbox.json")
	l := openAt(t, path)
	l.RecordTaken("cookies.txt", "h1", "default")
	l.RecordRefusal("cookies.txt", signedOut)
	l.RecordRefusal("old.txt", ledger.Refusal{Hash: "h3", Message: "newer"})
	l.Save()
	l.ForgetFile("cookies.txt")
	l = openAt(t, path)
	want := ledger.Entry{Refusal: signedOut, Account: "default", Taken: "h1"}
	if got := l.Find("cookies.txt"); got != want {
		t.Errorf("cookies.txt: %+v, want %+v", got, want)
	}
	if got := l.Find("old.txt"); !got.IsRefused("h3") || got.Code != "" || got.Account != "" {
		t.Errorf("old.txt: %+v", got)
	}
	if got := l.Find("other.txt"); got != (ledger.Entry{}) || got.IsTaken("") || got.IsRefused("") {
		t.Errorf("other.txt: %+v", got)
	}
}

// TestEarlierFormat: a file with refusals only, as earlier versions wrote it, is read.
func TestEarlierFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inbox.json")
	earlier := `{"a.txt":{"hash":"h2","code":"E_PROBE_SIGNED_OUT","message":"signed out"},"b.txt":{"hash":"h3","message":"newer"},"c.txt":null}`
	if err := os.WriteFile(path, []byte(earlier), 0o600); err != nil {
		t.Fatal(err)
	}
	l := openAt(t, path)
	if a, b := l.Find("a.txt"), l.Find("b.txt"); a != (ledger.Entry{Refusal: signedOut}) || !b.IsRefused("h3") || !l.IsComplete() {
		t.Errorf("a %+v, b %+v, complete %v", a, b, l.IsComplete())
	}
	l.AdoptFiles("default", map[string]string{"a.txt": "h1", "d.txt": "h4"})
	l.AdoptFiles("work", map[string]string{"a.txt": "h9"})
	if a, d := l.Find("a.txt"), l.Find("d.txt"); a != (ledger.Entry{Refusal: signedOut, Account: "default", Taken: "h1"}) || !d.IsTaken("h4") {
		t.Errorf("after the files of the accounts: a %+v, d %+v", a, d)
	}
}

// TestIncomplete: without all of what was saved before the ledger says so, keeps what
// is damaged, and writes over nothing that it could not read.
func TestIncomplete(t *testing.T) {
	tests := []struct {
		name     string
		put      func(path string) error
		complete bool
		logs     string
	}{
		{"no file", func(string) error { return nil }, false, ""},
		{"damaged", func(path string) error { return os.WriteFile(path, []byte(`{"a.txt":`), 0o600) }, false, "set aside"},
		{"unreadable", func(path string) error { return os.Symlink(path+".gone", path) }, false, "checked again"},
		{"empty", func(path string) error { return os.WriteFile(path, []byte(`{}`), 0o600) }, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "inbox.json")
			if err := tt.put(path); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			l := ledger.Open(ledger.Config{Path: path, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if l.IsComplete() != tt.complete || (log.Len() > 0) != (tt.logs != "") || !strings.Contains(log.String(), tt.logs) {
				t.Errorf("complete %v, log %q", l.IsComplete(), log.String())
			}
			l.RecordRefusal("new.txt", signedOut)
			l.Save()
			if tt.name != "unreadable" {
				if got := openAt(t, path); !got.Find("new.txt").IsRefused("h2") || !got.IsComplete() {
					t.Error("it does not go on")
				}
				return
			}
			if _, err := os.Readlink(path); err != nil {
				t.Fatal("it was written over")
			}
			saved := `{"new.txt":{"account":"work","taken":"h1"},"a.txt":{"hash":"h3","message":"newer"}}`
			if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte(saved), 0o600)); err != nil {
				t.Fatal(err)
			}
			l.Save()
			got := openAt(t, path)
			if want := (ledger.Entry{Refusal: signedOut, Account: "work", Taken: "h1"}); got.Find("new.txt") != want || !got.Find("a.txt").IsRefused("h3") || !l.IsComplete() {
				t.Errorf("after it can be read: %+v", got.Find("new.txt"))
			}
		})
	}
	if !ledger.Open(ledger.Config{}).IsComplete() {
		t.Error("a ledger in memory has nothing to miss")
	}
}

// TestTakenEndsRefusal: a content that is taken in is not refused any more; another
// content of the file stays refused until it leaves the inbox.
func TestTakenEndsRefusal(t *testing.T) {
	l := openAt(t, "")
	l.RecordRefusal("a.txt", signedOut)
	l.RecordTaken("a.txt", "h1", "default")
	if e := l.Find("a.txt"); !e.IsRefused("h2") || !e.IsTaken("h1") {
		t.Errorf("%+v", e)
	}
	l.ForgetRefusals(map[string]string{"a.txt": "h2"})
	if e := l.Find("a.txt"); !e.IsRefused("h2") {
		t.Errorf("a content that lies there is forgotten: %+v", e)
	}
	l.RecordTaken("a.txt", "h2", "default")
	if e := l.Find("a.txt"); e != (ledger.Entry{Account: "default", Taken: "h2"}) {
		t.Errorf("%+v", e)
	}
	l.RecordRefusal("a.txt", ledger.Refusal{Hash: "h3"})
	l.RecordRefusal("b.txt", ledger.Refusal{Hash: "h3"})
	l.ForgetRefusals(map[string]string{"a.txt": "h4"})
	if a, b := l.Find("a.txt"), l.Find("b.txt"); a != (ledger.Entry{Account: "default", Taken: "h2"}) || b != (ledger.Entry{}) {
		t.Errorf("a %+v, b %+v", a, b)
	}
}

// TestAccountsOf: a content is found under any name, and belongs to the account that
// took the file last.
func TestAccountsOf(t *testing.T) {
	l := openAt(t, "")
	l.RecordTaken("a.txt", "h", "work")
	l.RecordTaken("b.txt", "h", "default")
	l.RecordTaken("c.txt", "h", "work")
	l.RecordRefusal("d.txt", ledger.Refusal{Hash: "h"})
	if got := l.AccountsOf("h"); !slices.Equal(got, []string{"default", "work"}) {
		t.Errorf("%v", got)
	}
	l.RecordTaken("b.txt", "h", "work")
	if got := l.AccountsOf("h"); !slices.Equal(got, []string{"work"}) || l.AccountsOf("") != nil {
		t.Errorf("after it moved: %v", got)
	}
}

// TestBounds: an account forgets its first file beyond 256 and no other one's, and the
// whole ledger stays far below what is read.
func TestBounds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inbox.json")
	l := openAt(t, path)
	l.RecordTaken("a.txt", "h", "other")
	for a := range 20 {
		for n := range ledger.MaxFiles {
			l.RecordTaken(fmt.Sprintf("b%02d-%03d.txt", a, n), "h", fmt.Sprint("account", a))
		}
		l.RecordRefusal(fmt.Sprintf("b%02d-000.txt", a), ledger.Refusal{Hash: "x", Message: strings.Repeat("m", 300)})
		if a == 0 {
			l.RecordTaken("c.txt", "h", "account0")
			if l.Find("b00-000.txt").Account != "" || !l.Find("b00-000.txt").IsRefused("x") || !l.Find("b00-001.txt").IsTaken("h") || !l.Find("a.txt").IsTaken("h") {
				t.Error("of 257 files not the first one was forgotten")
			}
		}
	}
	l.Save()
	if info, err := os.Stat(path); err != nil || info.Size() > 1<<20 {
		t.Fatalf("%v, %d bytes", err, info.Size())
	}
	if !openAt(t, path).Find("b19-255.txt").IsTaken("h") || l.Find("a.txt").IsTaken("h") {
		t.Error("of too many files not the first one was forgotten")
	}
}

// TestSaveAgain: what could not be saved is saved by the next call. The first of
// several failures is logged, and their end.
func TestSaveAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	var log bytes.Buffer
	l := ledger.Open(ledger.Config{Path: filepath.Join(dir, "inbox.json"), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	l.RecordRefusal("a.txt", signedOut)
	l.Save()
	l.Save()
	if lines := log.String(); strings.Count(lines, "\n") != 1 || !strings.Contains(lines, "level=WARN") || !strings.Contains(lines, "cannot be saved") {
		t.Errorf("log of two failures:\n%s", lines)
	}
	log.Reset()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l.Save()
	if lines := log.String(); strings.Count(lines, "\n") != 1 || !strings.Contains(lines, "saved again") {
		t.Errorf("log of the end:\n%s", lines)
	}
	before, err := os.Stat(filepath.Join(dir, "inbox.json"))
	if err != nil {
		t.Fatal(err)
	}
	l.RecordRefusal("a.txt", signedOut) // no change
	l.Save()
	if after, err := os.Stat(filepath.Join(dir, "inbox.json")); err != nil || !os.SameFile(before, after) {
		t.Errorf("it is written without a change: %v", err)
	}
}

func ExampleLedger() {
	l := ledger.Open(ledger.Config{}) // in memory
	l.RecordTaken("cookies.txt", "5a1e", "default")
	entry := l.Find("cookies.txt")
	fmt.Println(entry.IsTaken("5a1e"), entry.Account)
	l.ForgetFile("cookies.txt") // it was deleted: the next one counts as new
	fmt.Println(l.Find("cookies.txt").IsTaken("5a1e"))
	// Output:
	// true default
	// false
}
