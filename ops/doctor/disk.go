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

// checkDisk warns if there is little room for the state.
func checkDisk(_ context.Context, c *Config) []Finding {
	if c.StateDir == "" {
		return nil
	}
	v, err := volumeOf(nearestExisting(c.StateDir))
	if err != nil {
		return singleFinding(Note, "the disk of the state directory cannot be looked at: "+err.Error(), "")
	}
	return judgeSpace(v)
}

// volumeInfo is the file system of a directory. Not every one counts inodes.
type volumeInfo struct {
	bytes, inodes    int64 // free
	counts, readOnly bool
	eventless        string // its name if changes may make no events
	modeless         string // its name if files have the mode of the mount
}

// nearestExisting is the nearest directory above a path that is there.
func nearestExisting(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

// judgeSpace judges the free space.
func judgeSpace(v volumeInfo) []Finding {
	const room = "make room: journalctl --vacuum-size=200M, or lower files_max_size"
	switch {
	case v.readOnly:
		return singleFinding(Bad, "the disk of the state directory is mounted read-only: renewed cookies are lost with a restart", "see dmesg for errors of the disk, then: mount -o remount,rw")
	case v.bytes < spaceBad:
		return singleFinding(Bad, fmt.Sprintf("only %d MiB are free for the state", v.bytes>>20), room)
	case v.counts && v.inodes < inodesBad:
		return singleFinding(Bad, fmt.Sprintf("only %d inodes are free for the state", v.inodes), "remove small files that nobody needs; df -i shows where")
	case v.bytes < spaceLow:
		return singleFinding(Warning, fmt.Sprintf("%d MiB are free for the state", v.bytes>>20), room)
	case v.counts && v.inodes < inodesLow:
		return singleFinding(Warning, fmt.Sprintf("%d inodes are free for the state", v.inodes), "remove small files that nobody needs; df -i shows where")
	}
	return singleFinding(Good, fmt.Sprintf("%d GiB are free for the state", v.bytes>>30), "")
}
