package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
	v, err := volumeOf(existing(c.StateDir))
	if err != nil {
		return one(Note, "the disk of the state directory can not be looked at: "+err.Error(), "")
	}
	return space(v)
}

// volume is the file system of a directory. Not every one counts inodes.
type volume struct {
	bytes, inodes    int64 // free
	counts, readOnly bool
	eventless        string // its name when changes may make no events
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

// space judges what is free.
func space(v volume) []Finding {
	const room = "make room: journalctl --vacuum-size=200M, or lower files_max_size"
	switch {
	case v.readOnly:
		return one(Bad, "the disk of the state directory is mounted read-only: renewed cookies are lost with a restart", "see dmesg for errors of the disk, then: mount -o remount,rw")
	case v.bytes < spaceBad:
		return one(Bad, fmt.Sprintf("only %d MiB are free for the state", v.bytes>>20), room)
	case v.counts && v.inodes < inodesBad:
		return one(Bad, fmt.Sprintf("only %d inodes are free for the state", v.inodes), "remove small files that nobody needs; df -i shows where")
	case v.bytes < spaceLow:
		return one(Warning, fmt.Sprintf("%d MiB are free for the state", v.bytes>>20), room)
	case v.counts && v.inodes < inodesLow:
		return one(Warning, fmt.Sprintf("%d inodes are free for the state", v.inodes), "remove small files that nobody needs; df -i shows where")
	}
	return one(Good, fmt.Sprintf("%d GiB are free for the state", v.bytes>>30), "")
}
