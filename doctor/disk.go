package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const (
	spaceBad, spaceLow   = 100 << 20, 1 << 30 // bytes
	inodesBad, inodesLow = 100, 10_000
)

// disk says whether there is room for the state.
func disk(_ context.Context, c *Config) []Finding {
	if c.StateDir == "" {
		return nil
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(existing(c.StateDir), &fs); err != nil {
		return one(Note, "the disk of the state directory can not be looked at: "+err.Error(), "")
	}
	return space(int64(fs.Bavail)*int64(fs.Bsize), int64(fs.Ffree), fs.Files > 0, fs.Flags&unix.ST_RDONLY != 0)
}

// existing is the nearest directory above a path that is there.
func existing(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

// space judges free bytes and inodes; not every file system counts inodes.
func space(bytes, inodes int64, counts, readOnly bool) []Finding {
	const room = "make room: journalctl --vacuum-size=200M, or lower files_max_size"
	switch {
	case readOnly:
		return one(Bad, "the disk of the state directory is mounted read-only: renewed cookies are lost with a restart", "see dmesg for errors of the disk, then: mount -o remount,rw")
	case bytes < spaceBad:
		return one(Bad, fmt.Sprintf("only %d MiB are free for the state", bytes>>20), room)
	case counts && inodes < inodesBad:
		return one(Bad, fmt.Sprintf("only %d inodes are free for the state", inodes), "remove small files that nobody needs; df -i shows where")
	case bytes < spaceLow:
		return one(Warning, fmt.Sprintf("%d MiB are free for the state", bytes>>20), room)
	case counts && inodes < inodesLow:
		return one(Warning, fmt.Sprintf("%d inodes are free for the state", inodes), "remove small files that nobody needs; df -i shows where")
	}
	return one(Good, fmt.Sprintf("%d GiB are free for the state", bytes>>30), "")
}
