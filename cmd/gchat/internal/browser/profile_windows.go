package browser

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// isRunning reports whether a Firefox runs with a profile: while it does, no other program
// else can open this file, which goes away when it ends.
func isRunning(profile string) bool {
	file, err := os.Open(filepath.Join(profile, "parent.lock"))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	file.Close()
	return false
}
