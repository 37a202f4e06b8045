package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedAtTheTerminal: a command that waits for somebody to write is ended
// by the first Ctrl-C.
func TestInterruptedAtTheTerminal(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "geminid") // the name makes the test binary one
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	commands := map[string][]string{
		"init": {"init", "-c", filepath.Join(t.TempDir(), "geminid.yaml")}, "check": {"cookies", "check", "-"}, "import": {"cookies", "import", "-"},
		"migration": {"config", "import", "--from", "cliproxyapi", "-"},
	}
	for name, args := range commands {
		t.Run(name, func(t *testing.T) {
			c := exec.CommandContext(t.Context(), program, args...)
			c.Env = append(os.Environ(), "HOME="+t.TempDir())
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			said, err := c.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			// It reads: it has asked, or has taken more than a pipe can hold.
			if name == "init" {
				if _, err := bufio.NewReader(said).ReadString(':'); err != nil {
					t.Fatal(err)
				}
			} else if _, err := in.Write([]byte(strings.Repeat("#", 1<<17))); err != nil {
				t.Fatal(err)
			}
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			defer time.AfterFunc(30*time.Second, func() { _ = in.Close() }).Stop() // where it goes on reading
			_ = c.Wait()
			if status := c.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT {
				t.Errorf("it ended with %v, not by the signal", c.ProcessState)
			}
		})
	}
}
