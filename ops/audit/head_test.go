package audit_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/audit"
)

// hashOfLine is the hash at the end of a line, from 0.
func hashOfLine(content []byte, n int) []byte {
	line := bytes.Split(content, []byte("\n"))[n]
	return line[len(line)-len(`"}`)-64 : len(line)-len(`"}`)]
}

// synced makes files of about ten lines that are on the disk when Append returns.
func synced(c *audit.Config) { c.NoSync, c.MaxBytes, c.Keep = false, 2500, 3 }

// TestHeadFindsWhatIsMissing: what the chain by itself cannot show. Neither Verify nor
// the next start takes such a log for sound.
func TestHeadFindsWhatIsMissing(t *testing.T) {
	keep := func(path string, from, to int) error {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := bytes.SplitAfter(content, []byte("\n"))
		if to < 0 {
			to += len(lines) - 1 // the last one is empty
		}
		return os.WriteFile(path, bytes.Join(lines[from:to], nil), 0o600)
	}
	for _, test := range []struct {
		name     string
		entries  int
		change   func(dir string) error
		openSees bool // without reading every file
	}{
		{"the last line", 7, func(dir string) error { return keep(dir+"/audit.log", 0, -1) }, true},
		{"five of seven", 7, func(dir string) error { return keep(dir+"/audit.log", 0, 2) }, true},
		{"all but the first", 7, func(dir string) error { return keep(dir+"/audit.log", 0, 1) }, true},
		{"everything in the file", 7, func(dir string) error { return os.Truncate(dir+"/audit.log", 0) }, true},
		{"the file", 7, func(dir string) error { return os.Remove(dir + "/audit.log") }, true},
		{"the newest file", 25, func(dir string) error { return os.Remove(dir + "/audit.log") }, true},
		{"everything in the newest file", 25, func(dir string) error { return os.Truncate(dir+"/audit.log", 0) }, true},
		{"the oldest file", 25, func(dir string) error { return os.Remove(dir + "/audit-1.log") }, false},
		{"the oldest file and more", 35, func(dir string) error {
			return errors.Join(os.Remove(dir+"/audit-1.log"), keep(dir+"/audit-2.log", 2, 8))
		}, false},
		{"the oldest file that is kept", 100, func(dir string) error {
			files, _ := filepath.Glob(dir + "/audit-*.log")
			return os.Remove(files[0])
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "audit.log")
			l := open(t, path, synced)
			add(t, l, test.entries)
			_ = l.Close()
			if r := verify(t, path); r.Headless || int(r.Last) != test.entries {
				t.Fatalf("before: %+v", r)
			}
			must(t, test.change(dir))
			_, err := audit.Verify(path)
			if _, broken := errors.AsType[*audit.BrokenError](err); !broken {
				t.Fatalf("Verify says %v", err)
			}
			if test.openSees {
				c := audit.Config{Path: path}
				synced(&c)
				if _, err := audit.Open(c); err == nil {
					t.Error("the next start goes on as if nothing was missing")
				}
			}
		})
	}
}

// TestHeadFindsAForgery: lines that were written anew with right hashes are others
// than those that were written first.
func TestHeadFindsAForgery(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "audit.log"), filepath.Join(dir, "other.log")
	l, forged := open(t, path, synced), open(t, other, synced)
	add(t, l, 7)
	add(t, forged, 2)
	for range 5 {
		must(t, forged.Append("rotated", "another", nil))
	}
	must(t, os.Rename(other, path))
	_, err := audit.Verify(path)
	if broken, ok := errors.AsType[*audit.BrokenError](err); !ok || broken.Line != 7 {
		t.Errorf("Verify says %v", err)
	}
}

// TestHeadOfOldLog: beside a log of an earlier version there is none; it is kept from
// the next start on.
func TestHeadOfOldLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path, synced)
	add(t, l, 25)
	_ = l.Close()
	must(t, os.Remove(audit.HeadPath(path)))
	if r := verify(t, path); !r.Headless {
		t.Errorf("Verify does not say that nothing is known of the tail: %+v", r)
	}
	_ = open(t, path, synced).Close()
	if r := verify(t, path); r.Headless || r.First != 1 || r.Last != 25 {
		t.Errorf("after a start: %+v", r)
	}
	must(t, os.WriteFile(audit.HeadPath(path), []byte("nonsense"), 0o600))
	if _, err := audit.Verify(path); err == nil || !strings.Contains(err.Error(), "audit.head") {
		t.Errorf("a head that is not understood: %v", err)
	}
}

// TestHeadAfterALoss: without fsync a crash of the machine may take entries along that
// the head knows of. The start goes on and records how many.
func TestHeadAfterALoss(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	l := open(t, path)
	add(t, l, 5)
	_ = l.Close()
	content := read(t, path)
	lines := bytes.SplitAfter(content, []byte("\n"))
	must(t, os.WriteFile(path, bytes.Join(lines[:3], nil), 0o600))
	add(t, open(t, path), 1)
	if got := read(t, path); !bytes.Contains(got, []byte(`"lost_entries":"2"`)) {
		t.Errorf("the loss is not recorded:\n%s", got)
	}
	if r := verify(t, path); r.Entries != 5 {
		t.Errorf("got %+v", r)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
