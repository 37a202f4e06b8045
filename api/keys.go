package api

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
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

// stamp tells one content of the file from the next; the zero stamp is like no
// content.
type stamp struct{ info os.FileInfo }

func (s stamp) equal(other stamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == other.info
	}
	return os.SameFile(s.info, other.info) && s.info.Size() == other.info.Size() && s.info.ModTime().Equal(other.info.ModTime())
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

func readKeys(path string) ([]Key, stamp, error) {
	st, err := stampOf(path)
	if err != nil {
		return nil, stamp{}, fmt.Errorf("reading the keys: %w", err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, stamp{}, fmt.Errorf("reading the keys: %w", err)
	}
	keys, err := parseKeys(content)
	if err != nil {
		return nil, stamp{}, fmt.Errorf("reading the keys: %s %w", path, err)
	}
	return keys, st, nil
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info}, nil
}

// parseKeys reads the lines of a key file. Empty lines and those that begin with
// # say nothing.
func parseKeys(content []byte) ([]Key, error) {
	var keys []Key
	number := 0
	for line := range bytes.Lines(content) {
		number++
		text := strings.TrimSpace(string(line))
		if text == "" || text[0] == '#' {
			continue
		}
		key, ok := parseKey(text)
		if !ok {
			return nil, fmt.Errorf("line %d: want name:api:<64 hex digits> or name:admin:<64 hex digits>", number)
		}
		if slices.ContainsFunc(keys, func(k Key) bool { return k.Name == key.Name }) {
			return nil, fmt.Errorf("line %d: the name is there twice", number)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parseKey(line string) (Key, bool) {
	fields := strings.Split(line, ":")
	if len(fields) != 3 || !keyName.MatchString(fields[0]) {
		return Key{}, false
	}
	key := Key{Name: fields[0], Role: Role(fields[1])}
	sum, err := hex.DecodeString(fields[2])
	if err != nil || len(sum) != sha256.Size || (key.Role != RoleAPI && key.Role != RoleAdmin) {
		return Key{}, false
	}
	copy(key.Digest[:], sum)
	return key, true
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
