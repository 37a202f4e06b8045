package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// fileStamp identifies one content of the file; the zero fileStamp is that of no
// content.
type fileStamp struct{ info os.FileInfo }

func (s fileStamp) sameContent(other fileStamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == other.info
	}
	return os.SameFile(s.info, other.info) &&
		s.info.Size() == other.info.Size() && s.info.ModTime().Equal(other.info.ModTime())
}

// maxKeysFile bounds the bytes read of a key file; each key takes about 90 bytes.
const maxKeysFile = 1 << 20

var errNotRegular = errors.New("this is no regular file; put the key file there")

// readKeys reads the file. It refuses other than regular files: reading a pipe would
// never end. It returns the stamp with an error too, if there is one.
func readKeys(path string) ([]Key, fileStamp, error) {
	if _, err := stampOf(path); err != nil { // before it is opened: some devices act on that
		return nil, fileStamp{}, fmt.Errorf("reading the keys: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fileStamp{}, fmt.Errorf("reading the keys: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	if err != nil {
		return nil, fileStamp{}, fmt.Errorf("reading the keys: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(f, maxKeysFile+1))
	if err != nil {
		return nil, fileStamp{}, fmt.Errorf("reading the keys: %w", err)
	}
	if len(content) > maxKeysFile {
		return nil, fileStamp{info}, fmt.Errorf("reading the keys: %s has more than %d bytes, which is no key file", path, maxKeysFile)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, fileStamp{info}, fmt.Errorf("reading the keys: %s: %w", path, errKeysEmpty)
	}
	keys, err := parseKeys(content)
	if err != nil {
		return nil, fileStamp{info}, fmt.Errorf("reading the keys: %s %w", path, err)
	}
	return keys, fileStamp{info}, nil
}

// stampOf looks at the file without opening it.
func stampOf(path string) (fileStamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}, err
	}
	if !info.Mode().IsRegular() {
		return fileStamp{}, &fs.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	return fileStamp{info}, nil
}

// parseKeys reads the lines of a key file. Empty lines and those that begin with
// # are skipped.
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
