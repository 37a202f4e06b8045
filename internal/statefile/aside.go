package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// FreeAside is a name beside path for content that is set aside, such as
// NAME.damaged-20261123T083000Z, that nothing has yet.
func FreeAside(path string, now time.Time) string {
	return FreePath(path + ".damaged-" + now.UTC().Format("20060102T150405Z"))
}

// FreePath is the path itself when nothing is there, else the first of PATH-2, PATH-3
// and so on. A name that cannot be looked at counts as taken.
func FreePath(path string) string {
	to := path
	for n := 2; n < 1000; n++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			break
		}
		to = fmt.Sprintf("%s-%d", path, n)
	}
	return to
}

// SetAside renames a file out of the way, without covering another one, and
// returns its new name.
func SetAside(path string, now time.Time) (name string, err error) {
	to := FreeAside(path, now)
	if err := os.Rename(path, to); err != nil {
		return "", err
	}
	return filepath.Base(to), nil
}

// LoadOrSetAside reads a file of at most limit bytes and has decode understand it; one that is
// not there is no error and is not decoded. A file of no use, for decode too, is set
// aside: the error is a *DamageError that says where it lies, and another file may
// take its place. Any other error means that nothing may: see Unreadable.
func LoadOrSetAside(path string, limit int64, now time.Time, decode func(data []byte) error) error {
	data, err := Read(path, limit)
	if err == nil {
		if err := decode(data); err != nil {
			return setAsideError(path, now, fmt.Errorf("it is not understood: %w", err))
		}
		return nil
	}
	if IsDamaged(err) {
		return setAsideError(path, now, err)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return WithRemedy(err)
}

func setAsideError(path string, now time.Time, why error) error {
	name, err := SetAside(path, now)
	if err != nil {
		return fmt.Errorf("%s: %s, and it cannot be set aside: %w", path, why.Error(), WithRemedy(err))
	}
	return &DamageError{fmt.Sprintf("%s: %v; it is set aside as %s", path, why, name)}
}

// temporaryName matches the names that Replace gives to files that it has not
// finished.
var temporaryName = regexp.MustCompile(`^\.(.+?)[0-9]+$`)

// RemoveTemporaries removes the files that interrupted calls of [Replace] left in
// dir, and returns their names. left decides by the base name of the file that was to
// be replaced, and by how long ago its temporary file was written to; no process may
// still be writing it. A directory that cannot be read has nothing to be swept.
func RemoveTemporaries(dir string, left func(name string, age time.Duration) bool) (removed []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		m := temporaryName.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if err != nil || !left(m[1], time.Since(info.ModTime())) {
			continue
		}
		if os.Remove(filepath.Join(dir, e.Name())) == nil {
			removed = append(removed, e.Name())
		}
	}
	return removed
}
