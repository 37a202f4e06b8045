package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait of the harness. It is generous because binaries
// with the race detector share small machines with other tests.
const patience = 30 * time.Second

// Command says what to run.
type Command struct {
	// Name is "geminid" or "gchat".
	Name string
	// Args follow it.
	Args []string
	// Wrapper is a command line that runs it, such as unshare's; empty runs it
	// directly.
	Wrapper []string
	// Plain runs a binary without the race detector.
	Plain bool
	// Env is added to an environment of PATH, HOME and the XDG folders below it.
	Env []string
	// Home is the home directory; empty makes a new one.
	Home string
	// Stdin is what the process reads; empty is an empty input, not a terminal.
	Stdin string
	// Output is what both outputs go to; nil gathers them in Process.Output.
	Output *os.File

	begin func(*exec.Cmd) error // starts it; nil is (*exec.Cmd).Start
}

// Process is a running or ended process. Its methods are safe for concurrent use.
type Process struct {
	cmd    *exec.Cmd
	out    Transcript
	exited chan struct{}
}

// Transcript gathers what a process prints, both outputs in the order in which
// they were written. It is an io.Writer, and safe for concurrent use.
type Transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *Transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String is everything so far.
func (t *Transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

var (
	everyoneMu sync.Mutex
	everyone   []*Process // all that were ever started, for inspect
)

// Start runs a command. It is killed, when the test ends, if it still lives.
func Start(t testing.TB, c Command) *Process {
	t.Helper()
	p := &Process{cmd: c.prepare(t), exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if c.Output != nil {
		p.cmd.Stdout, p.cmd.Stderr = c.Output, c.Output
	}
	begin := (*exec.Cmd).Start
	if c.begin != nil {
		begin = c.begin
	}
	if err := begin(p.cmd); err != nil {
		t.Fatalf("starting %s: %v", c.Name, err)
	}
	everyoneMu.Lock()
	everyone = append(everyone, p)
	everyoneMu.Unlock()
	go func() {
		_ = p.cmd.Wait() // how it ended is read from ProcessState
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s %s printed at last:\n%s", c.Name, strings.Join(c.Args, " "), tail(p.Output(), 40))
		}
	})
	return p
}

func (c Command) prepare(t testing.TB) *exec.Cmd {
	t.Helper()
	if c.Home == "" {
		c.Home = NewHome(t).Dir
	}
	binary := Binary
	if c.Plain {
		binary = Plain
	}
	cmd := c.wrapped(binary(t, c.Name))
	cmd.Dir = c.Home
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.Home, "XDG_RUNTIME_DIR=" + c.Home,
		"GORACE=halt_on_error=0 exitcode=66 atexit_sleep_ms=50", "NO_COLOR=1",
	}, c.Env...)
	cmd.Stdin = strings.NewReader(c.Stdin)
	return cmd
}

// tail is the last lines of a text.
func tail(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "")
}

// Run starts a command, waits for its end and returns the outputs apart and the
// exit code.
func Run(t testing.TB, c Command) (stdout, stderr string, code int) {
	t.Helper()
	p := &Process{cmd: c.prepare(t), exited: make(chan struct{})}
	var out, err bytes.Buffer
	p.cmd.Stdout, p.cmd.Stderr = &out, &err
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if e := p.cmd.Start(); e != nil {
		t.Fatalf("starting %s: %v", c.Name, e)
	}
	stop := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })
	waited := p.cmd.Wait()
	stop()
	close(p.exited)
	fmt.Fprint(&p.out, err.String())
	everyoneMu.Lock()
	everyone = append(everyone, p)
	everyoneMu.Unlock()
	var exit *exec.ExitError
	if waited != nil && !errors.As(waited, &exit) {
		t.Fatalf("running %s: %v", c.Name, waited)
	}
	return out.String(), err.String(), p.cmd.ProcessState.ExitCode()
}

// Pid is the process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Output is what the process has printed so far, both outputs together.
func (p *Process) Output() string { return p.out.String() }

// Signal sends a signal; the process may have ended meanwhile.
func (p *Process) Signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// Kill ends the process without a word and waits for it.
func (p *Process) Kill() {
	p.Signal(syscall.SIGKILL)
	<-p.exited
}

// Stop asks the process to end and returns its exit code.
func (p *Process) Stop(t testing.TB) int {
	t.Helper()
	p.Signal(syscall.SIGTERM)
	return p.Wait(t)
}

// Wait waits for the end and returns the exit code, -1 after a signal.
func (p *Process) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("process %d did not end within %s; it printed:\n%s", p.Pid(), patience, p.Output())
		return -1
	}
}
