package statefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// answer is which of the three errors a file has.
type answer string

const (
	absent     answer = "absent"
	damaged    answer = "damaged"
	unreadable answer = "unreadable"
	sound      answer = "sound"
)

func answerOf(err error) answer {
	switch {
	case err == nil:
		return sound
	case statefile.IsDamaged(err):
		return damaged
	case errors.Is(err, fs.ErrNotExist):
		return absent
	case statefile.IsUnreadable(err):
		return unreadable
	}
	return "none of them"
}

// TestRead: absence, damage and a failure to read are three things, and none of
// them makes the reader wait.
func TestRead(t *testing.T) {
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want answer
		text string
	}{
		{"nothing", func(*testing.T, string) {}, absent, "no such file"},
		{"a file", func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte("x"), 0o600)) }, sound, ""},
		{"a link to one", func(t *testing.T, path string) {
			must(t, os.WriteFile(path+".real", []byte("x"), 0o600))
			must(t, os.Symlink(path+".real", path))
		}, sound, ""},
		{"too large", func(t *testing.T, path string) { must(t, os.WriteFile(path, make([]byte, 4097), 0o600)) }, damaged, "larger than 4 KiB"},
		{"a directory", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, damaged, "directory"},
		{"a pipe", func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, damaged, "pipe"},
		{"a link to a pipe", func(t *testing.T, path string) {
			must(t, syscall.Mkfifo(path+".real", 0o600))
			must(t, os.Symlink(path+".real", path))
		}, damaged, "pipe"},
		{"a device", func(t *testing.T, path string) { must(t, os.Symlink("/dev/zero", path)) }, damaged, "device"},
		{"a link to nothing", func(t *testing.T, path string) { must(t, os.Symlink(path+".real", path)) }, unreadable, "mount"},
		{"a link to itself", func(t *testing.T, path string) { must(t, os.Symlink(path, path)) }, unreadable, "symbolic link"},
		{"below a file", func(t *testing.T, path string) {
			must(t, os.Remove(filepath.Dir(path)))
			must(t, os.WriteFile(filepath.Dir(path), nil, 0o600))
		}, unreadable, "directory belongs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "in", "file")
			must(t, os.Mkdir(filepath.Dir(path), 0o700))
			tt.make(t, path)
			data, err := statefile.Read(path, 4096)
			if got := answerOf(err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
			if tt.want == sound && string(data) != "x" {
				t.Errorf("read %q", data)
			}
			if err != nil && !strings.Contains(statefile.WithRemedy(err).Error(), tt.text) {
				t.Errorf("got %v, want %q in it", statefile.WithRemedy(err), tt.text)
			}
		})
	}
}

func TestReplaceLeavesOneFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.json")
	for _, sync := range []bool{true, false} {
		for _, content := range []string{"one", "two"} {
			if err := statefile.Replace(path, []byte(content), sync); err != nil {
				t.Fatal(err)
			}
			if got, err := statefile.Read(path, 10); string(got) != content || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left beside it: %v", entries)
	}
}

func TestSetAsideCoversNothing(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "state.json")
	for _, want := range []string{"state.json.damaged-20261123T083000Z", "state.json.damaged-20261123T083000Z-2"} {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		name, err := statefile.SetAside(path, now)
		if name != want || err != nil {
			t.Fatalf("got %q, %v", name, err)
		}
		if got, _ := os.ReadFile(filepath.Join(filepath.Dir(path), name)); string(got) != want {
			t.Errorf("%s holds %q", name, got)
		}
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".a.json123", ".a.json", "a.json", ".b.json5", ".a.jsonx1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".a.json77"), 0o700); err != nil {
		t.Fatal(err)
	}
	removed := statefile.RemoveTemporaries(dir, func(name string, age time.Duration) bool { return name == "a.json" && age < time.Hour })
	if want := []string{".a.json123"}; !slices.Equal(removed, want) {
		t.Errorf("removed %v, want %v", removed, want)
	}
	if left, _ := os.ReadDir(dir); len(left) != 5 {
		t.Errorf("%d left, want 5", len(left))
	}
}
