package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/geminid/geminid/cookie/internal/cookietest"
	"github.com/geminid/geminid/cookie/store"
)

func init() { cookietest.Children["sick disk"] = sickDisk }

// ownMounts lets a child mount file systems that nobody else sees. It returns
// false where the kernel does not let us.
func ownMounts(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}

// noMounts is how a child says that it could not even begin.
const noMounts = "mounting is not permitted"

func TestStoreOnASickDisk(t *testing.T) {
	cmd := cookietest.PrepareChild(t, "sick disk", "STATE="+t.TempDir())
	ownMounts(cmd)
	out, err := cmd.Output()
	if bytes.Contains(out, []byte(noMounts)) || errors.Is(err, syscall.EPERM) {
		t.Skipf("NOT TESTED, full and read-only disks: this machine lets nobody mount a tmpfs (%s%v)", out, err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// sickDisk walks a store through a disk that is full, then read-only, then well
// again. It runs in a mount namespace of its own.
func sickDisk() error {
	dir := os.Getenv("STATE")
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		fmt.Println(noMounts, err)
		return nil
	}
	s, err := store.Open(store.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := s.Save("default", generation(1)); err != nil {
		return err
	}
	path := filepath.Join(dir, "accounts", "default.json")
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}

	ballast := filepath.Join(dir, "ballast")
	_ = os.WriteFile(ballast, make([]byte, 64<<10), 0o600) // as much as fits
	if err := refused(s, path, old, syscall.ENOSPC, "free some space"); err != nil {
		return err
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}

	// A second mount of the same files: the open lock would keep the first one
	// from turning read-only.
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		return err
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
		return err
	}
	if err := refused(s, path, old, syscall.EROFS, "remount"); err != nil {
		return err
	}
	if err := errors.Join(s.Close(), startReadOnly(dir)); err != nil {
		return err
	}

	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		return err
	}
	if s, err = store.Open(store.Config{Dir: dir}); err != nil {
		return err
	}
	defer s.Close()
	if err := errors.Join(s.Writable(), s.Save("default", generation(2))); err != nil {
		return fmt.Errorf("well again: %w", err)
	}
	return nil
}

// refused checks that a save fails as it should and changes nothing.
func refused(s *store.Store, path string, old []byte, want syscall.Errno, remedy string) error {
	for name, err := range map[string]error{"save": s.Save("default", generation(2)), "writable": s.Writable()} {
		if !errors.Is(err, want) || !strings.Contains(err.Error(), remedy) {
			return fmt.Errorf("%s: got %v, want %v and %q", name, err, want, remedy)
		}
		fmt.Println(name+":", err)
	}
	if secret, err := s.Secret("marks"); !errors.Is(err, want) || len(secret) != 32 {
		return fmt.Errorf("secret: got %d bytes and %v, want 32 and %v", len(secret), err, want)
	}
	now, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(now, old) {
		return fmt.Errorf("the old file changed (%v)", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		return fmt.Errorf("left behind: %v, %v", entries, err)
	}
	return nil
}

// startReadOnly checks that a daemon can start on a read-only directory, that
// it says so, and that it is still alone there.
func startReadOnly(dir string) error {
	var log bytes.Buffer
	s, err := store.Open(store.Config{Dir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		return fmt.Errorf("read-only: %w", err)
	}
	defer s.Close()
	records, _, err := s.Load()
	if n, numErr := numberOf(records["default"]); n != 1 || err != nil || numErr != nil {
		return fmt.Errorf("read-only: got generation %d, %v, %v", n, err, numErr)
	}
	if _, err := store.Open(store.Config{Dir: dir}); !isLocked(err) {
		return fmt.Errorf("read-only: a second store got %v, want Locked", err)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "read-only") {
		return fmt.Errorf("read-only: the log is silent: %s", log.String())
	}
	return nil
}

// TestPrivacyRemedy: the advice about a directory that others may look into works on
// its file system, for its owner.
func TestPrivacyRemedy(t *testing.T) {
	for _, tt := range []struct {
		failure     error
		begin, ends string
	}{
		{nil, "its file system keeps no permissions, mount it", "state_dir to a directory of another disk"}, // a mount with the option quiet
		{syscall.EPERM, "run chmod 700 on it as its owner; ", "state_dir to a directory of another disk"},
		{syscall.EROFS, "run chmod 700 on it when ", "its disk can be written"},
	} {
		failure := tt.failure
		if failure != nil {
			failure = &fs.PathError{Op: "chmod", Path: "/state", Err: failure}
		}
		if got := store.PrivacyRemedy(failure); !strings.HasPrefix(got, tt.begin) || !strings.HasSuffix(got, tt.ends) {
			t.Errorf("%v: %s", tt.failure, got)
		}
	}
}
