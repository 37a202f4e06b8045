package files_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/gateway/files"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a wall clock that tests turn.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func open(t *testing.T, cfg files.Config) *files.Store {
	t.Helper()
	s, err := files.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *files.Store, mime, data string) string {
	t.Helper()
	name, err := s.SaveFile(mime, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// read returns a file's bytes and type, "" for one that is not there.
func read(t *testing.T, s *files.Store, name string) (data, mime string) {
	t.Helper()
	f, err := s.OpenFile(name)
	if errors.Is(err, files.ErrNotFound) {
		return "", ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(all), f.MIME
}

func onDisk(t *testing.T, dir string) int {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestPutAndGet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "files")
	s := open(t, files.Config{Dir: dir})
	names := make(map[string]bool)
	for _, mime := range []string{"image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "audio/mpeg", "text/html", "image/svg+xml"} {
		name := put(t, s, mime, "data of "+mime)
		if names[name] || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || len(name) < 30 {
			t.Errorf("name %q", name)
		}
		names[name] = true
		want := mime
		if strings.HasPrefix(mime, "text/") || strings.Contains(mime, "svg") {
			want = "application/octet-stream" // nothing that a browser would run
		}
		if data, got := read(t, s, name); data != "data of "+mime || got != want {
			t.Errorf("%s: got %q as %s", mime, data, got)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	found, _ := os.ReadDir(dir)
	for _, f := range found {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestNamesThatAreNone(t *testing.T) {
	base := t.TempDir()
	if err := os.WriteFile(filepath.Join(base, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, files.Config{Dir: filepath.Join(base, "files")})
	name := put(t, s, "image/png", "x")
	for _, other := range []string{"", ".", "..", "../secret", "/etc/passwd", name + "/", "./" + name, strings.ToUpper(name), name[:len(name)-1], strings.TrimSuffix(name, ".png") + ".jpg", "\x00", strings.Repeat("a", 1<<16)} {
		if _, err := s.OpenFile(other); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("%.40q: %v", other, err)
		}
	}
}

func TestFilesGoWithAge(t *testing.T) {
	c := &clock{time.Unix(1_790_000_000, 0)}
	dir := t.TempDir()
	s := open(t, files.Config{Dir: dir, MaxAge: time.Hour, Now: c.Now})
	old := put(t, s, "image/png", "old")
	c.now = c.now.Add(time.Hour - time.Second)
	fresh := put(t, s, "image/png", "fresh")
	if data, _ := read(t, s, old); data != "old" {
		t.Error("gone before its time")
	}
	c.now = c.now.Add(time.Second)
	if data, _ := read(t, s, old); data != "" {
		t.Error("served after its time")
	}
	s.RemoveExpired()
	if n, size := s.Size(); n != 1 || size != 5 || onDisk(t, dir) != 1 {
		t.Errorf("%d files of %d bytes, %d on disk; want one of 5", n, size, onDisk(t, dir))
	}
	if data, _ := read(t, s, fresh); data != "fresh" {
		t.Error("the younger one is gone as well")
	}
}

// TestClockIsSetBack: what was made by a clock that was ahead lives as long as
// anything else from then on, and keeps nothing younger alive.
func TestClockIsSetBack(t *testing.T) {
	c := &clock{time.Unix(1_790_000_000, 0)}
	dir := t.TempDir()
	s := open(t, files.Config{Dir: dir, MaxAge: time.Hour, Now: c.Now})
	put(t, s, "image/png", "ahead")
	c.now = c.now.AddDate(-2, 0, 0)
	s.RemoveExpired()
	put(t, s, "image/png", "after")
	if n, _ := s.Size(); n != 2 {
		t.Fatalf("%d files, want both", n)
	}
	c.now = c.now.Add(time.Hour + time.Second)
	s.RemoveExpired()
	if n, _ := s.Size(); n != 0 || onDisk(t, dir) != 0 {
		t.Errorf("%d files after their hour, %d on disk", n, onDisk(t, dir))
	}
}

func TestOldFilesMakeRoom(t *testing.T) {
	c := &clock{time.Unix(1_790_000_000, 0)}
	dir := t.TempDir()
	s := open(t, files.Config{Dir: dir, MaxSize: 100, Now: c.Now})
	var names []string
	for range 5 {
		names = append(names, put(t, s, "image/png", strings.Repeat("x", 30)))
		c.now = c.now.Add(time.Second)
	}
	for i, name := range names {
		if data, _ := read(t, s, name); (data != "") != (i >= 2) {
			t.Errorf("file %d: %d bytes", i, len(data))
		}
	}
	if n, size := s.Size(); n != 3 || size != 90 || onDisk(t, dir) != 3 {
		t.Errorf("%d files of %d bytes, %d on disk", n, size, onDisk(t, dir))
	}
	if _, err := s.SaveFile("image/png", make([]byte, 101)); !errors.Is(err, files.ErrTooLarge) {
		t.Errorf("a file larger than the store: %v", err)
	}
	if n, _ := s.Size(); n != 3 {
		t.Error("it drove the others out")
	}
}

func TestRestart(t *testing.T) {
	c := &clock{time.Unix(1_790_000_000, 0)}
	dir := t.TempDir()
	cfg := files.Config{Dir: dir, MaxAge: time.Hour, Now: c.Now}
	first := open(t, cfg)
	old := put(t, first, "image/png", "old")
	c.now = c.now.Add(30 * time.Minute)
	kept := put(t, first, "image/webp", "kept")
	for name, what := range map[string]string{".new-abc.png": "half", "notes.txt": "foreign", "zz-short.png": "foreign"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(what), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.now = c.now.Add(31 * time.Minute)
	second := open(t, cfg)
	if data, mime := read(t, second, kept); data != "kept" || mime != "image/webp" {
		t.Errorf("got %q as %s", data, mime)
	}
	if data, _ := read(t, second, old); data != "" || onDisk(t, dir) != 3 {
		t.Errorf("old %q, %d files on disk; want the kept one and the two foreign ones", data, onDisk(t, dir))
	}
	if n, size := second.Size(); n != 1 || size != 4 {
		t.Errorf("%d files of %d bytes", n, size)
	}
}

func TestFilesRemovedByHand(t *testing.T) {
	dir := t.TempDir()
	s := open(t, files.Config{Dir: dir})
	name := put(t, s, "image/png", "x")
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	if data, _ := read(t, s, name); data != "" {
		t.Errorf("got %q", data)
	}
}

// TestSomethingInItsPlace: what was put where a file was is none, and is not waited for.
func TestSomethingInItsPlace(t *testing.T) {
	dir := t.TempDir()
	s := open(t, files.Config{Dir: dir})
	name := put(t, s, "image/png", "picture")
	path := filepath.Join(dir, name)
	if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenFile(name); !errors.Is(err, files.ErrNotFound) {
		t.Errorf("a pipe: %v", err)
	}
}

func TestNoRoomToWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	s := open(t, files.Config{Dir: dir})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if name, err := s.SaveFile("image/png", []byte("x")); err == nil {
		t.Errorf("kept as %s in a folder that is not there", name)
	}
	if n, size := s.Size(); n != 0 || size != 0 {
		t.Errorf("%d files of %d bytes", n, size)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Open(files.Config{Dir: dir}); err == nil {
		t.Error("a file was opened as a store")
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t, files.Config{Dir: t.TempDir(), MaxSize: 4 << 10})
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			data := bytes.Repeat([]byte{byte(i)}, 256)
			for range 20 {
				name, err := s.SaveFile("image/png", data)
				if err != nil {
					t.Error(err)
					return
				}
				if f, err := s.OpenFile(name); err == nil {
					got, err := io.ReadAll(f)
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("read %d bytes, %v", len(got), err)
					}
					_ = f.Close()
				} else if !errors.Is(err, files.ErrNotFound) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if _, size := s.Size(); size > 4<<10 {
		t.Errorf("%d bytes are kept", size)
	}
}

func FuzzNames(f *testing.F) {
	f.Add("../../etc/passwd")
	f.Add("t1u2v3-abcdefghijklmnopqrstuvwxyz.png")
	dir := f.TempDir()
	s, err := files.Open(files.Config{Dir: dir})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if file, err := s.OpenFile(name); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("%q was found: %v, %v", name, file, err)
		}
	})
}
