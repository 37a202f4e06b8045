package store

import (
	"crypto/rand"
	"fmt"
	"path/filepath"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/statefile"
)

const secretSize = 32

// Secret returns the 32 random bytes that are kept under a name, making them at the
// first call. Names follow the rule of account names. Anything but a file of that size
// is set aside. A secret that is there and cannot be read is left alone. When an error
// comes with a secret, that one is new, is not on disk, and lives as long as the caller
// keeps it.
func (s *Store) Secret(name string) ([]byte, error) {
	if !cookie.ValidAccount(name) {
		return nil, fmt.Errorf("%q can not name a secret", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	path := filepath.Join(s.cfg.Dir, name+".secret")
	secret, err := readSecret(path)
	if err == nil {
		return secret, nil
	}
	fresh := make([]byte, secretSize)
	_, _ = rand.Read(fresh) // never fails: it ends the process instead
	if statefile.IsUnreadable(err) {
		return fresh, fmt.Errorf("reading the secret %s: %w", name, statefile.WithRemedy(err))
	}
	if statefile.IsDamaged(err) {
		aside, _ := s.setAsideLocked(path) // when that fails it is overwritten, or the write below says why not
		s.cfg.Logger.Warn("a damaged secret is replaced by a new one; marks made with it look different from now on",
			"file", path, "err", err, "set_aside_as", aside)
	}
	if err := s.writeLocked(path, fresh); err != nil {
		return fresh, fmt.Errorf("keeping the secret %s: %w", name, statefile.WithRemedy(err))
	}
	return fresh, nil
}

func readSecret(path string) ([]byte, error) {
	secret, err := statefile.Read(path, 1<<10)
	if err == nil && len(secret) != secretSize {
		err = newDamagedError(fmt.Sprintf("it holds %d bytes and not %d", len(secret), secretSize))
	}
	return secret, err
}
