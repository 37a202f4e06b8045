package machine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// debian is the root of a clean Debian, made at the first call of a process and
// removed by Main. It lies in memory, where installing is quick.
func debian(t testing.TB) string {
	t.Helper()
	harness.Tool(t, "mmdebstrap", "mmdebstrap")
	root, err := clean()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

var clean = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "geminid-debian-")
	if err != nil {
		return "", err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
		return "", errors.Join(fmt.Errorf("mounting memory for a clean Debian: %w", err), os.Remove(dir))
	}
	made = dir
	root := filepath.Join(dir, "root")
	cmd := exec.Command(filepath.Join(harness.Root(), "e2e", "machine", "debian.sh"), root)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("making a clean Debian: %w\n%s", err, out)
	}
	return root, nil
})

var made string // what clean mounted

// Main is harness.Main for tests that boot machines.
func Main(m *testing.M) int {
	code := harness.Main(m)
	if made == "" {
		return code
	}
	if err := errors.Join(syscall.Unmount(made, syscall.MNT_DETACH), os.Remove(made)); err != nil {
		fmt.Fprintln(os.Stderr, "machine: removing the clean Debian:", err)
		return max(code, 1)
	}
	return code
}
