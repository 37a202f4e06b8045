package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/statefile"
)

// Names inside the state directory.
const (
	lockName    = "lock"
	accountsDir = "accounts"
)

// ErrClosed is the error of a Store that was closed.
var ErrClosed = errors.New("the cookie store is closed")

// LockedError is the error of [Open] if another process owns the directory.
type LockedError struct {
	// PID is the owner's process id, 0 if it could not be read.
	PID int
	Dir string
}

// Error implements error.
func (e *LockedError) Error() string {
	who := "another geminid"
	if e.PID > 0 {
		who = fmt.Sprintf("another geminid (pid %d)", e.PID)
	}
	return who + " already owns " + e.Dir + "; stop it first, or give this one a state directory of its own"
}

// Config decides where and how a [Store] keeps its files.
type Config struct {
	// Dir is the state directory; it is created with mode 0700. Required.
	Dir string
	// NoSync leaves out fsync: fast, and safe against a crash of the process
	// but not of the machine. The zero value syncs.
	NoSync bool
	// Now is the wall clock that dates files; nil means time.Now.
	Now func() time.Time
	// Logger gets the problems found at the start; nil means silence.
	Logger *slog.Logger
}

// Store is the daemon's durable state, one file an account, in a directory that
// it owns alone as long as it is open. It is safe for concurrent use. Every
// write replaces a whole file, so a reader at any instant, and a restart after
// any crash, finds the old generation or the new one.
type Store struct {
	cfg  Config
	lock *dirLock

	mu     sync.Mutex // serializes writers and guards the rest
	closed bool
	unread map[string]error // accounts whose record cannot be read
}

// Open locks the directory, creates missing parts of it and sweeps up the remains of an
// interrupted write. It does not wait for the lock: *Locked names its holder. A
// read-only directory opens too; see Writable.
func Open(c Config) (*Store, error) {
	if c.Dir == "" {
		return nil, errors.New("opening the cookie store: no directory given")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := makePrivate(c.Dir, c.Logger); err != nil {
		return nil, fmt.Errorf("creating the state directory: %w", statefile.WithRemedy(err))
	}
	lock, err := lockDir(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{cfg: c, lock: lock, unread: make(map[string]error)}
	if err := makePrivate(s.accountsDir(), c.Logger); err != nil && !isPassing(err) {
		return nil, errors.Join(fmt.Errorf("creating the state directory: %w", statefile.WithRemedy(err)), lock.releaseLock())
	}
	s.sweepTemporary()
	if err := s.Writable(); err != nil {
		c.Logger.Error("the state can not be saved now; going on without", "dir", c.Dir, "err", err)
	}
	return s, nil
}

// isPassing reports whether an error of the disk is a matter of its present state
// and no fault in how the directory was set up.
func isPassing(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// makePrivate creates a directory, or removes the permissions of others from one that
// exists. Where that cannot be done it only says so, with what helps.
func makePrivate(dir string, logger *slog.Logger) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil || !isExposed(info) {
		return err
	}
	failure := os.Chmod(dir, 0o700)
	if info, err = os.Stat(dir); err != nil || !isExposed(info) {
		return err
	}
	logger.Warn("other users may look into the state directory", "dir", dir, "do", privacyRemedy(failure), "err", failure)
	return nil
}

func isExposed(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// privacyRemedy returns what makes a directory private whose mode was changed in vain:
// it belongs to another user, or its file system has no modes, as FAT and network
// shares have none.
func privacyRemedy(failure error) string {
	const mount = "its file system keeps no permissions, mount it with umask=077 and the uid of this process, or set state_dir to a directory of another disk"
	switch {
	case failure == nil:
		return mount
	case errors.Is(failure, syscall.EROFS):
		return "run chmod 700 on it when its disk can be written"
	}
	return "run chmod 700 on it as its owner; if that does not help, " + mount
}

// litter matches the files whose interrupted writes are swept up: all that is only
// written under the lock, by this room and by others, in the state directory.
var litter = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}\.(?:json|secret|log|head)(?:\.damaged-[0-9TZ-]+)?$`)

// keysName is written by commands too, which take no lock: only a file that is older
// than any of them takes was left behind.
const (
	keysName = "keys"
	keysTake = time.Hour
)

// sweepTemporary removes temporary files. The lock is held, so no process is writing
// them.
func (s *Store) sweepTemporary() {
	for _, dir := range []string{s.cfg.Dir, s.accountsDir()} {
		for _, name := range statefile.RemoveTemporaries(dir, func(name string, age time.Duration) bool {
			return litter.MatchString(name) || name == keysName && age > keysTake
		}) {
			s.cfg.Logger.Info("removed what an interrupted write left", "file", name)
		}
	}
}

func (s *Store) accountsDir() string { return filepath.Join(s.cfg.Dir, accountsDir) }

// Writable writes and removes a small file and returns why a save would fail
// now, nil if it would not.
func (s *Store) Writable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	path := filepath.Join(s.accountsDir(), ".probe.json0") // a name that sweep knows
	err := os.WriteFile(path, []byte("geminid can write here\n"), 0o600)
	if removeErr := os.Remove(path); err == nil {
		err = removeErr
	}
	if err != nil {
		return fmt.Errorf("a restart would lose renewed cookies: %w", statefile.WithRemedy(err))
	}
	return nil
}

// CheckLock reports a change of the lock since the last look, nil for none. A lock file
// that was removed or replaced is made anew. A state directory that was moved away is
// not followed: the error lasts.
func (s *Store) CheckLock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	return s.lock.checkHeld()
}

// Close gives the directory up. Later calls of any method fail with ErrClosed;
// a second Close does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.lock.releaseLock()
}

func checkAccount(name string) error {
	if cookie.ValidAccount(name) {
		return nil
	}
	return fmt.Errorf("%q can not name an account; use 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit", name)
}
