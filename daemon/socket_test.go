package daemon_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/upstream/simulator"
)

// listening is a daemon with listeners, started.
func listening(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	h.config.Detached = false
	h.start()
	return h
}

// reached asks over the file of the control socket.
func (h *house) reached() error {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", h.config.Settings.Socket)
		}}}
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://localhost/livez", nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// TestControlSocketIsNotTaken: a second daemon with a state of its own and the same
// socket is refused with the first one's pid, and the first stays reachable.
func TestControlSocketIsNotTaken(t *testing.T) {
	first := listening(t)
	defer first.stop()
	second := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	second.config.Detached, second.config.Settings.Socket = false, first.config.Settings.Socket
	d, err := daemon.New(second.config)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Start(t.Context())
	running, ok := errors.AsType[*daemon.RunningError](err)
	if !ok || running.PID != os.Getpid() || !strings.Contains(err.Error(), first.config.Settings.Socket) {
		t.Errorf("got %v, want a RunningError with pid %d", err, os.Getpid())
	}
	if err := first.reached(); err != nil {
		t.Errorf("the first is not reached any more: %v", err)
	}
}

// TestControlSocketOfTheDeadIsReplaced: what a killed daemon left keeps no start.
func TestControlSocketOfTheDeadIsReplaced(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	left, err := net.Listen("unix", h.config.Settings.Socket)
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = left.Close()
	h.config.Detached = false
	h.start()
	if err := h.reached(); err != nil {
		t.Error(err)
	}
	h.stop()
	if _, err := os.Lstat(h.config.Settings.Socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the stop: %v", err)
	}
}

// TestControlSocketIsMadeAnew: whatever happens to the file, the watchdog judges the
// work, and the next tick makes the file anew.
func TestControlSocketIsMadeAnew(t *testing.T) {
	harms := map[string]func(path string) error{
		"removed":    os.Remove,
		"replaced":   func(path string) error { return errors.Join(os.Remove(path), deadSocket(path)) },
		"directory":  func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
		"moved away": func(path string) error { return os.Rename(path, path+".old") },
	}
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
			h.config.Detached, h.config.Settings.Socket = false, filepath.Join(t.TempDir(), "run", "s")
			h.start()
			defer h.stop()
			if err := harm(h.config.Settings.Socket); err != nil {
				t.Fatal(err)
			}
			if !h.daemon.Answers(t.Context()) {
				t.Error("the watchdog starves although all requests are answered")
			}
			h.daemon.Tick(t.Context())
			if err := h.reached(); err != nil {
				t.Errorf("after a tick: %v", err)
			}
			h.daemon.Tick(t.Context())
			if n := strings.Count(h.log.String(), "made anew"); n != 1 {
				t.Errorf("told %d times", n)
			}
		})
	}
}

func deadSocket(path string) error {
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	return l.Close()
}

// TestControlSocketOfAnother: a file that answers is not replaced, nor removed at
// the end; that commands go elsewhere is told once.
func TestControlSocketOfAnother(t *testing.T) {
	h := listening(t)
	path := h.config.Settings.Socket
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for range 2 {
		h.daemon.Tick(t.Context())
	}
	if n := strings.Count(h.log.String(), "commands do not reach this server"); n != 1 {
		t.Errorf("told %d times:\n%s", n, h.log)
	}
	h.stop()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the other's file: %v", err)
	}
}

// TestLockFileRemoved: the tick notices, and no second daemon comes in.
func TestLockFileRemoved(t *testing.T) {
	h := listening(t)
	defer h.stop()
	if err := os.Remove(filepath.Join(h.dir, "state", "lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := daemon.New(h.config); err == nil || !strings.Contains(err.Error(), "already owns") {
		t.Errorf("a second daemon: %v", err)
	}
	for range 2 {
		h.daemon.Tick(t.Context())
	}
	if n := strings.Count(h.log.String(), "the lock of the state directory is not as it was"); n != 1 {
		t.Errorf("told %d times:\n%s", n, h.log)
	}
}
