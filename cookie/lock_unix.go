//go:build unix

package cookie

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dirLock is an exclusive flock on DIR/lock. The kernel drops it when the
// process ends, however it ends, so it can not go stale.
type dirLock struct{ file *os.File }

// lockDir takes the lock without waiting; *Locked says who holds it.
func lockDir(dir string) (*dirLock, error) {
	path := filepath.Join(dir, lockName)
	for {
		f, err := openLock(dir, path)
		if err != nil {
			return nil, fmt.Errorf("opening the lock of %s: %w", dir, explain(err))
		}
		if err := flock(f); err != nil {
			pid := readPID(f)
			_ = f.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return nil, &Locked{PID: pid, Dir: dir}
			}
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		if !stillThere(f) {
			// Somebody deleted the file between the open and the lock: what is
			// held here protects nothing.
			_ = f.Close()
			continue
		}
		l := &dirLock{f}
		l.writePID(os.Getpid())
		return l, nil
	}
}

// openLock opens the lock file. Where it can not be created, because the file
// system is read-only, the directory itself is the thing that gets locked: the
// daemon must come up and say so rather than stay down.
func openLock(dir, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil || !errors.Is(err, syscall.EROFS) {
		return f, err
	}
	if f, err := os.Open(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	return os.Open(dir)
}

func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func stillThere(f *os.File) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(f.Name())
	return err == nil && os.SameFile(held, named)
}

// writePID notes the owner in one write of fixed width, so that a reader never
// finds half a number. It is a courtesy to people; the lock holds without it.
func (l *dirLock) writePID(pid int) {
	text := ""
	if pid > 0 {
		text = strconv.Itoa(pid)
	}
	_, _ = l.file.WriteAt(fmt.Appendf(nil, "%-10s\n", text), 0)
}

func readPID(f *os.File) int {
	buf := make([]byte, 16)
	n, _ := f.ReadAt(buf, 0)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	return pid
}

func (l *dirLock) release() error {
	l.writePID(0)
	return l.file.Close()
}
