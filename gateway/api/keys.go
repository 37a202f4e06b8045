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
	mark string // empty: none is kept

	mu        sync.Mutex
	keys      []Key // replaced, never changed
	everMade  bool  // there is a key file, was one, or should be one
	markTried bool  // Remember was here
	checked   time.Time
	stamp     fileStamp
	err       error
	errTaken  bool // news has returned err
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Errors of Add and Revoke.
var (
	ErrKeyExists  = errors.New("a key of this name exists already; revoke it first or choose another name")
	ErrNoSuchKey  = errors.New("no key has this name")
	ErrKeyName    = errors.New("a key's name has 1 to 64 letters, digits, dots, dashes or underscores")
	ErrFixedKeys  = errors.New("these keys are fixed and can not be changed")
	errKeysAbsent = errors.New("the key file is missing; restore it, or make a new key with: geminid keys add NAME")
	errKeysEmpty  = errors.New("the key file is empty, so that no key is valid; restore it, or make a new key with: geminid keys add NAME")
)

// StaticKeys are keys known by heart, without a file: those of the demo. Without
// any the server is keyless.
func StaticKeys(keys ...Key) *Keys { return &Keys{keys: keys, everMade: len(keys) > 0} }

// KeysConfig says where keys are kept. Only Path is required.
type KeysConfig struct {
	// Path is the key file, one name:role:sha256hex a line.
	Path string
	// Mark is a file that Add, Adopt and Remember leave behind: while it exists, a
	// missing key file was lost, and is not one that nobody has made yet. Empty
	// keeps no mark.
	Mark string
	// Required means that a missing key file was lost, with or without a mark.
	Required bool
}

// OpenKeys reads the keys and changes nothing on the disk. A file that can not be
// read is an error, and so is a line of it. A file that is missing or empty is
// none, so that a key can be added to it: Err then says whether it was lost,
// Keyless whether there never was one.
func OpenKeys(c KeysConfig) (*Keys, error) {
	k := &Keys{path: c.Path, mark: c.Mark, everMade: c.Required, checked: time.Now()}
	k.loadIfChanged()
	if k.err != nil && !errors.Is(k.err, errKeysAbsent) && !errors.Is(k.err, errKeysEmpty) {
		return nil, k.err
	}
	return k, nil
}

// IsKeyless reports whether no key was ever made. It stays false when the last one
// is revoked, or its file lost: what a key guarded stays guarded.
func (k *Keys) IsKeyless() bool {
	k.currentKeys()
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.everMade
}

// currentKeys returns the keys as the file had them a second ago at most. A file that
// vanished or can not be read leaves the keys as they were: an editor's slip must
// lock nobody out. One that was emptied leaves none, and lets nobody in.
func (k *Keys) currentKeys() []Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" || time.Since(k.checked) < time.Second {
		return k.keys
	}
	return k.reloadNow()
}

// reloadNow looks at the file now. The lock is held.
func (k *Keys) reloadNow() []Key {
	k.checked = time.Now()
	k.loadIfChanged()
	return k.keys
}

// ReloadFile looks at the file now and returns why it can not be read. The keys then
// stay as they were.
func (k *Keys) ReloadFile() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" {
		return nil
	}
	k.reloadNow()
	return k.err
}

// loadIfChanged takes the file's content when it has changed. The lock is held.
func (k *Keys) loadIfChanged() {
	st, err := stampOf(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.noteMissingFile()
	case err != nil:
		k.noteReadError(fmt.Errorf("reading the keys: %w", err))
	case !st.sameContent(k.stamp):
		k.everMade = true
		keys, st, err := readKeys(k.path)
		switch {
		case errors.Is(err, errKeysEmpty):
			k.keys = nil
			k.noteReadError(err)
		case err != nil:
			k.noteReadError(err)
		default:
			k.keys, k.err = keys, nil
		}
		k.stamp = st
	}
}

// noteMissingFile judges that there is no file. The lock is held.
func (k *Keys) noteMissingFile() {
	if k.everMade = k.everMade || k.isMarked(); k.everMade {
		k.noteReadError(fmt.Errorf("reading the keys: %s: %w", k.path, errKeysAbsent))
		return
	}
	k.err = nil
}

// noteReadError notes why the file can not be read. The lock is held.
func (k *Keys) noteReadError(err error) {
	k.errTaken = k.errTaken && k.err != nil && k.err.Error() == err.Error()
	k.stamp, k.err = fileStamp{}, err
}

// TakeNewError returns a new reason why the file can not be read, each once.
func (k *Keys) TakeNewError() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil || k.errTaken {
		return nil
	}
	k.errTaken = true
	return k.err
}

// Err is why the file could not be used when it was last looked at; nil when it
// could, or when there never was one.
func (k *Keys) Err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// ListKeys returns the keys in the order of the file.
func (k *Keys) ListKeys() []Key { return slices.Clone(k.currentKeys()) }

// HasRole reports whether there is a key of the role.
func (k *Keys) HasRole(role Role) bool {
	return slices.ContainsFunc(k.currentKeys(), func(key Key) bool { return key.Role == role })
}

// MatchKeys returns the best role among the presented keys, empty when none is known,
// and whether a stray one is among them. When none is known the file is looked at
// once more: a key may have been made a moment ago.
func (k *Keys) MatchKeys(presented []string) (role Role, stray bool) {
	role, stray = bestRole(k.currentKeys(), presented)
	if role != "" || k.path == "" || len(presented) == 0 {
		return role, stray
	}
	k.mu.Lock()
	kept := k.reloadNow()
	k.mu.Unlock()
	return bestRole(kept, presented)
}

// bestRole compares every presented key with every kept one, so that its time tells
// nothing about either.
func bestRole(kept []Key, presented []string) (role Role, stray bool) {
	var api, admin, strays int
	for _, p := range presented {
		sum, known := DigestOf(p), 0
		for i := range kept {
			same := subtle.ConstantTimeCompare(sum[:], kept[i].Digest[:])
			if kept[i].Role == RoleAdmin {
				admin |= same
			} else {
				api |= same
			}
			known |= same
		}
		strays += 1 - known
	}
	switch {
	case admin == 1:
		role = RoleAdmin
	case api == 1:
		role = RoleAPI
	}
	return role, strays > 0
}

// GenerateKey makes a key: 32 random bytes behind a prefix by which scanners for
// leaked secrets know it.
func GenerateKey() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return "gmd_" + base64.RawURLEncoding.EncodeToString(secret)
}
