//go:build unix

package browser

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// isRunning reports whether a Firefox runs with a profile: it holds a lock on this
// file, which the system takes back when it ends, however it ends.
func isRunning(profile string) bool {
	file, err := os.Open(filepath.Join(profile, ".parentlock"))
	if err != nil {
		return false
	}
	defer file.Close()
	lock := syscall.Flock_t{Type: syscall.F_RDLCK, Whence: io.SeekStart}
	err = syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &lock)
	return err == nil && lock.Type != syscall.F_UNLCK
}
