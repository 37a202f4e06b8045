package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/ops/audit"
)

// parts are what the test binary can play instead of running tests.
var parts = map[string]func() error{}

const partEnv = "GEMINID_AUDIT_TEST_PART"

func TestMain(m *testing.M) {
	if name := os.Getenv(partEnv); name != "" {
		if err := parts[name](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, path string, change ...func(*audit.Config)) *audit.Log {
	t.Helper()
	c := audit.Config{Path: path, NoSync: true, Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&c)
	}
	l, err := audit.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// small makes files of about ten lines.
func small(c *audit.Config) { c.MaxBytes = 2500 }

func add(t testing.TB, l *audit.Log, n int) {
	t.Helper()
	for i := range n {
		if err := l.Append("rotated", "default", map[string]string{"mark": fmt.Sprintf("%012x", i)}); err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t testing.TB, path string) audit.Report {
	t.Helper()
	r, err := audit.Verify(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLogAcrossRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	for range 3 {
		l := open(t, path)
		add(t, l, 4)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r := verify(t, path)
	l := open(t, path)
	seq, head := l.Head()
	want := audit.Report{Files: 1, Entries: 12, First: 1, Last: 12, From: noon, To: noon, Head: head}
	if r != want || seq != 12 {
		t.Errorf("got %+v, want %+v", r, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

func TestLogLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path)
	if err := l.Append("swap", "work", map[string]string{"to": "b", "from": "a<>&\n"}); err != nil {
		t.Fatal(err)
	}
	if err := l.Append("start", "", nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(read(t, path)), "\n")
	const first = `{"seq":1,"time":"2026-11-23T12:00:00Z","kind":"swap","account":"work",` +
		`"fields":{"from":"a\u003c\u003e\u0026\n","to":"b"},` +
		`"prev":"0000000000000000000000000000000000000000000000000000000000000000","hash":"`
	if !strings.HasPrefix(lines[0], first) {
		t.Errorf("got  %s\nwant %s…", lines[0], first)
	}
	hash := lines[0][len(first) : len(first)+64]
	if want := `"kind":"start","prev":"` + hash + `","hash":"`; !strings.Contains(lines[1], want) {
		t.Errorf("got %s, want %s in it", lines[1], want)
	}
}

func TestLogRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path)
	if err := l.Append("", "a", nil); err == nil {
		t.Error("an entry without a kind was written")
	}
	if err := l.Append("k", "a", map[string]string{"x": strings.Repeat("x", 20<<10)}); err == nil {
		t.Error("an entry of 20 KiB was written")
	}
	add(t, l, 1)
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if err := l.Append("k", "", nil); !errors.Is(err, audit.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if r := verify(t, path); r.Entries != 1 {
		t.Errorf("%d entries, want the good one", r.Entries)
	}
	if _, err := audit.Open(audit.Config{}); err == nil {
		t.Error("opened without a path")
	}
	if _, err := audit.Verify(filepath.Join(t.TempDir(), "audit.log")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("verifying nothing: %v", err)
	}
}

func TestLogRotation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.log")
	l := open(t, path, small)
	add(t, l, 45)
	before := verify(t, path)
	if before.Files < 4 || before.Entries != 45 || before.First != 1 || before.Last != 45 {
		t.Fatalf("got %+v, want 45 entries in several files", before)
	}
	for _, name := range files(t, dir) {
		if n := len(read(t, filepath.Join(dir, name))); n > 2500 {
			t.Errorf("%s has %d bytes", name, n)
		}
	}

	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path, small, func(c *audit.Config) { c.Keep = 2 })
	add(t, l, 45)
	after := verify(t, path)
	if after.Files != 3 || after.Last != 90 || after.First <= 45 || after.Entries != after.Last-after.First+1 {
		t.Errorf("got %+v, want the last three files, up to entry 90", after)
	}

	// A file taken out of the middle is missed.
	names := files(t, dir)
	if err := os.Remove(filepath.Join(dir, names[1])); err != nil {
		t.Fatal(err)
	}
	_, err := audit.Verify(path)
	if broken, ok := errors.AsType[*audit.BrokenError](err); !ok || broken.Line != 1 {
		t.Errorf("without %s: got %v, want a broken first line", names[1], err)
	}
}

// A crash between putting a file aside and beginning the next one.
func TestLogWithoutNewestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.log")
	l := open(t, path)
	add(t, l, 3)
	_ = l.Close()
	if err := os.Rename(path, filepath.Join(dir, "audit-1.log")); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, path); r.Entries != 3 {
		t.Errorf("got %+v, want the 3 entries of the older file", r)
	}
	add(t, open(t, path), 2)
	if r := verify(t, path); r.Files != 2 || r.Last != 5 || r.Entries != 5 {
		t.Errorf("got %+v, want 5 entries in 2 files", r)
	}
	if err := os.Remove(filepath.Join(dir, "audit-1.log")); err != nil {
		t.Fatal(err)
	}
	_, verifyErr := audit.Verify(path)
	_, openErr := audit.Open(audit.Config{Path: path, NoSync: true})
	for call, err := range map[string]error{"Verify": verifyErr, "Open": openErr} {
		if broken, ok := errors.AsType[*audit.BrokenError](err); !ok || broken.Line != 1 {
			t.Errorf("%s without the only older file: got %v, want a broken first line", call, err)
		}
	}
}

// A crash in the middle of a write leaves any beginning of the last line.
func TestLogRecoversFromATornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path)
	add(t, l, 3)
	_ = l.Close()
	whole := read(t, path)
	start := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	head := read(t, audit.HeadPath(path))
	before := bytes.Replace(head, []byte(`"seq":3`), []byte(`"seq":2`), 1)
	before = bytes.Replace(before, hashOfLine(whole, 2), hashOfLine(whole, 1), 1)
	for cut := start + 1; cut < len(whole); cut++ {
		if err := os.WriteFile(audit.HeadPath(path), before, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, path); r.Entries != 2 || r.Torn != int64(cut-start) {
			t.Fatalf("cut at %d: got %+v, want 2 entries and the rest torn", cut, r)
		}
		l := open(t, path)
		add(t, l, 1)
		_ = l.Close()
		if r := verify(t, path); r.Entries != 4 || r.Torn != 0 {
			t.Fatalf("cut at %d: got %+v after recovery, want 4 entries", cut, r)
		}
		lines := bytes.Split(read(t, path), []byte("\n"))
		if want := fmt.Sprintf(`"kind":"recovered","fields":{"cut_bytes":"%d"}`, cut-start); !bytes.Contains(lines[2], []byte(want)) {
			t.Fatalf("cut at %d: got %s, want %s", cut, lines[2], want)
		}
	}
}

// Whatever single byte is changed, it is found; only the very last line break
// may look like a line that is being written.
func TestVerifyFindsEveryChangedByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	add(t, open(t, path), 3)
	whole := read(t, path)
	for at := range whole[:len(whole)-1] {
		for _, flip := range []byte{1, 0x20, 0x80} {
			changed := bytes.Clone(whole)
			changed[at] ^= flip
			line := bytes.Count(whole[:at], []byte("\n"))
			lines, err := audit.VerifyReader(bytes.NewReader(changed))
			if err == nil || lines > line {
				t.Fatalf("byte %d (line %d) ^ %#x: got %d sound lines, %v", at, line+1, flip, lines, err)
			}
		}
	}
}

func TestVerifyNamesTheFirstBrokenLine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.log")
	add(t, open(t, path), 6)
	other := filepath.Join(t.TempDir(), "audit.log")
	add(t, open(t, other, func(c *audit.Config) { c.Now = func() time.Time { return noon.Add(1) } }), 6)
	whole, foreign := bytes.SplitAfter(read(t, path), []byte("\n")), bytes.SplitAfter(read(t, other), []byte("\n"))
	line := func(n int) []byte { return whole[n-1] }
	join := func(lines ...[]byte) []byte { return bytes.Join(lines, nil) }
	tests := []struct {
		name    string
		content []byte
		line    int
		reason  string
	}{
		{"the first lines removed", join(line(4), line(5), line(6)), 1, "number 4 where 1"},
		{"a line removed", join(line(1), line(2), line(4), line(5)), 3, "number 4 where 3"},
		{"two lines swapped", join(line(1), line(3), line(2)), 2, "number 3 where 2"},
		{"a line twice", join(line(1), line(1)), 2, "number 1 where 2"},
		{"a line of another log", join(line(1), foreign[1], line(3)), 2, "does not continue"},
		{"a blank line", join(line(1), []byte("\n"), line(2)), 2, "hash"},
		{"a line by hand", join(line(1), []byte(`{"seq":2,"kind":"x"}`+"\n")), 2, "hash"},
		{"a very long line", join(line(1), bytes.Repeat([]byte("x"), 40<<10)), 2, "longer"},
		{"zeros", join(line(1), make([]byte, 500), []byte("\n")), 2, "hash"},
		{"binary at the start", join([]byte("\x7fELF\n"), line(1)), 1, "hash"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			broken := filepath.Join(t.TempDir(), "audit.log")
			if err := os.WriteFile(broken, tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, verifyErr := audit.Verify(broken)
			_, openErr := audit.Open(audit.Config{Path: broken, NoSync: true})
			for call, err := range map[string]error{"Verify": verifyErr, "Open": openErr} {
				got, ok := errors.AsType[*audit.BrokenError](err)
				if !ok || got.Line != tt.line || got.File != broken || !strings.Contains(got.Reason, tt.reason) {
					t.Errorf("%s: got %v, want line %d: %s", call, err, tt.line, tt.reason)
				}
			}
			if got := read(t, broken); !bytes.Equal(got, tt.content) {
				t.Error("a broken log was changed")
			}
		})
	}
}

func TestLogConcurrentUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path, small, func(c *audit.Config) { c.Keep = 100 })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				if err := l.Append("probe", "default", nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	stop := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			if _, err := audit.Verify(path); err != nil {
				t.Errorf("while it was written: %v", err)
				return
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	wg.Wait()
	close(stop)
	reader.Wait()
	if r := verify(t, path); r.Entries != 200 || r.Last != 200 {
		t.Errorf("got %+v, want 200 entries", r)
	}
}

// Whatever stands in the file, Verify answers, and what Open accepts it can go
// on with.
func FuzzVerify(f *testing.F) {
	path := filepath.Join(f.TempDir(), "audit.log")
	l := open(f, path)
	add(f, l, 3)
	whole := read(f, path)
	f.Add(whole)
	f.Add(whole[:len(whole)-7])
	f.Add(whole[bytes.IndexByte(whole, '\n')+1:])
	f.Add([]byte("\n\n{}\n"))
	f.Add(bytes.Repeat([]byte{0}, 100))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(audit.HeadPath(path))
		report, verifyErr := audit.Verify(path)
		l, openErr := audit.Open(audit.Config{Path: path, NoSync: true})
		if (verifyErr == nil) != (openErr == nil) {
			t.Fatalf("Verify says %v, Open says %v", verifyErr, openErr)
		}
		if openErr != nil {
			return
		}
		defer l.Close()
		add(t, l, 1)
		want := report.Entries + 1
		if report.Torn > 0 {
			want++
		}
		if after := verify(t, path); after.Entries != want || after.Torn != 0 {
			t.Fatalf("got %+v after one more entry, want %d", after, want)
		}
	})
}

// Whatever words are given, an entry that was accepted verifies.
func FuzzAppend(f *testing.F) {
	f.Add("rotated", "default", "mark", "00ff")
	f.Add(`","hash":"`, "}\n", "\xff", "\u2028")
	path := filepath.Join(f.TempDir(), "audit.log")
	l := open(f, path, small)
	f.Fuzz(func(t *testing.T, kind, account, key, value string) {
		before, _ := l.Head()
		if err := l.Append(kind, account, map[string]string{key: value}); err != nil {
			return
		}
		if r := verify(t, path); r.Last != before+1 || r.Torn != 0 {
			t.Fatalf("got %+v, want entry %d last", r, before+1)
		}
	})
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
