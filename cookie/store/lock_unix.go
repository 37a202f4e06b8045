//go:build unix

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// dirLock is an exclusive flock on the state directory itself and on DIR/lock. The
// kernel drops both when the process ends, however it ends, so they cannot go stale.
// The directory's holds whatever happens to the names inside; the file's shows who has
// it, and keeps out where a file system locks no directories.
type dirLock struct {
	path string
	dir  *os.File
	file *os.File // nil on a read-only file system without one
}

// lockDir takes the lock without waiting; *Locked says who holds it.
func lockDir(dir string) (*dirLock, error) {
	l := &dirLock{path: filepath.Join(dir, lockName)}
	var err error
	if l.dir, err = os.Open(dir); err != nil {
		return nil, fmt.Errorf("opening the state directory: %w", statefile.WithRemedy(err))
	}
	err = lockFile(l.dir)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = l.heldBy()
	} else {
		err = l.lockFile(err)
	}
	if err != nil {
		_ = l.dir.Close()
		return nil, err
	}
	return l, nil
}

// lockFile locks DIR/lock as well. bare is why the directory could not be locked, as
// on some network file systems; nil if it is.
func (l *dirLock) lockFile(bare error) error {
	for {
		f, err := openLock(l.path)
		if errors.Is(err, syscall.EROFS) && bare == nil {
			return nil // the daemon must come up and say so rather than stay down
		}
		if statefile.IsDamaged(err) && bare == nil {
			if _, err := statefile.SetAside(l.path, time.Now()); err != nil {
				return fmt.Errorf("setting aside what stands in the place of the lock: %w", statefile.WithRemedy(err))
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("opening the lock of %s: %w", filepath.Dir(l.path), statefile.WithRemedy(err))
		}
		if err := lockFile(f); err != nil {
			_ = f.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				return l.heldBy()
			}
			return fmt.Errorf("locking %s: %w", l.path, err)
		}
		if !stillThere(f) {
			// The file was deleted between the open and the lock: the lock held here
			// protects nothing.
			_ = f.Close()
			continue
		}
		l.file = f
		l.writePID(os.Getpid())
		return nil
	}
}

// heldBy is the error that names who has the lock.
func (l *dirLock) heldBy() error {
	locked := &LockedError{Dir: filepath.Dir(l.path)}
	if f, err := statefile.Open(l.path, os.O_RDONLY, 0); err == nil {
		locked.PID = readPID(f)
		_ = f.Close()
	}
	return locked
}

// openLock opens the lock file, also where it cannot be created because the file
// system is read-only.
func openLock(path string) (*os.File, error) {
	f, err := statefile.Open(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil || !errors.Is(err, syscall.EROFS) {
		return f, err
	}
	if f, openErr := statefile.Open(path, os.O_RDONLY, 0); openErr == nil {
		return f, nil
	}
	return nil, err
}

// checkHeld makes sure that the lock still keeps others out. A lock file that is not
// there, or is another one by now, is made anew; the error says so once.
func (l *dirLock) checkHeld() error {
	dir := filepath.Dir(l.path)
	if isReplaced(l.dir) {
		return fmt.Errorf("the state directory %s was moved or replaced while it is in use; stop this server, put the directory back, and start again", dir)
	}
	if l.file == nil || !isReplaced(l.file) {
		return nil
	}
	old := l.file
	if err := l.lockFile(nil); err != nil {
		return fmt.Errorf("the lock file was removed or replaced, and cannot be made anew: %w", err)
	}
	_ = old.Close()
	return fmt.Errorf("the lock file %s was removed or replaced; it is made anew, and the directory was locked all the while", l.path)
}

func lockFile(f *os.File) error {
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

// isReplaced reports whether another file, or none, is at the path of an open one. A
// path that cannot be examined counts as not replaced.
func isReplaced(f *os.File) bool {
	held, heldErr := f.Stat()
	named, err := os.Stat(f.Name())
	return errors.Is(err, fs.ErrNotExist) || heldErr == nil && err == nil && !os.SameFile(held, named)
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

func (l *dirLock) releaseLock() error {
	if l.file == nil {
		return l.dir.Close()
	}
	l.writePID(0)
	return errors.Join(l.file.Close(), l.dir.Close())
}
