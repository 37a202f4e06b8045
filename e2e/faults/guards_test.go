package faults_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestSecondDaemon: neither a removed lock file nor the same control socket lets a
// second daemon take anything from the first.
func TestSecondDaemon(t *testing.T) {
	h := newHouse(t, "tick: 1s")
	d := h.serve(t)
	second := func(home harness.Home, config string) (output string, code int) {
		t.Helper()
		stdout, stderr, code := harness.Run(t, harness.Command{Name: "geminid", Home: home.Dir,
			Args: []string{"serve", "--config", config, "--listen", harness.FreeAddr(t)}})
		return stdout + stderr, code
	}
	if err := os.Remove(filepath.Join(h.home.State(), "lock")); err != nil {
		t.Fatal(err)
	}
	if output, code := second(h.home, h.home.Config()); code != 75 || !strings.Contains(output, "already owns") {
		t.Errorf("the same state: exit code %d, %s", code, output)
	}
	harness.Eventually(t, 10*time.Second, "the removed lock is told and made anew", func() bool {
		pid, _ := os.ReadFile(filepath.Join(h.home.State(), "lock"))
		return strings.TrimSpace(string(pid)) == fmt.Sprint(d.Pid()) && strings.Contains(d.Output(), "made anew")
	})
	other := harness.NewHome(t)
	other.Configure(t, "upstream_url: "+h.sim.URL, "socket: "+h.home.Socket())
	if output, code := second(other, other.Config()); code != 75 || !strings.Contains(output, fmt.Sprintf("pid %d", d.Pid())) {
		t.Errorf("the same socket: exit code %d, %s", code, output)
	}
	if err := os.Remove(h.home.Socket()); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, 10*time.Second, "commands reach the first again", func() bool {
		_, _, code := harness.Run(t, harness.Command{Name: "geminid", Home: h.home.Dir, Args: []string{"cookies", "status", "--config", h.home.Config()}})
		return code == 0
	})
	ask(t, d)
}

// TestStateOfPipes: every file of the state directory is a pipe at the start. It
// starts, says so, and serves.
func TestStateOfPipes(t *testing.T) {
	h := newHouse(t, "tick: 1s")
	d := h.serve(t)
	d.Stop(t)
	files, err := filepath.Glob(filepath.Join(h.home.State(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	accounts, _ := filepath.Glob(filepath.Join(h.home.State(), "accounts", "*"))
	for _, path := range append(files, accounts...) {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || filepath.Base(path) == "keys" {
			continue
		}
		if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	d = h.serve(t)
	ask(t, d)
	if !strings.Contains(d.Output(), "named pipe") {
		t.Errorf("nothing is told of the pipes:\n%s", d.Output())
	}
	if code := d.Stop(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if left, _ := exec.CommandContext(t.Context(), "find", h.home.State(), "-name", ".*[0-9]", "-type", "f").Output(); len(left) > 0 {
		t.Errorf("left: %s", left)
	}
}
