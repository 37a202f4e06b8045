package stored_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/stored"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ann = stored.OwnerOf([]byte("ann"))
	bob = stored.OwnerOf([]byte("bob"))
)

// clock is a wall clock that a test moves.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func open(t *testing.T, cfg stored.Config) *stored.Store {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join(t.TempDir(), "answers")
	}
	s, err := stored.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func save(t *testing.T, s *stored.Store, owner stored.Owner, id, data string) {
	t.Helper()
	if err := s.Save(owner, id, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *stored.Store, owner stored.Owner, id string) string {
	t.Helper()
	data, err := s.Load(owner, id)
	if errors.Is(err, stored.ErrNotFound) {
		return "nothing"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestOwners: each sees its own records alone.
func TestOwners(t *testing.T) {
	s := open(t, stored.Config{})
	save(t, s, ann, "resp_1", "of ann")
	save(t, s, bob, "resp_2", "of bob")
	for _, test := range []struct {
		owner    stored.Owner
		id, want string
	}{{ann, "resp_1", "of ann"}, {bob, "resp_2", "of bob"}, {ann, "resp_2", "nothing"}, {bob, "resp_1", "nothing"}, {bob, "../" + string(ann) + "-resp_1", "nothing"}, {ann, "", "nothing"}} {
		if got := load(t, s, test.owner, test.id); got != test.want {
			t.Errorf("%q: %q, want %q", test.id, got, test.want)
		}
	}
	if err := s.Delete(bob, "resp_1"); !errors.Is(err, stored.ErrNotFound) {
		t.Errorf("bob deletes what is ann's: %v", err)
	}
	if err := errors.Join(s.Delete(ann, "resp_1")); err != nil || load(t, s, ann, "resp_1") != "nothing" {
		t.Errorf("ann cannot delete: %v", err)
	}
	for _, id := range []string{"", "a/b", "..", "a-b", "ü", strings.Repeat("x", 129)} {
		if err := s.Save(ann, id, nil); err == nil {
			t.Errorf("%q is an ID", id)
		}
	}
}

// TestRestart: records survive, and the files are for the owner of the process alone.
func TestRestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "answers")
	s := open(t, stored.Config{Dir: dir})
	save(t, s, ann, "resp_1", "old")
	save(t, s, ann, "resp_1", "new")
	// What a process leaves that was killed in the middle, and a file that is not ours.
	for _, name := range []string{"." + string(ann) + "-resp_2123456", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, stored.Config{Dir: dir})
	if records, size := s.Size(); load(t, s, ann, "resp_1") != "new" || records != 1 || size != 3 {
		t.Errorf("%d records with %d bytes, %q", records, size, load(t, s, ann, "resp_1"))
	}
	for path, want := range map[string]os.FileMode{dir: os.ModeDir | 0o700, filepath.Join(dir, string(ann)+"-resp_1"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	// Somebody empties the folder.
	if err := os.Remove(filepath.Join(dir, string(ann)+"-resp_1")); err != nil {
		t.Fatal(err)
	}
	if got := load(t, s, ann, "resp_1"); got != "nothing" {
		t.Errorf("%q", got)
	}
}

// TestBounds: older records make room, first those of who fills the store.
func TestBounds(t *testing.T) {
	c := &clock{time.Unix(1_800_000_000, 0)}
	s := open(t, stored.Config{MaxBytes: 800, MaxRecords: 20, MaxAge: time.Hour, Now: c.read})
	save(t, s, bob, "first", "b")
	for i := range 30 {
		save(t, s, ann, fmt.Sprint("resp_", i), "x")
	}
	if records, _ := s.Size(); records != 11 || load(t, s, ann, "resp_19") != "nothing" || load(t, s, ann, "resp_20") != "x" || load(t, s, bob, "first") != "b" {
		t.Errorf("%d records after thirty of one owner", records)
	}
	for i := range 9 {
		save(t, s, ann, fmt.Sprint("large_", i), strings.Repeat("x", 100))
	}
	if _, size := s.Size(); size > 401 || load(t, s, ann, "large_8") == "nothing" || load(t, s, bob, "first") != "b" {
		t.Errorf("%d bytes", size)
	}
	for i := range 40 {
		save(t, s, stored.OwnerOf([]byte{byte(i)}), "resp", strings.Repeat("x", 50))
	}
	if records, size := s.Size(); size > 800 || records > 20 || load(t, s, bob, "first") != "nothing" {
		t.Errorf("%d records with %d bytes of many owners", records, size)
	}
	if err := s.Save(ann, "giant", make([]byte, 101)); !errors.Is(err, stored.ErrTooLarge) {
		t.Errorf("a record above an eighth: %v", err)
	}
	save(t, s, ann, "late", "x")
	c.now = c.now.Add(time.Hour - time.Second)
	if got := load(t, s, ann, "late"); got != "x" {
		t.Errorf("gone before its time: %q", got)
	}
	c.now = c.now.Add(time.Second)
	if got := load(t, s, ann, "late"); got != "nothing" {
		t.Errorf("still there: %q", got)
	}
	s.RemoveExpired()
	if records, size := s.Size(); records != 0 || size != 0 {
		t.Errorf("%d records with %d bytes are left", records, size)
	}
}

// TestClockSetBack: a record from the future is kept for as long as any other.
func TestClockSetBack(t *testing.T) {
	c := &clock{time.Unix(1_800_000_000, 0)}
	s := open(t, stored.Config{MaxAge: time.Hour, Now: c.read})
	save(t, s, ann, "resp", "x")
	c.now = c.now.Add(-24 * time.Hour)
	s.RemoveExpired()
	c.now = c.now.Add(time.Hour)
	if got := load(t, s, ann, "resp"); got != "nothing" {
		t.Errorf("%q an hour after the clock was set back by a day", got)
	}
}

// TestBrokenDisk: what was stored before is still there, and the log says it once.
func TestBrokenDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "answers")
	var log bytes.Buffer
	s := open(t, stored.Config{Dir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	save(t, s, ann, "resp_1", "secret words")
	aside := dir + ".aside"
	if err := os.Rename(dir, aside); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Save(ann, "resp_1", []byte("more secret words")); err == nil {
			t.Fatal("saved without a folder")
		}
	}
	if err := os.Rename(aside, dir); err != nil {
		t.Fatal(err)
	}
	if got := load(t, s, ann, "resp_1"); got != "secret words" {
		t.Errorf("%q", got)
	}
	save(t, s, ann, "resp_2", "x")
	if lines := strings.Count(log.String(), "\n"); lines != 2 || strings.Contains(log.String(), "secret") {
		t.Errorf("%d lines: %s", lines, log.String())
	}
}
