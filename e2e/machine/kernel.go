package machine

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// overlay mounts a writable view of a directory, in memory.
func overlay(t testing.TB, lower string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "geminid-machine-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	mount(t, dir, "tmpfs", "mode=755")
	for _, sub := range []string{"up", "work", "root"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(dir, "root")
	mount(t, root, "overlay", fmt.Sprintf("lowerdir=%s,upperdir=%s/up,workdir=%s/work", lower, dir, dir))
	return root
}

func mount(t testing.TB, at, kind, options string) {
	t.Helper()
	if err := syscall.Mount(kind, at, kind, 0, options); err != nil {
		harness.NotTested(t, "this kernel does not let a test mount a %s: %v", kind, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// controlGroups makes a group in each hierarchy that systemd needs.
func controlGroups(t testing.TB) (groups []string) {
	t.Helper()
	if os.Getuid() != 0 {
		harness.NotTested(t, "booting a machine needs root")
	}
	const base = "/sys/fs/cgroup"
	hierarchies := []string{base + "/systemd", base + "/unified"}
	if _, err := os.Stat(base + "/cgroup.controllers"); err == nil {
		hierarchies = []string{base}
	}
	// One name in all of them: nspawn takes the path of the newer hierarchy for the
	// older one as well.
	name := fmt.Sprintf("/geminid-test-%d-%d", os.Getpid(), time.Now().UnixNano())
	for _, hierarchy := range hierarchies {
		if _, err := os.Stat(hierarchy + "/cgroup.procs"); err != nil {
			continue
		}
		group := hierarchy + name
		if err := os.Mkdir(group, 0o755); err != nil {
			harness.NotTested(t, "this kernel does not let a test make control groups: %v", err)
		}
		t.Cleanup(func() { leave(t, group) })
		groups = append(groups, group)
	}
	if len(groups) == 0 {
		harness.NotTested(t, "there are no control groups for systemd in %s", base)
	}
	return groups
}

// leave removes a control group and those below it. Those of processes that are
// about to end take a moment.
func leave(t testing.TB, group string) {
	t.Helper()
	var err error
	for range 100 {
		var below []string
		_ = filepath.WalkDir(group, func(path string, entry os.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				below = append(below, path)
			}
			return nil
		})
		for i := len(below) - 1; i >= 0; i-- {
			err = os.Remove(below[i])
		}
		if len(below) == 0 || err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("a control group stays behind: %v", err)
}
