//go:build unix

package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/internal/cookietest"
	"github.com/geminid/geminid/cookie/store"
)

const (
	psidA   = "g.a000-dummy-identity-of-account-a"
	psidtsA = "sidts-dummy-freshness-of-account-a"
)

// openStore opens a store that is closed with the test.
func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Config{Dir: dir, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStoreKeepsRecords(t *testing.T) {
	tests := []struct {
		name   string
		record cookie.Record
	}{
		{"current only", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}},
		{"without freshness", cookie.Record{Current: cookietest.MakeSet(psidA, "")}},
		{"both generations", cookie.Record{
			Current:  cookietest.MakeSet(psidA, psidtsA, "NID", `5=a<b>&"c"`, "SID", "x y"),
			Previous: cookietest.MakeSet(psidA, "sidts-older"),
			Memo:     json.RawMessage(`{"state":"healthy","seen":{"a.json":"00ff"}}`),
		}},
		{"cookies that expire", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA, "SID", "x").WithExtra([]cookie.Named{
			{Name: "NID", Value: cookie.NewValue("5"), Expires: time.Date(2027, 9, 1, 12, 0, 0, 0, time.UTC)},
			{Name: "AEC", Value: cookie.NewValue("6")},
		}, time.Time{})}},
		{"wiped, memo kept", cookie.Record{Memo: json.RawMessage(`{"lineage":["ab","cd"]}`)}},
		{"nothing", cookie.Record{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openStore(t, dir)
			if err := s.Save("work-1", tt.record); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			got, _, err := openStore(t, dir).Load()
			if err != nil {
				t.Fatal(err)
			}
			r, ok := got["work-1"]
			if !ok || len(got) != 1 {
				t.Fatalf("got %d accounts, want work-1 alone", len(got))
			}
			if got, want := cookietest.RevealSet(r.Current), cookietest.RevealSet(tt.record.Current); got != want {
				t.Errorf("current: got %s, want %s", got, want)
			}
			if got, want := cookietest.RevealSet(r.Previous), cookietest.RevealSet(tt.record.Previous); got != want {
				t.Errorf("previous: got %s, want %s", got, want)
			}
			if !bytes.Equal(r.Memo, tt.record.Memo) {
				t.Errorf("memo: got %s, want %s", r.Memo, tt.record.Memo)
			}
		})
	}
}

func TestStoreSetsDamagedFilesAside(t *testing.T) {
	sound := `{"format":1,"saved":"2026-01-02T03:04:05Z","current":{"psid":"` + psidA + `"}}` + "\n"
	tests := []struct {
		name    string
		content string
		want    string
	}{
		{"empty", "", "empty"},
		{"zeros after a power cut", strings.Repeat("\x00", 200), "JSON"},
		{"cut short", sound[:len(sound)/2], "JSON"},
		{"two objects", sound + sound, "JSON"},
		{"an array", "[]", "JSON object"},
		{"a number for a value", `{"format":1,"current":{"psid":12345678901}}`, "psid"},
		{"no format", `{"current":{"psid":"x"}}`, "no format"},
		{"from the future", `{"format":2,"current":{"psid":{"sealed":"x"}}}`, "newer geminid"},
		{"no identity", `{"format":1,"current":{"psidts":"` + psidtsA + `"}}`, cookie.NamePSID},
		{"line break in a value", `{"format":1,"current":{"psid":"` + psidA + `\r\nX: y"}}`, "no cookie may hold"},
		{"invalid UTF-8", `{"format":1,"current":{"psid":"` + psidA + "\xff" + `"}}`, "no cookie may hold"},
		{"bad extra", `{"format":1,"current":{"psid":"` + psidA + `","extra":{"NID":"\u0000"}}}`, `"NID"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := store.Open(store.Config{Dir: dir, NoSync: true, Now: func() time.Time {
				return time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			path := filepath.Join(dir, "accounts", "bad.json")
			writeFile(t, path, tt.content)
			writeFile(t, filepath.Join(dir, "accounts", "good.json"), sound)

			got, _, err := s.Load()
			if want := []string{"good"}; !slices.Equal(slices.Sorted(maps.Keys(got)), want) {
				t.Errorf("got accounts %v, want %v", slices.Sorted(maps.Keys(got)), want)
			}
			const aside = "bad.json.damaged-20261123T083000Z"
			for _, want := range []string{"account bad", tt.want, aside} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v does not name %q", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "dummy") {
				t.Errorf("the error shows a value: %v", err)
			}
			if got := readFile(t, filepath.Join(dir, "accounts", aside)); got != tt.content {
				t.Errorf("the file set aside is not what it was")
			}
			if _, _, err := s.Load(); err != nil {
				t.Errorf("the second load complains again: %v", err)
			}
			writeFile(t, path, tt.content)
			if _, _, err := s.Load(); err == nil || !strings.Contains(err.Error(), aside+"-2") {
				t.Errorf("a second damaged file in one second: got %v, want it at %s-2", err, aside)
			}
		})
	}
}

// TestStoreCopiesAside: the copy is what was on disk, and the record goes on.
func TestStoreCopiesAside(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	if _, err := s.CopyAside("a"); err == nil {
		t.Error("copied what is not there")
	}
	if err := s.Save("a", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA), Memo: json.RawMessage(`{"odd":1}`)}); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, filepath.Join(dir, "accounts", "a.json"))
	name, err := s.CopyAside("a")
	if err != nil || !strings.HasPrefix(name, "a.json.damaged-") {
		t.Fatalf("got %q, error %v", name, err)
	}
	if got := readFile(t, filepath.Join(dir, "accounts", name)); got != before {
		t.Error("the copy is not what was saved")
	}
	if info, err := os.Stat(filepath.Join(dir, "accounts", name)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if again, _, err := s.Load(); err != nil || len(again) != 1 {
		t.Errorf("got %d records, error %v", len(again), err)
	}
	if err := s.Remove("a"); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "accounts")); len(left) > 0 {
		t.Errorf("%v left after the account was removed", left)
	}
}

func TestStoreSetsAsideWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	if err := os.Mkdir(filepath.Join(dir, "accounts", "odd.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("got %v, want an error about a file that is none", err)
	}
	if err := s.Save("odd", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}); err != nil {
		t.Errorf("saving afterwards: %v", err)
	}
}

func TestStoreIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.MkdirAll(filepath.Join(dir, "accounts"), 0o755); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(dir, "accounts", "default.json")
	writeFile(t, old, "{}")
	if err := os.Chmod(old, 0o644); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, dir)
	if err := s.Save("default", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Secret("marks"); err != nil {
		t.Fatal(err)
	}
	want := map[string]fs.FileMode{
		".": fs.ModeDir | 0o700, "accounts": fs.ModeDir | 0o700,
		"accounts/default.json": 0o600, "marks.secret": 0o600, "lock": 0o600,
	}
	got := map[string]fs.FileMode{}
	_ = fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, _ error) error {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		got[path] = info.Mode()
		return nil
	})
	if !maps.Equal(got, want) {
		t.Errorf("modes: got %v, want %v", got, want)
	}
}

func TestStoreSweepsOnlyItsOwnLitter(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "accounts"), 0o700); err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{ // name → survives
		".marks.secret123": false, "accounts/.default.json6123987": false,
		".report.log4711": false, ".audit.head15": false, ".notify.json1": false, ".exits.json22": false, ".keys7": false, // an old one
		"accounts/.default.json.damaged-20260101T000000Z99": false,
		".keys123": true, "keys": true, "audit.log": true, ".marks.secret": true,
		"accounts/default.json.damaged-20260101T000000Z": true, "accounts/.hidden": true,
	}
	for name := range files {
		writeFile(t, filepath.Join(dir, name), "x")
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, ".keys7"), old, old); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
	for name, survives := range files {
		_, err := os.Stat(filepath.Join(dir, name))
		if got := err == nil; got != survives {
			t.Errorf("%s: survived %v, want %v", name, got, survives)
		}
	}
}

func TestStoreRemoveWipesEverything(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	for _, account := range []string{"a", "a-b"} {
		if err := s.Save(account, cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(dir, "accounts", "a.json.damaged-20260101T000000Z"), psidA)
	for range 2 { // removing what is gone is fine
		if err := s.Remove("a"); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "accounts"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != "a-b.json" {
		t.Errorf("left: %v, want a-b.json alone", entries)
	}
}

func TestStoreRefusesBadNamesAndValues(t *testing.T) {
	s := openStore(t, t.TempDir())
	good := cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}
	for _, name := range []string{"", "../x", "A", "a.b", "-a", "_a", strings.Repeat("a", 33), "a/b", "a\n", "é"} {
		if err := s.Save(name, good); err == nil {
			t.Errorf("Save(%q) succeeded", name)
		}
		if err := s.Remove(name); err == nil {
			t.Errorf("Remove(%q) succeeded", name)
		}
		if _, err := s.Secret(name); err == nil {
			t.Errorf("Secret(%q) succeeded", name)
		}
	}
	for _, value := range []string{"a\nb", "a\x00b", "\xff", "é"} {
		if err := s.Save("a", cookie.Record{Current: cookietest.MakeSet(value, "")}); err == nil {
			t.Errorf("a value with %q was saved", value)
		}
	}
	if err := s.Save("a", cookie.Record{Current: good.Current, Memo: json.RawMessage("{")}); err == nil {
		t.Error("a memo that is no JSON was saved")
	}
	if got, _, err := s.Load(); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v after refused saves, want nothing", got, err)
	}
}

func TestStoreRebuildsItsDirectory(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	if err := os.RemoveAll(filepath.Join(dir, "accounts")); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Load(); len(got) != 0 || err != nil {
		t.Errorf("load: got %v, %v, want nothing", got, err)
	}
	if err := s.Save("a", cookie.Record{Current: cookietest.MakeSet(psidA, "")}); err != nil {
		t.Errorf("save: %v", err)
	}
}

func TestStoreSecret(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	first, err := s.Secret("marks")
	if err != nil || len(first) != 32 || bytes.Equal(first, make([]byte, 32)) {
		t.Fatalf("got %d bytes, %v", len(first), err)
	}
	other, _ := s.Secret("other")
	if bytes.Equal(first, other) {
		t.Error("two names share a secret")
	}
	_ = s.Close()
	s = openStore(t, dir)
	if again, err := s.Secret("marks"); !bytes.Equal(first, again) || err != nil {
		t.Errorf("after a restart it is another one (%v)", err)
	}
	for _, damaged := range []string{"short", ""} {
		writeFile(t, filepath.Join(dir, "marks.secret"), damaged)
		made, err := s.Secret("marks")
		if err != nil || len(made) != 32 || bytes.Equal(first, made) {
			t.Errorf("a damaged secret: got %d bytes and %v, want a new one", len(made), err)
		}
		if again, _ := s.Secret("marks"); !bytes.Equal(made, again) {
			t.Error("the new secret was not kept")
		}
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "marks.secret.damaged-*")); len(aside) != 2 {
		t.Errorf("set aside: %v", aside)
	}
}

func TestMark(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	base := cookie.Mark(key, cookietest.MakeSet(psidA, psidtsA))
	if len(base) != 12 || strings.Trim(base, "0123456789abcdef") != "" {
		t.Fatalf("got %q, want 12 hex digits", base)
	}
	for _, tt := range []struct {
		name string
		key  []byte
		set  cookie.Set
		same bool
	}{
		{"extra cookies do not count", key, cookietest.MakeSet(psidA, psidtsA, "NID", "1"), true},
		{"another freshness", key, cookietest.MakeSet(psidA, "sidts-x"), false},
		{"another identity", key, cookietest.MakeSet("g.a-x", psidtsA), false},
		{"the border moved", key, cookietest.MakeSet(psidA+"s", psidtsA[1:]), false},
		{"another key", []byte("k"), cookietest.MakeSet(psidA, psidtsA), false},
	} {
		if got := cookie.Mark(tt.key, tt.set) == base; got != tt.same {
			t.Errorf("%s: same mark %v, want %v", tt.name, got, tt.same)
		}
	}
	if got := cookie.Mark(key, cookie.Set{}); got != "" {
		t.Errorf("the zero set has the mark %q", got)
	}
}

func TestStoreClosed(t *testing.T) {
	s := openStore(t, t.TempDir())
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, _, loadErr := s.Load()
	_, secretErr := s.Secret("a")
	for name, err := range map[string]error{
		"Load": loadErr, "Secret": secretErr, "Save": s.Save("a", cookie.Record{}),
		"Remove": s.Remove("a"), "Writable": s.Writable(),
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after Close: got %v, want ErrClosed", name, err)
		}
	}
}

func TestStoreConcurrentUse(t *testing.T) {
	s := openStore(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 8 {
		account := string(rune('a' + i%4))
		wg.Go(func() {
			for range 25 {
				if err := s.Save(account, cookie.Record{Current: cookietest.MakeSet(psidA+account, psidtsA)}); err != nil {
					t.Error(err)
				}
				got, _, err := s.Load()
				if err != nil || cookietest.RevealSet(got[account].Current) != psidA+account+"|"+psidtsA {
					t.Errorf("account %s: got %s, %v", account, cookietest.RevealSet(got[account].Current), err)
				}
			}
		})
	}
	wg.Wait()
}

func TestStoreLogsNoValue(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "accounts"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "accounts", ".default.json1"), psidA)
	s, err := store.Open(store.Config{Dir: dir, NoSync: true, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := out.String(); !strings.Contains(got, "interrupted") || strings.Contains(got, "dummy") {
		t.Errorf("log: %s", got)
	}
}

// Whatever stands in an account file, reading it answers, shows nothing of it,
// and gives only what can be written again.
func FuzzDecodeRecord(f *testing.F) {
	whole, err := store.EncodeRecord(generation(3), time.Unix(1_700_000_000, 0))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:100])
	f.Add([]byte(`{"format":1,"current":{"psid":"a","extra":{"b":"c"}},"memo":[1, 2]}`))
	f.Add([]byte(`{"format":1,"previous":{"psid":"a"},"memo":null}`))
	f.Add([]byte(`{"format":9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := store.DecodeRecord(data)
		if err != nil {
			return
		}
		again, err := store.EncodeRecord(record, time.Unix(1_700_000_000, 0))
		if err != nil {
			t.Fatalf("read, but not writable: %v", err)
		}
		second, err := store.DecodeRecord(again)
		if err != nil {
			t.Fatalf("written, but not readable: %v", err)
		}
		if cookietest.RevealSet(second.Current) != cookietest.RevealSet(record.Current) || cookietest.RevealSet(second.Previous) != cookietest.RevealSet(record.Previous) {
			t.Fatal("the sets changed on the way")
		}
	})
}

func BenchmarkStoreSave(b *testing.B) {
	s, err := store.Open(store.Config{Dir: b.TempDir(), NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	record := cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA), Memo: []byte(`{"lineage":[]}`)}
	for b.Loop() {
		if err := s.Save("default", record); err != nil {
			b.Fatal(err)
		}
	}
}
