package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
)

// How long ssh may take: to be let in, which can mean typing a password, and to
// end when it is asked to.
const (
	openTimeout = 2 * time.Minute
	StopTimeout = 5 * time.Second
)

// Tunnel is a running ssh whose SOCKS port on this computer leads out of the
// server. Its control socket lies in a private folder of its own.
type Tunnel struct {
	To      Destination
	Port    int
	Control string // path of the control socket; empty while there is none
	process *exec.Cmd
	ended   chan struct{} // closed when ssh has ended
	err     error         // how it ended; read after ended
}

// NewTunnel chooses a port and starts nothing yet.
func NewTunnel(to Destination) (*Tunnel, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("looking for a free port: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return nil, fmt.Errorf("looking for a free port: %w", err)
	}
	return &Tunnel{To: to, Port: port, ended: make(chan struct{})}, nil
}

// prepareControl makes the control socket's folder, which close removes. The ssh of
// Windows knows no control sockets.
func (t *Tunnel) prepareControl() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.MkdirTemp("", "gchat-") // mode 0700
	if err != nil {
		return fmt.Errorf("making a folder for ssh's control socket: %w", err)
	}
	t.Control = filepath.Join(dir, "ssh")
	return nil
}

// CommandArguments returns the command line after "ssh". The user's own settings for
// sharing connections are overruled: this one must end on request.
func (t *Tunnel) CommandArguments() []string {
	args := []string{"-N", "-D", "127.0.0.1:" + strconv.Itoa(t.Port),
		"-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", "-o", "ControlPersist=no",
		// Else each host that the server cannot reach is a line in the terminal.
		"-o", "LogLevel=ERROR"}
	if t.Control != "" {
		args = append(args, "-M", "-S", t.Control)
	} else {
		args = append(args, "-S", "none")
	}
	return append(args, t.To.CommandArguments()...)
}

// Open starts ssh, which asks for passwords on the terminal, and returns
// when the port takes connections.
func (t *Tunnel) Open(ctx context.Context, log io.Writer) error {
	if err := t.prepareControl(); err != nil {
		return err
	}
	t.process = exec.Command("ssh", t.CommandArguments()...)
	t.process.Stdout, t.process.Stderr = log, log
	if err := t.process.Start(); err != nil {
		return exit.New(exit.Unavailable, "ssh cannot be started: "+err.Error(), "install OpenSSH's client")
	}
	go func() { // ends with ssh; close waits for it
		t.err = t.process.Wait()
		close(t.ended)
	}()
	patience := time.NewTimer(openTimeout)
	defer patience.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	byHand := "try it by hand: ssh " + QuoteWords(t.To.CommandArguments())
	for {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(t.Port), time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-t.ended:
			return exit.New(exit.Unavailable, fmt.Sprintf("ssh to %s ended: %v", t.To, t.err), byHand)
		case <-patience.C:
			return exit.New(exit.Unavailable, fmt.Sprintf("ssh to %s did not open the tunnel within two minutes", t.To), byHand)
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}

// Wait returns when ssh ends or ctx is over.
func (t *Tunnel) Wait(ctx context.Context) error {
	select {
	case <-t.ended:
		return exit.New(exit.Unavailable, fmt.Sprintf("the tunnel to %s ended: %v", t.To, t.err), "gchat cookies quick")
	case <-ctx.Done():
		return nil
	}
}

// Close ends ssh over its control socket, by force if it does not listen, and
// removes the folder.
func (t *Tunnel) Close() error {
	if t.process != nil && t.process.Process != nil {
		t.stopProcess()
	}
	if t.Control == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(t.Control))
}

func (t *Tunnel) stopProcess() {
	asked := errors.New("no control socket")
	if t.Control != "" {
		ctx, cancel := context.WithTimeout(context.Background(), StopTimeout)
		defer cancel()
		asked = exec.CommandContext(ctx, "ssh", append([]string{"-S", t.Control, "-O", "exit"}, t.To.CommandArguments()...)...).Run()
	}
	if asked == nil {
		select {
		case <-t.ended:
			return
		case <-time.After(StopTimeout):
		}
	}
	_ = t.process.Process.Kill() // it may have ended by itself
	<-t.ended
}
