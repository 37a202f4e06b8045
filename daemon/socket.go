package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// RunningError is the error of a start if another daemon answers on the control
// socket.
type RunningError struct {
	// PID is that daemon's process id, 0 if the system does not know.
	PID    int
	Socket string
}

// Error implements error.
func (e *RunningError) Error() string {
	who := "another geminid"
	if e.PID > 0 {
		who = fmt.Sprintf("another geminid (pid %d)", e.PID)
	}
	return who + " answers on the control socket " + e.Socket + "; stop it first, or set socket to a path of this one's own"
}

// controlSocket is the listener of the control socket. Its file may be removed or
// replaced while it is open, by a program that tidies up the directory; restoreFile
// makes it anew.
type controlSocket struct {
	path string
	log  *slog.Logger

	mu        sync.Mutex
	listener  *net.UnixListener
	file      fs.FileInfo // as it was bound
	closed    bool
	lastError string // why it cannot be reached, as last logged
}

// openControlSocket binds the socket. It replaces a file that a dead daemon left; if a
// living one answers, the error is a [*RunningError].
func openControlSocket(ctx context.Context, path string, log *slog.Logger) (*controlSocket, error) {
	s := &controlSocket{path: path, log: log}
	if err := s.bindFile(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// bindFile makes the file and listens on it. mu is held, or s is not shared yet.
func (s *controlSocket) bindFile(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o750); err != nil {
		return fmt.Errorf("creating the directory of the control socket: %w", err)
	}
	if err := removeDeadSocket(ctx, s.path); err != nil {
		return err
	}
	var listening net.ListenConfig
	opened, err := listening.Listen(ctx, "unix", s.path)
	if err != nil {
		return fmt.Errorf("opening the control socket %s: %w", s.path, err)
	}
	listener := opened.(*net.UnixListener)
	listener.SetUnlinkOnClose(false) // by then it may be the file of another
	if err := os.Chmod(s.path, 0o660); err != nil {
		return errors.Join(fmt.Errorf("opening the control socket to its group: %w", err), listener.Close())
	}
	file, err := os.Lstat(s.path)
	if err != nil {
		return errors.Join(fmt.Errorf("opening the control socket: %w", err), listener.Close())
	}
	s.listener, s.file = listener, file
	return nil
}

// removeDeadSocket removes a socket on which no process answers any more. A file that
// is no socket is left, so that binding fails on it.
func removeDeadSocket(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSocket == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		defer conn.Close()
		return &RunningError{PID: peerPID(conn), Socket: path}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case !errors.Is(err, syscall.ECONNREFUSED): // it lives, and cannot answer now
		return fmt.Errorf("%w (%w)", &RunningError{Socket: path}, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the old control socket: %w", err)
	}
	return nil
}

// restoreFile checks that the file is this socket's own. If it is not, and no process
// answers on the file in its place, it makes the file anew.
func (s *controlSocket) restoreFile(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if now, err := os.Lstat(s.path); err == nil && os.SameFile(now, s.file) {
		return
	}
	before := s.listener
	err := s.bindFile(ctx)
	if err == nil {
		_ = before.Close() // Accept goes on with the new one
		s.log.Warn("the file of the control socket was removed or replaced; it is made anew", "socket", s.path)
		s.lastError = ""
		return
	}
	if text := err.Error(); text != s.lastError {
		s.lastError = text
		s.log.Error("commands do not reach this server: the file of its control socket was removed or replaced, and cannot be made anew", "socket", s.path, "err", err)
	}
}

// Accept implements net.Listener over all files that the socket has had.
func (s *controlSocket) Accept() (net.Conn, error) {
	for {
		listener := s.currentListener()
		conn, err := listener.Accept()
		if err == nil || s.currentListener() == listener {
			return conn, err
		}
	}
}

func (s *controlSocket) currentListener() *net.UnixListener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listener
}

// Addr implements net.Listener.
func (s *controlSocket) Addr() net.Addr { return s.currentListener().Addr() }

// Close implements net.Listener. It removes the file if it is still this socket's.
func (s *controlSocket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if now, err := os.Lstat(s.path); err == nil && os.SameFile(now, s.file) {
		_ = os.Remove(s.path) // a dead one is replaced by the next start
	}
	return s.listener.Close()
}
