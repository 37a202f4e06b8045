// Package machine boots a clean Debian with systemd as its first process, in a
// container on an overlay: a machine of its own for a test, that is up within two
// seconds and leaves nothing behind. It needs root, and a kernel that lets root
// mount and make control groups; elsewhere tests are skipped and say why.
package machine

import (
	"context"
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

// Machine is a running container. It has a loopback of its own and no other
// network; Forward and Lend connect it with this machine's.
type Machine struct {
	// Root is its file system as this machine sees it.
	Root string

	leader  int // the container's first process, by its number here
	console harness.Transcript
}

// Boot starts a machine with the given files, by their path inside and here, and
// waits until it is up. It is stopped when the test ends.
func Boot(t testing.TB, files map[string]string) *Machine {
	t.Helper()
	harness.Tool(t, "systemd-nspawn", "systemd-container")
	groups := controlGroups(t)
	m := &Machine{Root: overlay(t, debian(t))}
	for inside, here := range files {
		content, err := os.ReadFile(here)
		if err != nil {
			t.Fatal(err)
		}
		m.Write(t, inside, string(content), 0o644)
	}
	// Its processes get a control group beside those of this machine.
	var enter strings.Builder
	for _, group := range groups {
		fmt.Fprintf(&enter, "echo $$ > %s/cgroup.procs\n", group)
	}
	cmd := exec.Command("sh", "-ec", enter.String()+`exec systemd-nspawn --quiet --directory="$0" --register=no --keep-unit --boot --private-network --machine=geminid-test --console=pipe`, m.Root)
	cmd.Stdout, cmd.Stderr = &m.console, &m.console
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how the container ended is on its console
		close(ended)
	}()
	t.Cleanup(func() { m.halt(t, cmd.Process, ended) })
	m.await(t, cmd.Process.Pid, ended)
	return m
}

// await waits until systemd has started all there is to start.
func (m *Machine) await(t testing.TB, container int, ended <-chan struct{}) {
	t.Helper()
	var state string
	harness.Eventually(t, 90*time.Second, "the machine is up", func() bool {
		select {
		case <-ended:
			t.Fatalf("the machine does not boot:\n%s", m.console.String())
		default:
		}
		if m.leader == 0 {
			m.leader = firstOf(container)
			return false
		}
		state, _ = m.Try(t.Context(), "systemctl", "is-system-running")
		return state == "running" || state == "degraded"
	})
	if state == "degraded" {
		failed, _ := m.Try(t.Context(), "systemctl", "--failed", "--no-legend") // only for the log
		t.Logf("the machine is up without: %s", failed)
	}
}

// firstOf finds the first process of a container among the children of the one
// that runs it, 0 while there is none.
func firstOf(container int) int {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", container, container)) // it may have ended
	for child := range strings.FieldsSeq(string(children)) {
		status, _ := os.ReadFile(filepath.Join("/proc", child, "status"))
		for line := range strings.Lines(string(status)) {
			if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "NSpid:" && fields[2] == "1" {
				var pid int
				if _, err := fmt.Sscan(child, &pid); err == nil {
					return pid
				}
			}
		}
	}
	return 0
}

func (m *Machine) halt(t testing.TB, container *os.Process, ended <-chan struct{}) {
	t.Helper()
	if t.Failed() && m.leader != 0 {
		journal, _ := m.Try(context.Background(), "journalctl", "--no-pager", "-o", "short-precise", "-n", "200", "-u", "geminid")
		t.Logf("the journal of geminid:\n%s", journal)
	}
	_ = container.Signal(syscall.SIGTERM) // asks systemd inside to shut down
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(m.leader, syscall.SIGKILL)
		_ = container.Kill()
		<-ended
	}
}

// command is a command inside, with a plain environment.
func (m *Machine) command(ctx context.Context, line ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "nsenter", append([]string{"-t", fmt.Sprint(m.leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "--",
		"env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}, line...)...)
}

// Try runs a command as root and returns what it printed, without the last line
// break, and its exit code, -1 when it could not run.
func (m *Machine) Try(ctx context.Context, line ...string) (said string, code int) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	out, err := m.command(ctx, line...).CombinedOutput()
	said = strings.TrimRight(string(out), "\n")
	var exit *exec.ExitError
	switch {
	case err == nil:
		return said, 0
	case errors.As(err, &exit):
		return said, exit.ExitCode()
	}
	return said + err.Error(), -1
}

// Do runs a shell script as root and returns what it printed. The test fails when
// the script does.
func (m *Machine) Do(t testing.TB, script string) string {
	t.Helper()
	said, code := m.Try(t.Context(), "sh", "-ec", script)
	if code != 0 {
		t.Fatalf("%s: exit code %d\n%s", script, code, said)
	}
	return said
}

// Write puts a file into the machine, as root.
func (m *Machine) Write(t testing.TB, path, content string, mode os.FileMode) {
	t.Helper()
	here := filepath.Join(m.Root, path)
	if err := os.MkdirAll(filepath.Dir(here), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(here, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
