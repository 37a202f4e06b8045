package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// How long ssh may take: to be let in, which can mean typing a password, and to
// end when it is asked to.
const (
	tunnelPatience = 2 * time.Minute
	farewell       = 5 * time.Second
)

// tunnel is a running ssh whose SOCKS port on this computer leads out of the
// server. Its control socket lies in a private folder of its own.
type tunnel struct {
	to      destination
	port    int
	control string // path of the control socket; empty while there is none
	process *exec.Cmd
	ended   chan struct{} // closed when ssh has ended
	err     error         // how it ended; read after ended
}

// newTunnel chooses a port and starts nothing yet.
func newTunnel(to destination) (*tunnel, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("looking for a free port: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return nil, fmt.Errorf("looking for a free port: %w", err)
	}
	return &tunnel{to: to, port: port, ended: make(chan struct{})}, nil
}

// prepare makes the control socket's folder, which close removes. The ssh of
// Windows knows no control sockets.
func (t *tunnel) prepare() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.MkdirTemp("", "gchat-") // mode 0700
	if err != nil {
		return fmt.Errorf("making a folder for ssh's control socket: %w", err)
	}
	t.control = filepath.Join(dir, "ssh")
	return nil
}

// arguments returns the command line after "ssh". The user's own settings for
// sharing connections are overruled: this one must end when it is told to.
func (t *tunnel) arguments() []string {
	args := []string{"-N", "-D", "127.0.0.1:" + strconv.Itoa(t.port),
		"-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", "-o", "ControlPersist=no"}
	if t.control != "" {
		args = append(args, "-M", "-S", t.control)
	} else {
		args = append(args, "-S", "none")
	}
	return append(args, t.to.arguments()...)
}

// open starts ssh, which asks for what it needs on the terminal, and returns
// when the port takes connections.
func (t *tunnel) open(ctx context.Context, c *console) error {
	if err := t.prepare(); err != nil {
		return err
	}
	t.process = exec.Command("ssh", t.arguments()...)
	t.process.Stdout, t.process.Stderr = c.err, c.err
	if err := t.process.Start(); err != nil {
		return &failure{exitUnavailable, "ssh can not be started: " + err.Error(), "install OpenSSH's client"}
	}
	go func() { // ends with ssh; close waits for it
		t.err = t.process.Wait()
		close(t.ended)
	}()
	patience := time.NewTimer(tunnelPatience)
	defer patience.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	byHand := "try it by hand: ssh " + quoted(t.to.arguments())
	for {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(t.port), time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-t.ended:
			return &failure{exitUnavailable, fmt.Sprintf("ssh to %s ended: %v", t.to, t.err), byHand}
		case <-patience.C:
			return &failure{exitUnavailable, fmt.Sprintf("ssh to %s did not open the tunnel within two minutes", t.to), byHand}
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}

// wait returns when ssh ends or ctx is over.
func (t *tunnel) wait(ctx context.Context) error {
	select {
	case <-t.ended:
		return &failure{exitUnavailable, fmt.Sprintf("the tunnel to %s ended: %v", t.to, t.err), "gchat cookies quick"}
	case <-ctx.Done():
		return nil
	}
}

// close ends ssh over its control socket, by force when it does not listen, and
// removes the folder.
func (t *tunnel) close() error {
	if t.process != nil && t.process.Process != nil {
		t.stop()
	}
	if t.control == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(t.control))
}

func (t *tunnel) stop() {
	asked := errors.New("no control socket")
	if t.control != "" {
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		defer cancel()
		asked = exec.CommandContext(ctx, "ssh", append([]string{"-S", t.control, "-O", "exit"}, t.to.arguments()...)...).Run()
	}
	if asked == nil {
		select {
		case <-t.ended:
			return
		case <-time.After(farewell):
		}
	}
	_ = t.process.Process.Kill() // it may have ended by itself
	<-t.ended
}
