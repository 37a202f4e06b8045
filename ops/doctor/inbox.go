package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxInboxFiles is how many files of the inbox are read.
const maxInboxFiles = 256

// checkInbox finds what keeps dropped files from being found: a file that is mounted by
// itself, and too many files.
func checkInbox(_ context.Context, c *Config) []Finding {
	if c.InboxDir == "" {
		return nil
	}
	var out []Finding
	for _, path := range c.mountsBelow(c.InboxDir) {
		out = append(out, Finding{Level: Warning,
			Text: fmt.Sprintf("%s is mounted into the inbox by itself: if it is replaced, as most programs do, the old one is seen here for good", path),
			Fix:  "mount the directory of the inbox in its place, and start the container again"})
	}
	if entries, err := os.ReadDir(c.InboxDir); err == nil && len(entries) > maxInboxFiles {
		out = append(out, Finding{Level: Warning,
			Text: fmt.Sprintf("the inbox %s holds %d files: only %d are read, those called as exports and the newest", c.InboxDir, len(entries), maxInboxFiles),
			Fix:  "set inbox_dir to a directory that serves nothing else"})
	}
	if len(out) == 0 {
		return singleFinding(Good, "the inbox serves nothing else", "")
	}
	return out
}

// mountsBelow lists what is mounted below a directory.
func (c *Config) mountsBelow(dir string) []string {
	if end, err := filepath.EvalSymlinks(dir); err == nil {
		dir = end
	}
	var list []string
	for line := range strings.Lines(c.readSystemFile("proc/self/mountinfo")) {
		if fields := strings.Fields(line); len(fields) > 4 {
			if path := unescapeMount(fields[4]); strings.HasPrefix(path, dir+"/") {
				list = append(list, path)
			}
		}
	}
	return list
}

// unescapeMount undoes the octal escapes of the kernel, such as \040 for a blank.
func unescapeMount(path string) string {
	var out strings.Builder
	for i := 0; i < len(path); i++ {
		if path[i] == '\\' && i+3 < len(path) {
			if code, err := strconv.ParseUint(path[i+1:i+4], 8, 8); err == nil {
				out.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		out.WriteByte(path[i])
	}
	return out.String()
}
