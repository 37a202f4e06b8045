package auth

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Keys are the keys that are valid, kept in a file that is read again if it has
// changed. Make it with [OpenKeys] or [StaticKeys]. It is safe for concurrent use.
type Keys struct {
	path string // empty if the keys are fixed
	mark string // empty if no mark is kept

	mu        sync.Mutex
	keys      []Key // replaced, never changed
	everMade  bool  // there is a key file, was one, or should be one
	markTried bool  // LeaveMark was called
	checked   time.Time
	stamp     fileStamp
	err       error
	errTaken  bool // TakeNewError has returned err
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// The errors of [Keys.AddKey], [Keys.AdoptKey] and [Keys.RevokeKey].
var (
	ErrKeyExists  = errors.New("a key of this name exists already; revoke it first or choose another name")
	ErrNoSuchKey  = errors.New("no key has this name")
	ErrKeyName    = errors.New("a key's name has 1 to 64 letters, digits, dots, dashes or underscores")
	ErrFixedKeys  = errors.New("these keys are fixed and cannot be changed")
	errKeysAbsent = errors.New("the key file is missing; restore it, or make a new key with: geminid keys add NAME")
	errKeysEmpty  = errors.New("the key file is empty, so that no key is valid; restore it, or make a new key with: geminid keys add NAME")
)

// StaticKeys returns keys without a file, such as those of the demo. Without any
// the server is keyless.
func StaticKeys(keys ...Key) *Keys { return &Keys{keys: keys, everMade: len(keys) > 0} }

// KeysConfig is where keys are kept. Only Path is required.
type KeysConfig struct {
	// Path is the key file, one name:role:sha256hex a line.
	Path string
	// Mark is a file that AddKey, AdoptKey and LeaveMark leave behind. While it
	// exists, a missing key file was lost, and not merely never made. Empty keeps
	// no mark.
	Mark string
	// Required means that a missing key file was lost, with or without a mark.
	Required bool
}

// OpenKeys reads the keys and changes nothing on the disk. A file or a line that
// cannot be read is an error. A missing or empty file is not, so that a key can be
// added to it: [Keys.Err] then says whether it was lost, and [Keys.IsKeyless]
// whether there never was one.
func OpenKeys(c KeysConfig) (*Keys, error) {
	k := &Keys{path: c.Path, mark: c.Mark, everMade: c.Required, checked: time.Now()}
	k.loadIfChanged()
	if k.err != nil && !errors.Is(k.err, errKeysAbsent) && !errors.Is(k.err, errKeysEmpty) {
		return nil, k.err
	}
	return k, nil
}

// IsKeyless reports whether no key was ever made. It stays false if the last one
// is revoked or the file is lost, so that what a key guarded stays guarded.
func (k *Keys) IsKeyless() bool {
	k.currentKeys()
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.everMade
}

// currentKeys returns the keys as the file had them a second ago at most. A file
// that vanished or cannot be read leaves the keys as they were: an editor's slip
// must not lock clients out. One that was emptied leaves no key.
func (k *Keys) currentKeys() []Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" || time.Since(k.checked) < time.Second {
		return k.keys
	}
	return k.reloadNow()
}

// reloadNow looks at the file now. The caller holds the lock.
func (k *Keys) reloadNow() []Key {
	k.checked = time.Now()
	k.loadIfChanged()
	return k.keys
}

// ReloadFile looks at the file now. If it cannot be read ReloadFile returns the
// reason, and the keys stay as they were.
func (k *Keys) ReloadFile() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" {
		return nil
	}
	k.reloadNow()
	return k.err
}

// loadIfChanged takes over the file's content if it has changed. The caller holds
// the lock.
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

// noteMissingFile decides whether a file that is not there was lost. The caller
// holds the lock.
func (k *Keys) noteMissingFile() {
	if k.everMade = k.everMade || k.isMarked(); k.everMade {
		k.noteReadError(fmt.Errorf("reading the keys: %s: %w", k.path, errKeysAbsent))
		return
	}
	k.err = nil
}

// noteReadError notes why the file cannot be read. The caller holds the lock.
func (k *Keys) noteReadError(err error) {
	k.errTaken = k.errTaken && k.err != nil && k.err.Error() == err.Error()
	k.stamp, k.err = fileStamp{}, err
}

// TakeNewError returns the reason why the file cannot be read if it is a new one,
// each once, so that it can be logged.
func (k *Keys) TakeNewError() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil || k.errTaken {
		return nil
	}
	k.errTaken = true
	return k.err
}

// Err returns the reason why the file could not be used at the last look; nil if
// it could, or if there never was one.
func (k *Keys) Err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// ListKeys returns the keys in the order of the file.
func (k *Keys) ListKeys() []Key { return slices.Clone(k.currentKeys()) }

// HasRole reports whether there is a key with the role.
func (k *Keys) HasRole(role Role) bool {
	return slices.ContainsFunc(k.currentKeys(), func(key Key) bool { return key.Role == role })
}

// MatchKeys compares the presented keys with those that are valid. If none is
// known it looks at the file once more: a key may have been made a moment ago.
func (k *Keys) MatchKeys(presented []string) Match {
	m := matchDigests(k.currentKeys(), presented)
	if m.Role != "" || k.path == "" || len(presented) == 0 {
		return m
	}
	k.mu.Lock()
	kept := k.reloadNow()
	k.mu.Unlock()
	return matchDigests(kept, presented)
}
