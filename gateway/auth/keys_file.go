package auth

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"
)

// AddKey makes a key, writes its digest to the file and returns the key, which
// cannot be read again afterwards.
func (k *Keys) AddKey(name string, admin bool) (string, error) {
	key := GenerateKey()
	entry, err := newEntry(name, key, admin)
	if err != nil {
		return "", err
	}
	err = k.editFile(func(keys []Key) ([]Key, error) {
		if hasName(keys, name) {
			return nil, ErrKeyExists
		}
		return append(keys, entry), nil
	})
	if err != nil {
		return "", err
	}
	return key, nil
}

// AdoptKey writes the digest of a key that clients have already, so that they need
// no new one, and returns its name: a number is added to a name that another key
// has. If the key is there already AdoptKey returns its name and ErrKeyExists.
// Such a key should be as hard to guess as one of [GenerateKey].
func (k *Keys) AdoptKey(name, key string, admin bool) (string, error) {
	entry, err := newEntry(name, key, admin)
	if err != nil {
		return "", err
	}
	err = k.editFile(func(keys []Key) ([]Key, error) {
		same := slices.IndexFunc(keys, func(k Key) bool { return k.Digest == entry.Digest && k.Role == entry.Role })
		if same >= 0 {
			entry.Name = keys[same].Name
			return nil, ErrKeyExists
		}
		for n := 2; hasName(keys, entry.Name); n++ {
			entry.Name = fmt.Sprintf("%s-%d", name, n)
		}
		return append(keys, entry), nil
	})
	return entry.Name, err
}

// CheckKeyName returns [ErrKeyName] if a key may not have the name.
func CheckKeyName(name string) error {
	if !keyName.MatchString(name) {
		return ErrKeyName
	}
	return nil
}

func newEntry(name, key string, admin bool) (Key, error) {
	entry := Key{Name: name, Role: RoleAPI, Digest: DigestOf(key)}
	if admin {
		entry.Role = RoleAdmin
	}
	return entry, CheckKeyName(name)
}

func hasName(keys []Key, name string) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return k.Name == name })
}

// RevokeKey removes the key from the file. A running server refuses it within a
// second; requests that run already go on. The last key leaves a file without
// keys, which keeps the server closed.
func (k *Keys) RevokeKey(name string) error {
	return k.editFile(func(keys []Key) ([]Key, error) {
		kept := slices.DeleteFunc(keys, func(key Key) bool { return key.Name == name })
		if len(kept) == len(keys) {
			return nil, ErrNoSuchKey
		}
		return kept, nil
	})
}

// editFile reads the file anew, lets edit change its keys and replaces it in one
// step, so that a reader sees either the old content or the new one.
func (k *Keys) editFile(edit func([]Key) ([]Key, error)) error {
	if k.path == "" {
		return ErrFixedKeys
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	unlock, err := lockKeys(k.path)
	if err != nil {
		return fmt.Errorf("changing the keys: %w", err)
	}
	defer unlock()
	keys, _, err := readKeys(k.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errKeysEmpty) {
		return err
	}
	keys, err = edit(keys)
	if err != nil {
		return err
	}
	if err := k.writeKeys(keys); err != nil {
		return fmt.Errorf("writing the keys: %w", err)
	}
	k.keys, k.err, k.everMade = keys, nil, true
	k.stamp, _ = stampOf(k.path)
	return nil
}

// lockKeys waits until no other process changes the key file, and makes its
// directory if need be: the first key is often made before the first start. Two
// changes at once could restore a revoked key. The lock is a file of its own
// beside the keys, because the key file is replaced by each change and the
// directory is locked by the daemon for as long as it runs.
func lockKeys(path string) (unlock func(), err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if err := chownLikeDir(f, dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // which releases the lock
}

// writeKeys replaces the file. The mark is written first: a crash between the two
// then closes the server, and in the other order it would open it.
func (k *Keys) writeKeys(keys []Key) error {
	var text strings.Builder
	if len(keys) == 0 {
		text.WriteString(allRevoked)
	}
	for _, key := range keys {
		fmt.Fprintf(&text, "%s:%s:%s\n", key.Name, key.Role, hex.EncodeToString(key.Digest[:]))
	}
	fresh := k.mark != "" && !k.isMarked()
	if fresh {
		if err := writeFile(k.mark, markText); err != nil {
			return err
		}
	}
	err := writeFile(k.path, text.String())
	if err != nil && fresh {
		err = errors.Join(err, os.Remove(k.mark))
	}
	return err
}

// LeaveMark writes the mark of [KeysConfig] if there is a key file now. It tries
// once.
func (k *Keys) LeaveMark() error {
	k.currentKeys()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.mark == "" || k.markTried || !k.everMade {
		return nil
	}
	k.markTried = true
	if k.isMarked() {
		return nil
	}
	if err := writeFile(k.mark, markText); err != nil {
		return fmt.Errorf("noting that this server has keys: %w", err)
	}
	return nil
}

// isMarked reports whether the mark is there. A mark that cannot be looked at
// counts as there.
func (k *Keys) isMarked() bool {
	if k.mark == "" {
		return false
	}
	_, err := os.Lstat(k.mark)
	return !errors.Is(err, fs.ErrNotExist)
}

const (
	allRevoked = "# Every key was revoked. The server stays closed until there is a new one: geminid keys add NAME\n"
	markText   = "Keys were made for this server: without its key file it stays closed.\n"
)

// chownLikeDir makes the owner of the directory the owner of the file too: root
// makes keys for a daemon that runs as another user and has to read them.
func chownLikeDir(file *os.File, dir string) error {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		return file.Chown(int(owner.Uid), int(owner.Gid))
	}
	return nil
}

// writeFile replaces a file in one step. Only its owner may read it.
func writeFile(path, text string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := renameio.NewPendingFile(path, renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if _, err := file.WriteString(text); err != nil {
		return err
	}
	if err := chownLikeDir(file.File, dir); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}
