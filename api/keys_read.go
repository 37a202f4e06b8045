package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
)

// stamp tells one content of the file from the next; the zero stamp is like no
// content.
type stamp struct{ info os.FileInfo }

func (s stamp) equal(other stamp) bool {
	if s.info == nil || other.info == nil {
		return s.info == other.info
	}
	return os.SameFile(s.info, other.info) &&
		s.info.Size() == other.info.Size() && s.info.ModTime().Equal(other.info.ModTime())
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
