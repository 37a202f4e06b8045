package hostile_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// memoryGroup is a control group with a limit of memory, in either version.
type memoryGroup struct {
	dir   string
	first bool // version 1
}

// newMemoryGroup makes a group of so many bytes. The test is skipped on a machine that
// does not let it.
func newMemoryGroup(t *testing.T, bytes int) memoryGroup {
	t.Helper()
	const mount = "/sys/fs/cgroup"
	g := memoryGroup{dir: fmt.Sprintf("%s/geminid-test-%d", mount, os.Getpid())}
	limit := "memory.max"
	if _, err := os.Stat(mount + "/memory/memory.limit_in_bytes"); err == nil {
		g = memoryGroup{dir: fmt.Sprintf("%s/memory/geminid-test-%d", mount, os.Getpid()), first: true}
		limit = "memory.limit_in_bytes"
	}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		harness.NotTested(t, "no control group with a limit of memory can be made here (root can): %v", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(g.dir); err != nil {
			t.Errorf("the control group stays behind: %v", err)
		}
	})
	if err := os.WriteFile(filepath.Join(g.dir, limit), strconv.AppendInt(nil, int64(bytes), 10), 0o600); err != nil {
		harness.NotTested(t, "control groups have no limit of memory here: %v", err)
	}
	if g.first { // the buffers of connections are counted only if they have a limit
		_ = os.WriteFile(filepath.Join(g.dir, "memory.kmem.tcp.limit_in_bytes"), []byte("17179869184"), 0o600)
	}
	return g
}

// wrapper is the command line that starts a program in the group.
func (g memoryGroup) wrapper() []string {
	return []string{"sh", "-c", `echo $$ > "$0"/cgroup.procs && exec "$@"`, g.dir}
}

// value returns a number of a file: the whole file, or the line that begins with key.
func (g memoryGroup) value(file, key string) int64 {
	content, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return -1
	}
	if key == "" {
		n, _ := strconv.ParseInt(string(bytes.TrimSpace(content)), 10, 64)
		return n
	}
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), key+" "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			return n
		}
	}
	return -1
}

// killed returns how many processes of the group the kernel has killed.
func (g memoryGroup) killed() int64 {
	if g.first {
		return g.value("memory.oom_control", "oom_kill")
	}
	return g.value("memory.events", "oom_kill")
}

// groupUsage is the memory of a group at one moment.
type groupUsage struct{ anonymous, buffers, kernel int64 }

func (g memoryGroup) usage() groupUsage {
	if g.first {
		return groupUsage{g.value("memory.stat", "rss"), g.value("memory.kmem.tcp.usage_in_bytes", ""), g.value("memory.kmem.usage_in_bytes", "")}
	}
	return groupUsage{g.value("memory.stat", "anon"), g.value("memory.stat", "sock"), g.value("memory.stat", "kernel")}
}

// raise keeps the larger ones.
func (u *groupUsage) raise(v groupUsage) {
	u.anonymous, u.buffers, u.kernel = max(u.anonymous, v.anonymous), max(u.buffers, v.buffers), max(u.kernel, v.kernel)
}

func (u groupUsage) String() string {
	return fmt.Sprintf("%d MiB anonymous, %d MiB of connections' buffers, %d MiB of the kernel's", u.anonymous>>20, u.buffers>>20, u.kernel>>20)
}
