package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// fewInstances is a limit that a desktop with some editors exhausts.
const fewInstances = 64

// inotify says whether dropped files are noticed at once.
func inotify(_ context.Context, c *Config) []Finding {
	if c.InboxDir == "" {
		return nil
	}
	if c.Poll {
		return one(Good, "file events are off (watch: poll); the inbox is looked at in intervals", "")
	}
	inbox := existing(c.InboxDir)
	if v, err := volumeOf(inbox); err == nil && v.eventless != "" {
		return one(Warning, "the inbox lies on "+v.eventless+", where file events may not arrive", "set watch: poll")
	}
	if err := watchable(inbox); err != nil {
		if errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENOSPC) {
			return one(Bad, "the system has no file watches left: dropped files are noticed in intervals only", "sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=65536, or set watch: poll")
		}
		return one(Warning, "the inbox can not be watched: "+err.Error(), "set watch: poll when this stays")
	}
	if n, ok := c.number("proc/sys/fs/inotify/max_user_instances"); ok && n < fewInstances {
		return one(Note, fmt.Sprintf("only %d file watchers are allowed for each user", n), "sysctl -w fs.inotify.max_user_instances=512")
	}
	return one(Good, "dropped files are noticed at once", "")
}

// system reads a file of the system, empty when it can not be read.
func (c *Config) system(path string) string {
	raw, _ := os.ReadFile(filepath.Join("/", c.Root, path))
	return string(raw)
}

func (c *Config) number(path string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(c.system(path)))
	return n, err == nil
}

// has reports whether a path of the system exists.
func (c *Config) has(path string) bool {
	_, err := os.Stat(filepath.Join("/", c.Root, path))
	return err == nil
}
