package api

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Digest is the SHA-256 of a key. Keys are 32 random bytes, so that a plain hash
// hides them. The zero Digest is no key.
type Digest [sha256.Size]byte

// DigestOf hashes a key as clients send it.
func DigestOf(key string) Digest { return sha256.Sum256([]byte(key)) }

// Role is what a key may do.
type Role string

// The roles.
const (
	RoleAPI   Role = "api"   // ask questions
	RoleAdmin Role = "admin" // that, and everything about the sessions
)

// Key is one key as it is kept: without the key itself.
type Key struct {
	Name   string
	Role   Role
	Digest Digest
}

// Keys are the keys that may come in, kept in a file that is read again when it
// has changed. Safe for concurrent use.
type Keys struct {
	path string // empty: the keys are fixed

	mu      sync.Mutex
	keys    []Key // replaced, never changed
	checked time.Time
	stamp   stamp
	err     error
	told    bool // news has returned err
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Errors of Add and Revoke.
var (
	ErrKeyExists  = errors.New("a key of this name exists already; revoke it first or choose another name")
	ErrNoSuchKey  = errors.New("no key has this name")
	ErrKeyName    = errors.New("a key's name has 1 to 64 letters, digits, dots, dashes or underscores")
	ErrFixedKeys  = errors.New("these keys are fixed and can not be changed")
	errKeysAbsent = errors.New("the file is gone; an empty one would mean that there are no keys")
)

// StaticKeys are keys known by heart, without a file: those of the demo.
func StaticKeys(keys ...Key) *Keys { return &Keys{keys: keys} }

// OpenKeys reads the keys in path, one name:role:sha256hex a line. An absent
// file means that there are none yet; a line that can not be read is an error.
func OpenKeys(path string) (*Keys, error) {
	k := &Keys{path: path}
	keys, st, err := readKeys(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	k.keys, k.stamp, k.checked = keys, st, time.Now()
	return k, nil
}

// current returns the keys as the file had them a second ago at most.
// A file that vanished or can not be read leaves the keys as they were: an
// editor's slip must lock nobody out and open no door.
func (k *Keys) current() []Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" || time.Since(k.checked) < time.Second {
		return k.keys
	}
	return k.latest()
}

// latest looks at the file now. The lock is held.
func (k *Keys) latest() []Key {
	k.checked = time.Now()
	k.reread()
	return k.keys
}

// Reread looks at the file now and returns why it can not be read. The keys then
// stay as they were.
func (k *Keys) Reread() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" {
		return nil
	}
	k.latest()
	return k.err
}

// reread takes the file's content when it has changed. The lock is held.
func (k *Keys) reread() {
	st, err := stampOf(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(k.keys) == 0:
		k.err = nil
	case errors.Is(err, fs.ErrNotExist):
		k.trouble(fmt.Errorf("reading the keys: %s: %w", k.path, errKeysAbsent))
	case err != nil:
		k.trouble(fmt.Errorf("reading the keys: %w", err))
	case !st.equal(k.stamp):
		keys, _, err := readKeys(k.path)
		if err != nil {
			k.trouble(err)
		} else {
			k.keys, k.err = keys, nil
		}
		k.stamp = st
	}
}

// trouble notes why the file can not be read. The lock is held.
func (k *Keys) trouble(err error) {
	k.told = k.told && k.err != nil && k.err.Error() == err.Error()
	k.stamp, k.err = stamp{}, err
}

// news returns a new reason why the file can not be read, each once.
func (k *Keys) news() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil || k.told {
		return nil
	}
	k.told = true
	return k.err
}

// Err is why the file could not be read when it was last looked at; nil when it
// could.
func (k *Keys) Err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// List returns the keys in the order of the file.
func (k *Keys) List() []Key { return slices.Clone(k.current()) }

// Has reports whether there is a key of the role.
func (k *Keys) Has(role Role) bool {
	return slices.ContainsFunc(k.current(), func(key Key) bool { return key.Role == role })
}

// match returns the best role among the presented keys, empty when none is
// known. For an unknown one the file is looked at once more: it may have been
// made a moment ago.
func (k *Keys) match(presented []string) Role {
	role := best(k.current(), presented)
	if role != "" || k.path == "" || len(presented) == 0 {
		return role
	}
	k.mu.Lock()
	kept := k.latest()
	k.mu.Unlock()
	return best(kept, presented)
}

// best compares every presented key with every kept one, so that its time tells
// nothing about either.
func best(kept []Key, presented []string) Role {
	var api, admin int
	for _, p := range presented {
		sum := DigestOf(p)
		for i := range kept {
			same := subtle.ConstantTimeCompare(sum[:], kept[i].Digest[:])
			if kept[i].Role == RoleAdmin {
				admin |= same
			} else {
				api |= same
			}
		}
	}
	switch {
	case admin == 1:
		return RoleAdmin
	case api == 1:
		return RoleAPI
	}
	return ""
}

// NewKey makes a key: 32 random bytes behind a prefix by which scanners for
// leaked secrets know it.
func NewKey() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return "gmd_" + base64.RawURLEncoding.EncodeToString(secret)
}
