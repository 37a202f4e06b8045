package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Tool returns the path of a program that comes with a Debian package, and
// installs the package where it is missing, with others that stand behind it,
// after a blank. Where that can not be, because this is not Debian or not root,
// the test is skipped and says what is missing.
func Tool(t testing.TB, program, debianPackage string) string {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 {
		NotTested(t, "%s is not installed (Debian: apt-get install %s)", program, debianPackage)
	}
	if err := install(debianPackage); err != nil {
		t.Fatalf("%s is not installed, and installing %s failed: %v", program, debianPackage, err)
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s was installed and is still missing: %v", debianPackage, err)
	}
	return path
}

// NotTested skips a test that this machine can not run, and says why.
func NotTested(t testing.TB, format string, args ...any) {
	t.Helper()
	t.Skip("NOT TESTED: " + fmt.Sprintf(format, args...))
}

var installing sync.Mutex // the tests of this process take turns

// install has apt install a package. A lock file keeps the processes of other
// test packages waiting: apt waits for itself only half of the time.
func install(debianPackage string) (err error) {
	turn, err := os.OpenFile(filepath.Join(os.TempDir(), "geminid-e2e-apt.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, turn.Close()) }()
	if err := syscall.Flock(int(turn.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	const wait = "DPkg::Lock::Timeout=500"
	for _, args := range [][]string{
		{"-o", wait, "update", "-q"},
		append([]string{"-o", wait, "install", "-q", "-y", "--no-install-recommends"}, strings.Fields(debianPackage)...),
	} {
		cmd := exec.Command("apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return errors.Join(err, errors.New(tail(strings.TrimSpace(string(out)), 20)))
		}
	}
	return nil
}
