package uploads_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/uploads"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a wall clock that a test moves.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func open(t *testing.T, cfg uploads.Config) *uploads.Store {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = filepath.Join(t.TempDir(), "uploads")
	}
	s, err := uploads.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// begin begins an upload that must begin.
func begin(t *testing.T, s *uploads.Store, owner string, w uploads.Wanted) string {
	t.Helper()
	id, err := s.Begin(owner, w)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// send adds bytes to an upload, and finishes it if it is to be whole.
func send(s *uploads.Store, id string, offset int64, data string, finish bool) (f uploads.File, err error) {
	up, err := s.Resume(id)
	if err != nil {
		return f, err
	}
	defer up.Close()
	if err := up.SetOffset(offset); err != nil {
		return f, err
	}
	if _, err := io.WriteString(up, data); err != nil {
		return f, err
	}
	if finish {
		return up.Finish()
	}
	return f, nil
}

// put uploads a whole file.
func put(t *testing.T, s *uploads.Store, owner, id, data string) uploads.File {
	t.Helper()
	f, err := send(s, begin(t, s, owner, uploads.Wanted{ID: id, Size: -1}), 0, data, true)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// read returns the bytes of a file, "nothing" if there is none.
func read(t *testing.T, s *uploads.Store, owner, id string) string {
	t.Helper()
	data, _, err := s.OpenFile(owner, id)
	if errors.Is(err, uploads.ErrNotFound) {
		return "nothing"
	}
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	text, err := io.ReadAll(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// names lists a folder.
func names(t *testing.T, dir string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}

// TestFile: what was uploaded in pieces comes back, with all that is known of it, to its
// owner alone, and after a restart.
func TestFile(t *testing.T) {
	c := &clock{time.Unix(1_800_000_000, 5)}
	dir := filepath.Join(t.TempDir(), "uploads")
	s := open(t, uploads.Config{Dir: dir, Now: c.read})
	id := begin(t, s, "ann", uploads.Wanted{DisplayName: "ein Löwe", MIME: "text/plain; charset=utf-8", Size: 11})
	if _, err := send(s, id, 0, "hello ", false); err != nil {
		t.Fatal(err)
	}
	// The answer was lost, so the client sends the piece again.
	if _, err := send(s, id, 0, "Hello ", false); err != nil {
		t.Fatal(err)
	}
	f, err := send(s, id, 6, "world", true)
	sum := sha256.Sum256([]byte("Hello world"))
	if err != nil || f.DisplayName != "ein Löwe" || f.MIME != "text/plain" || f.Size != 11 || !bytes.Equal(f.SHA256, sum[:]) ||
		!f.Created.Equal(c.now) || f.Expires.Sub(f.Created) != 48*time.Hour {
		t.Fatalf("%+v, %v", f, err)
	}
	if _, err := s.Resume(id); !errors.Is(err, uploads.ErrNotFound) {
		t.Errorf("the upload goes on: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, s, "ann", "half", "half")
	half := slices.IndexFunc(names(t, dir), func(name string) bool { return strings.HasSuffix(name, "half") })
	if err := os.Truncate(filepath.Join(dir, names(t, dir)[half]), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := send(s, begin(t, s, "ann", uploads.Wanted{Size: -1}), 0, "under way", false); err != nil {
		t.Fatal(err)
	}
	s = open(t, uploads.Config{Dir: dir, Now: c.read})
	again, err := s.Describe("ann", f.ID)
	if fmt.Sprint(again) != fmt.Sprint(f) || err != nil || read(t, s, "ann", f.ID) != "Hello world" {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
	if files, size := s.Size(); files != 1 || size != 11 || len(names(t, dir)) != 3 {
		t.Errorf("%d files of %d bytes, on disk %q", files, size, names(t, dir))
	}
	for _, other := range []struct{ owner, id string }{{"bob", f.ID}, {"", f.ID}, {"ann", "x"}, {"ann", "../" + f.ID}, {"ann", ""}} {
		if got := read(t, s, other.owner, other.id); got != "nothing" {
			t.Errorf("%v reads %q", other, got)
		}
		if err := s.DeleteFile(other.owner, other.id); !errors.Is(err, uploads.ErrNotFound) {
			t.Errorf("%v deletes: %v", other, err)
		}
	}
	for _, name := range names(t, dir) {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if err := s.DeleteFile("ann", f.ID); err != nil || read(t, s, "ann", f.ID) != "nothing" || len(names(t, dir)) != 1 {
		t.Errorf("deleted: %v, %q is left", err, names(t, dir))
	}
}

// TestRefusals: what a client must do differently is said, and costs no room.
func TestRefusals(t *testing.T) {
	s := open(t, uploads.Config{})
	put(t, s, "ann", "taken", "x")
	for want, w := range map[uploads.Refusal]uploads.Wanted{
		uploads.ErrTaken: {ID: "taken"}, uploads.ErrBadName: {DisplayName: strings.Repeat("x", 513)}, uploads.ErrTooLarge: {Size: uploads.MaxFile + 1},
	} {
		if _, err := s.Begin("ann", w); err != want {
			t.Errorf("%+v: %v, want %v", w, err, want)
		}
	}
	for _, id := range []string{"A", "-a", "a-", "a/b", "..", strings.Repeat("x", 41), "ü"} {
		if _, err := s.Begin("ann", uploads.Wanted{ID: id}); err != uploads.ErrBadID {
			t.Errorf("%q: %v", id, err)
		}
	}
	tests := []struct {
		name   string
		wanted uploads.Wanted
		offset int64
		data   string
		want   uploads.Refusal
	}{
		{"no bytes", uploads.Wanted{Size: -1}, 0, "", uploads.ErrEmpty},
		{"too few", uploads.Wanted{Size: 3}, 0, "ab", uploads.ErrNotWhole},
		{"too many", uploads.Wanted{Size: 3}, 0, "abcd", uploads.ErrNotWhole},
		{"a gap", uploads.Wanted{Size: 3}, 1, "ab", uploads.ErrGap},
		{"above the limit", uploads.Wanted{Size: -1}, 0, strings.Repeat("x", uploads.MaxFile+1), uploads.ErrTooLarge},
		{"no picture", uploads.Wanted{MIME: "image/png", Size: -1}, 0, "text", "the file is not a PNG, JPEG, WebP, GIF or HEIC image, though its type says image"},
		{"taken meanwhile", uploads.Wanted{ID: "late", Size: -1}, 0, "x", uploads.ErrTaken},
	}
	for _, tt := range tests {
		id := begin(t, s, "ann", tt.wanted)
		if tt.wanted.ID == "late" {
			put(t, s, "ann", "late", "x")
		}
		if _, err := send(s, id, tt.offset, tt.data, true); err != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		up, err := s.Resume(id)
		if err != nil {
			t.Fatalf("%s: the upload is gone: %v", tt.name, err)
		}
		if _, err := s.Resume(id); err != uploads.ErrBusy {
			t.Errorf("two at once: %v", err)
		}
		up.Cancel()
		up.Close()
	}
	if files, size := s.Size(); files != 2 || size != 2 {
		t.Errorf("%d files of %d bytes are left", files, size)
	}
}

// TestRoom: one owner gets half, and what is kept is not driven out.
func TestRoom(t *testing.T) {
	s := open(t, uploads.Config{MaxSize: 100})
	put(t, s, "ann", "a", strings.Repeat("x", 40))
	id := begin(t, s, "ann", uploads.Wanted{Size: -1})
	var full *uploads.FullError
	if _, err := send(s, id, 0, strings.Repeat("x", 11), true); !errors.As(err, &full) || !full.Own {
		t.Errorf("above the share of ann: %v", err)
	}
	if _, err := s.Begin("ann", uploads.Wanted{Size: 11}); !errors.As(err, &full) || !full.Own {
		t.Errorf("announced above the share of ann: %v", err)
	}
	put(t, s, "bob", "b", strings.Repeat("x", 50))
	if _, err := s.Begin("cid", uploads.Wanted{Size: 11}); !errors.As(err, &full) || full.Own {
		t.Errorf("above all: %v", err)
	}
	if err := s.DeleteFile("ann", "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := send(s, id, 0, strings.Repeat("x", 11), true); err != nil {
		t.Errorf("after a deletion: %v", err)
	}
	for range 64 {
		begin(t, s, "ann", uploads.Wanted{})
	}
	if _, err := s.Begin("ann", uploads.Wanted{}); err != uploads.ErrMany {
		t.Errorf("the 65th upload at once: %v", err)
	}
	begin(t, s, "bob", uploads.Wanted{})
}

// TestAges: files go after 48 hours, uploads after an idle hour, whatever the clock does.
func TestAges(t *testing.T) {
	c := &clock{time.Unix(1_800_000_000, 0)}
	dir := filepath.Join(t.TempDir(), "uploads")
	s := open(t, uploads.Config{Dir: dir, Now: c.read})
	idle := begin(t, s, "ann", uploads.Wanted{Size: -1})
	if _, err := send(s, idle, 0, "x", false); err != nil {
		t.Fatal(err)
	}
	put(t, s, "ann", "a", "x")
	c.now = c.now.Add(time.Minute)
	put(t, s, "ann", "b", "x")
	put(t, s, "ann", "c", "x")
	var order []string
	for _, f := range s.ListFiles("ann") {
		order = append(order, f.ID)
	}
	if !slices.Equal(order, []string{"b", "c", "a"}) || len(s.ListFiles("bob")) != 0 {
		t.Errorf("listed %q", order)
	}
	c.now = c.now.Add(time.Hour)
	if _, err := s.Resume(idle); !errors.Is(err, uploads.ErrNotFound) {
		t.Errorf("an idle upload: %v", err)
	}
	s.RemoveExpired()
	c.now = c.now.Add(-30 * 24 * time.Hour)
	s.RemoveExpired()
	c.now = c.now.Add(48*time.Hour - time.Second)
	if read(t, s, "ann", "a") != "x" {
		t.Error("gone before its time")
	}
	c.now = c.now.Add(time.Second)
	if read(t, s, "ann", "a") != "nothing" {
		t.Error("still there")
	}
	s.RemoveExpired()
	if files, size := s.Size(); files != 0 || size != 0 || len(names(t, dir)) != 0 {
		t.Errorf("%d files of %d bytes, on disk %q", files, size, names(t, dir))
	}
}

// TestBrokenDisk: the client gets an error, what was kept is still there, and the log
// says it once.
func TestBrokenDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "uploads")
	var log bytes.Buffer
	s := open(t, uploads.Config{Dir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	put(t, s, "ann", "kept", "secret words")
	id := begin(t, s, "ann", uploads.Wanted{DisplayName: "secret name", Size: -1})
	if err := os.Rename(dir, dir+".aside"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var refusal uploads.Refusal
		if _, err := send(s, id, 0, "more", true); err == nil || errors.As(err, &refusal) || errors.Is(err, uploads.ErrNotFound) {
			t.Fatalf("without a folder: %v", err)
		}
	}
	if err := os.Rename(dir+".aside", dir); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, "ann", "kept"); got != "secret words" {
		t.Errorf("%q", got)
	}
	if _, err := send(s, id, 0, "more", true); err != nil {
		t.Errorf("when the disk is back: %v", err)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 2 || strings.Contains(log.String(), "secret") {
		t.Errorf("%d lines: %s", lines, log.String())
	}
}
