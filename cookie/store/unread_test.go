//go:build unix

package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/internal/cookietest"
	"github.com/geminid/geminid/cookie/store"
)

// faults are what keeps a sound record, moved to PATH.real, from being read.
// cure undoes it.
var faults = []struct {
	name  string
	inept bool // root is not kept out by it
	spoil func(path string) error
	cure  func(path string) error
	text  string
}{
	{"no right to read", true, func(path string) error { return os.Chmod(path, 0) },
		func(path string) error { return os.Chmod(path, 0o600) }, "chmod u+rw "},
	{"a link to what is not there", false,
		func(path string) error {
			return errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".gone", path))
		},
		putBack, "mount"},
	{"a link to itself", false,
		func(path string) error { return errors.Join(os.Rename(path, path+".real"), os.Symlink(path, path)) },
		putBack, "symbolic link"},
	{"an I/O error", false, // as reading the beginning of one's own memory gives
		func(path string) error {
			return errors.Join(os.Rename(path, path+".real"), os.Symlink("/proc/self/mem", path))
		},
		putBack, "check its health"},
}

func putBack(path string) error { return os.Rename(path+".real", path) }

// TestStoreKeepsWhatItCannotRead: a record that cannot be read is neither absent
// nor replaced, and is taken up when it can be read.
func TestStoreKeepsWhatItCannotRead(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			if _, err := os.Stat("/proc/self/mem"); err != nil && strings.Contains(fault.name, "I/O") {
				t.Skip("needs /proc")
			}
			dir := t.TempDir()
			if fault.inept && os.Geteuid() == 0 {
				asNobody(t, dir)
				return
			}
			keepsUnread(t.Errorf, dir, fault.spoil, fault.cure, fault.text)
		})
	}
}

// keepsUnread tells what is wrong with how a store treats a spoiled record.
func keepsUnread(wrong func(string, ...any), dir string, spoil, cure func(string) error, text string) {
	s, err := store.Open(store.Config{Dir: dir, NoSync: true})
	if err != nil {
		wrong("opening: %v", err)
		return
	}
	defer s.Close()
	newest := cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}
	path := filepath.Join(dir, "accounts", "default.json")
	if err := errors.Join(s.Save("default", newest), s.Save("other", newest), spoil(path)); err != nil {
		wrong("spoiling: %v", err)
		return
	}
	records, unread, err := s.Load()
	why, ok := errors.AsType[*cookie.UnreadError](unread["default"])
	if err != nil || len(records) != 1 || len(unread) != 1 || !ok {
		wrong("got %d records, unread %v, error %v", len(records), unread, err)
		return
	}
	if said := why.Error() + why.Remedy(); why.Path != path || !strings.Contains(said, text) || strings.Contains(said, "dummy") {
		wrong("it says %q of %s, want %q in it", said, why.Path, text)
	}
	older := cookie.Record{Current: cookietest.MakeSet(psidA, "older")}
	if err := s.Save("default", older); !isUnread(err) {
		wrong("saving over it: %v", err)
	}
	if err := s.Save("other", older); err != nil {
		wrong("saving another account: %v", err)
	}
	if _, err := s.Reload("default"); !isUnread(err) {
		wrong("reading it again: %v", err)
	}
	if err := cure(path); err != nil {
		wrong("curing: %v", err)
	}
	again, err := s.Reload("default")
	if err != nil || again.Current.Key() != newest.Current.Key() {
		wrong("after the cure: %v, error %v", again.Current, err)
	}
	if err := s.Save("default", older); err != nil {
		wrong("saving after the cure: %v", err)
	}
}

func isUnread(err error) bool {
	_, ok := errors.AsType[*cookie.UnreadError](err)
	return ok
}

func init() {
	cookietest.Children["unread"] = func() error {
		var failed []error
		keepsUnread(func(format string, args ...any) { failed = append(failed, fmt.Errorf(format, args...)) },
			os.Getenv("DIR"), faults[0].spoil, faults[0].cure, faults[0].text)
		return errors.Join(append(failed, damageStays(os.Getenv("DIR")))...)
	}
}

// damageStays checks that damage which cannot be set aside is not replaced: it may
// be the only copy of something.
func damageStays(dir string) error {
	s, err := store.Open(store.Config{Dir: dir, NoSync: true})
	if err != nil {
		return err
	}
	defer s.Close()
	accounts := filepath.Join(dir, "accounts")
	path := filepath.Join(accounts, "default.json")
	if err := errors.Join(os.WriteFile(path, []byte("{half"), 0o600), os.Chmod(accounts, 0o500)); err != nil {
		return err
	}
	if _, unread, err := s.Load(); err != nil || !isUnread(unread["default"]) {
		return fmt.Errorf("damage that cannot be moved: unread %v, error %w", unread, err)
	}
	if err := os.Chmod(accounts, 0o700); err != nil {
		return err
	}
	if err := s.Save("default", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)}); !isUnread(err) {
		return fmt.Errorf("saving over it: %w", err)
	}
	if _, err := s.Reload("default"); err == nil || isUnread(err) {
		return fmt.Errorf("it can be set aside now, and was not: %w", err)
	}
	return s.Save("default", cookie.Record{Current: cookietest.MakeSet(psidA, psidtsA)})
}

// asNobody plays a fault that root does not feel in a process without its rights.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	const nobody = 65534
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(d); err != nil || info.Mode().Perm()&1 == 0 {
			if err := os.Chmod(d, info.Mode().Perm()|0o711); err != nil {
				t.Fatal(err)
			}
		}
		if d == filepath.Dir(d) || d == os.TempDir() {
			break
		}
	}
	exe, err := os.ReadFile("/proc/self/exe")
	copied := filepath.Join(dir, "test")
	if err := errors.Join(err, os.WriteFile(copied, exe, 0o755), os.Chown(dir, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	cmd := cookietest.PrepareChild(t, "unread", "DIR="+filepath.Join(dir, "state"))
	cmd.Path, cmd.Dir = copied, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if err := cmd.Run(); err != nil { // it says why on stderr
		t.Error(err)
	}
}
