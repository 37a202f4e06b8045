package cookie

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const secretSize = 32

// Secret returns the 32 random bytes that are kept under a name, making them at
// the first call. Names follow the rule of account names. A file of another size
// is set aside. When a new secret can
// not be written it is returned together with the error: it then lives as long
// as the caller keeps it.
func (s *Store) Secret(name string) ([]byte, error) {
	if !ValidAccount(name) {
		return nil, fmt.Errorf("%q can not name a secret", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	path := filepath.Join(s.cfg.Dir, name+".secret")
	secret, err := os.ReadFile(path)
	switch {
	case err == nil && len(secret) == secretSize:
		return secret, nil
	case err == nil:
		aside, _ := s.setAsideLocked(path) // when that fails it is overwritten, or the write below says why not
		s.cfg.Logger.Warn("a damaged secret is replaced by a new one; marks made with it look different from now on",
			"file", path, "bytes", len(secret), "set_aside_as", aside)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("reading the secret %s: %w", name, explain(err))
	}
	secret = make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails: it ends the process instead
	if err := s.writeLocked(path, secret); err != nil {
		return secret, fmt.Errorf("keeping the secret %s: %w", name, explain(err))
	}
	return secret, nil
}

// Mark is the name under which people see a set: twelve hex digits of a keyed
// hash of PSID and PSIDTS. Two sets with the same values have the same mark, and
// without the key a mark tells nothing. The zero Set has no mark.
func Mark(key []byte, set Set) string {
	if set.IsZero() {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	sum := set.Key()
	mac.Write(sum[:])
	return hex.EncodeToString(mac.Sum(nil)[:6])
}
