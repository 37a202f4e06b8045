package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// FreeAside is a name beside path for content that is set aside, such as
// NAME.damaged-20261123T083000Z, that nothing has yet. An error of the disk other
// than absence also counts as taken.
func FreeAside(path string, now time.Time) string {
	base := path + ".damaged-" + now.UTC().Format("20060102T150405Z")
	to := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) || n > 1000 {
			return to
		}
		to = fmt.Sprintf("%s-%d", base, n)
	}
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

// temporary matches the names that Replace gives to what it has not finished.
var temporary = regexp.MustCompile(`^\.(.+?)[0-9]+$`)

// Sweep removes what interrupted Replaces left of files in dir, by the base names
// of these files, and returns what it removed. Nobody may be writing them. A
// directory that cannot be read has nothing to be swept.
func Sweep(dir string, ours func(name string) bool) (removed []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		m := temporary.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() || !ours(m[1]) {
			continue
		}
		if os.Remove(filepath.Join(dir, e.Name())) == nil {
			removed = append(removed, e.Name())
		}
	}
	slices.Sort(removed)
	return removed
}
