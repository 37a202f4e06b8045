package audit_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/geminid/geminid/ops/audit"
)

func init() { parts["short of space"] = shortOfSpace }

func TestLogShortOfSpace(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), partEnv+"=short of space", "DIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// shortOfSpace writes to a log that may not grow: the kernel takes the
// beginning of a line and refuses the rest.
func shortOfSpace() error {
	signal.Ignore(syscall.SIGXFSZ)
	path := filepath.Join(os.Getenv("DIR"), "audit.log")
	l, err := audit.Open(audit.Config{Path: path})
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Append("start", "", nil); err != nil {
		return err
	}
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	tight := syscall.Rlimit{Cur: uint64(len(before)) + 50, Max: limit.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
		return err
	}
	for range 3 {
		if err := l.Append("rotated", "default", nil); !errors.Is(err, syscall.EFBIG) {
			return fmt.Errorf("got %v, want EFBIG", err)
		}
		after, err := os.ReadFile(path)
		if err != nil || string(after) != string(before) {
			return fmt.Errorf("the log holds %q, %v after a failed entry", after, err)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := l.Append("rotated", "default", nil); err != nil {
		return err
	}
	r, err := audit.Verify(path)
	if err != nil || r.Entries != 2 || r.Torn != 0 {
		return fmt.Errorf("got %+v, %v, want 2 entries", r, err)
	}
	return nil
}
