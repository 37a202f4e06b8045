package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// minInotifyInstances is a limit that a desktop with some editors exhausts.
const minInotifyInstances = 64

// checkInotify warns if dropped files are not noticed at once.
func checkInotify(_ context.Context, c *Config) []Finding {
	if c.InboxDir == "" {
		return nil
	}
	if c.Poll {
		return singleFinding(Good, "file events are off (watch: poll); the inbox is looked at in intervals", "")
	}
	inbox := nearestExisting(c.InboxDir)
	if v, err := volumeOf(inbox); err == nil && v.eventless != "" {
		return singleFinding(Warning, "the inbox lies on "+v.eventless+", where file events may not arrive", "set watch: poll")
	}
	if err := tryWatch(inbox); err != nil {
		if errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENOSPC) {
			return singleFinding(Bad, "the system has no file watches left: dropped files are noticed in intervals only", "sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=65536, or set watch: poll")
		}
		if errors.Is(err, fs.ErrPermission) {
			return singleFinding(Note, "whether dropped files are noticed cannot be seen by this user", fixAsRoot)
		}
		return singleFinding(Warning, "the inbox cannot be watched: "+err.Error(), "set watch: poll when this stays")
	}
	if n, ok := c.readSystemNumber("proc/sys/fs/inotify/max_user_instances"); ok && n < minInotifyInstances {
		return singleFinding(Note, fmt.Sprintf("only %d file watchers are allowed for each user", n), "sysctl -w fs.inotify.max_user_instances=512")
	}
	return singleFinding(Good, "dropped files are noticed at once", "")
}

// readSystemFile reads a file of the system, empty if it cannot be read.
func (c *Config) readSystemFile(path string) string {
	raw, _ := os.ReadFile(filepath.Join("/", c.Root, path))
	return string(raw)
}

func (c *Config) readSystemNumber(path string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(c.readSystemFile(path)))
	return n, err == nil
}

// systemPathExists reports whether a path of the system exists.
func (c *Config) systemPathExists(path string) bool {
	_, err := os.Stat(filepath.Join("/", c.Root, path))
	return err == nil
}
