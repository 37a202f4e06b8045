// Package child runs a server under measurement as a process of its own, alone
// on one core, and reads from the kernel what it costs. Linux only: it relies on
// processor affinity, /proc and the clock of another process.
package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Config says what to run.
type Config struct {
	// Command is the program with its arguments.
	Command []string
	// Env is added to a minimal environment.
	Env []string
	// CPU is the core it is confined to; negative means any.
	CPU int
	// Ready is the URL that answers 200 once the server is ready.
	Ready string
}

// Process is a running server.
type Process struct {
	// Pid is its process id.
	Pid int
	// Started is just before it was executed, ReadyAfter how long it then took
	// until Config.Ready answered.
	Started    time.Time
	ReadyAfter time.Duration

	cmd    *exec.Cmd
	output bytes.Buffer
	exited chan struct{}
	stop   sync.Once
}

// Start runs the program and waits at most ten seconds until it is ready.
func Start(ctx context.Context, config Config) (*Process, error) {
	p := &Process{exited: make(chan struct{})}
	p.cmd = exec.Command(config.Command[0], config.Command[1:]...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, config.Env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	if err := p.start(config.CPU); err != nil {
		return nil, fmt.Errorf("starting %s: %w", config.Command[0], err)
	}
	p.Pid = p.cmd.Process.Pid
	go func() {
		_ = p.cmd.Wait() // how it ended is read from ProcessState
		close(p.exited)
	}()
	if err := p.awaitReady(ctx, config.Ready); err != nil {
		p.Stop()
		return nil, fmt.Errorf("%w; its output:\n%s", err, p.output.Bytes())
	}
	return p, nil
}

// start executes the program from a thread that is confined to cpu for as long:
// a child inherits the affinity of the thread that made it.
func (p *Process) start(cpu int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if cpu >= 0 {
		var before, only unix.CPUSet
		if err := unix.SchedGetaffinity(0, &before); err != nil {
			return fmt.Errorf("reading the processor affinity: %w", err)
		}
		only.Set(cpu)
		if err := unix.SchedSetaffinity(0, &only); err != nil {
			return fmt.Errorf("confining a thread to core %d: %w", cpu, err)
		}
		defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	}
	p.Started = time.Now()
	return p.cmd.Start()
}

func (p *Process) awaitReady(ctx context.Context, url string) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 2 * time.Second}
	deadline := time.After(10 * time.Second)
	var last error
	for {
		response, err := client.Get(url)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				p.ReadyAfter = time.Since(p.Started)
				return nil
			}
			err = fmt.Errorf("status %d", response.StatusCode)
		}
		last = err
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended before it was ready: %s", p.cmd.Path, p.cmd.ProcessState)
		case <-deadline:
			return fmt.Errorf("%s was not ready after 10 s: %w", p.cmd.Path, last)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// Stop asks the process to end, insists after five seconds and waits for it.
func (p *Process) Stop() {
	p.stop.Do(func() {
		_ = p.cmd.Process.Signal(unix.SIGTERM)
		select {
		case <-p.exited:
		case <-time.After(5 * time.Second):
			_ = p.cmd.Process.Kill()
			<-p.exited
		}
	})
}

// CPU is the processor time used so far, of all threads that ever ran.
func (p *Process) CPU() (time.Duration, error) {
	// The kernel's clock id of another process: its number inverted, the lower
	// three bits saying "scheduler time of the whole process".
	const schedClock = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^p.Pid<<3|schedClock), &ts); err != nil {
		return 0, fmt.Errorf("reading the processor time of %d: %w", p.Pid, err)
	}
	return time.Duration(ts.Nano()), nil
}

// Memory returns the resident set and its peak since the last ResetPeak, in bytes.
func (p *Process) Memory() (resident, peak int64, err error) {
	status, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, 0, fmt.Errorf("reading memory use: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			resident = kib << 10
		case "VmHWM:":
			peak = kib << 10
		}
	}
	if resident == 0 || peak == 0 {
		return 0, 0, errors.New("the kernel tells no memory use")
	}
	return resident, peak, nil
}

// ResetPeak makes the peak start anew from the present resident set.
func (p *Process) ResetPeak() error {
	if err := os.WriteFile(p.proc("clear_refs"), []byte("5"), 0); err != nil {
		return fmt.Errorf("resetting the memory peak: %w", err)
	}
	return nil
}

// Files counts the open file descriptors.
func (p *Process) Files() (int, error) {
	entries, err := os.ReadDir(p.proc("fd"))
	if err != nil {
		return 0, fmt.Errorf("counting file descriptors: %w", err)
	}
	return len(entries), nil
}

func (p *Process) proc(name string) string { return fmt.Sprintf("/proc/%d/%s", p.Pid, name) }

// FreeAddr returns a loopback address that nobody listens on now.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
