package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestSickDisk: a disk that fails while the new value is written. The old file
// stays whole, the session goes on, it is said, and saved when the disk is well.
func TestSickDisk(t *testing.T) {
	need(t, "strace")
	for _, fault := range []string{"fsync:error=EIO", "rename,renameat,renameat2:error=ENOSPC"} {
		t.Run(strings.ReplaceAll(fault, ",", " "), func(t *testing.T) {
			h := newHouse(t, "tick: 1s")
			d := h.serve(t)
			before := readRecord(t, h.home)
			syscalls, _, _ := strings.Cut(fault, ":")
			tracer := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+syscalls, "-e", "inject="+fault, "-p", pid(d))
			if err := tracer.Start(); err != nil {
				t.Fatal(err)
			}
			stop := func() { _ = tracer.Process.Signal(os.Interrupt); _ = tracer.Wait() }
			defer stop()
			attached(t, d)
			rotate(t, d)
			if after := readRecord(t, h.home); after != before {
				t.Error("the file changed although it could not be written whole")
			}
			if a := only(t, d); a.Persisted || !strings.Contains(strings.Join(a.Notes, " "), "restart") {
				t.Errorf("persisted %v, notes %q: the owner is not told", a.Persisted, a.Notes)
			}
			ask(t, d)
			if !strings.Contains(d.Output(), "session not saved") {
				t.Error("the log does not say that the session was not saved")
			}
			stop()
			harness.Eventually(t, 2*time.Minute, "the value is saved when the disk is well", func() bool {
				return only(t, d).Persisted && readRecord(t, h.home) != before
			})
		})
	}
}

// attached waits until a tracer holds the daemon, or skips where none may.
func attached(t *testing.T, d *harness.Daemon) {
	t.Helper()
	for range 300 {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.Pid()))
		if err == nil && !strings.Contains(string(status), "TracerPid:\t0\n") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	harness.NotTested(t, "strace may not attach to a process on this machine")
}

// TestReadOnlyState: the daemon starts on a read-only state directory, warns, and
// serves; status says that nothing is saved.
func TestReadOnlyState(t *testing.T) {
	need(t, "unshare", "mount")
	h := newHouse(t)
	d := h.serve(t)
	d.Kill()
	state := h.home.State()
	if err := exec.Command("unshare", "-m", "sh", "-c", fmt.Sprintf("mount --bind %q %q && mount -o remount,ro,bind %q", state, state, state)).Run(); err != nil {
		harness.NotTested(t, "this machine does not let a test mount: %v", err)
	}
	d = harness.LaunchInside(t, h.home, "unshare", "-m", "sh", "-c",
		fmt.Sprintf(`mount --bind %q %q && mount -o remount,ro,bind %q && exec "$@"`, state, state, state), "sh")
	d.Key = h.admin
	d.AwaitState(t, "valid", 30*time.Second)
	ask(t, d)
	rotate(t, d)
	ask(t, d)
	if a := only(t, d); a.Persisted {
		t.Error("status claims that the session is saved")
	}
	if said := d.Output(); !strings.Contains(said, "read-only") {
		t.Errorf("the log does not name the read-only disk")
	}
}

// TestFullDisk: the state lies on a full disk. The old file stays as it was.
func TestFullDisk(t *testing.T) {
	need(t, "unshare", "mount")
	h := newHouse(t)
	d := h.serve(t)
	d.Kill()
	state := h.home.State()
	script := fmt.Sprintf(`cp -a %[1]q %[1]q.copy && mount -t tmpfs -o size=96k tmpfs %[1]q && cp -a %[1]q.copy/. %[1]q/ && `+
		`{ dd if=/dev/zero of=%[1]q/ballast bs=1k 2>/dev/null; exec "$@"; }`, state)
	if err := exec.Command("unshare", "-m", "sh", "-c", fmt.Sprintf("mount -t tmpfs -o size=96k tmpfs %q", state)).Run(); err != nil {
		harness.NotTested(t, "this machine does not let a test mount: %v", err)
	}
	d = harness.LaunchInside(t, h.home, "unshare", "-m", "sh", "-c", script, "sh")
	d.Key = h.admin
	d.AwaitState(t, "valid", 30*time.Second)
	inside := filepath.Join(fmt.Sprintf("/proc/%d/root", d.Pid()), state, "accounts", "default.json")
	before, err := os.ReadFile(inside)
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, d)
	ask(t, d)
	if after, err := os.ReadFile(inside); err != nil || string(after) != string(before) {
		t.Errorf("the old file did not stay byte for byte: %v", err)
	}
	if a := only(t, d); a.Persisted {
		t.Error("status claims that the session is saved")
	}
}

// TestFewDescriptors: out of descriptors the process stays, answers again when
// there are some, and the loops turn.
func TestFewDescriptors(t *testing.T) {
	need(t, "prlimit")
	h := newHouse(t, "tick: 1s")
	d := h.serve(t)
	run(t, "prlimit", "--pid", pid(d), "--nofile=20:4096")
	release := harness.Crowd(t, d.URL, 50)
	time.Sleep(3 * time.Second)
	run(t, "prlimit", "--pid", pid(d), "--nofile=4096:4096")
	release()
	harness.Eventually(t, 2*time.Second+harness.Slack, "the metrics answer again", func() bool {
		return metric(t, d, "geminid_supervisor_last_tick_timestamp_seconds") > 0
	})
	ask(t, d)
	rotate(t, d)
}
