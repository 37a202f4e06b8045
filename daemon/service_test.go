package daemon_test

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestStatusLine(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	tests := []struct {
		name     string
		accounts []supervisor.Account
		want     string
	}{
		{"none", nil, "no session yet; drop a cookie file into the inbox"},
		{"one", []supervisor.Account{{State: supervisor.Healthy, NextRotation: at(7), PredictedEnd: at(140)}}, "1 healthy, rotates in 7 min, ends ~14:20"},
		{"two, the earlier times count", []supervisor.Account{
			{State: supervisor.Healthy, NextRotation: at(9)}, {State: supervisor.Healthy, NextRotation: at(3), PredictedEnd: at(30)},
		}, "2 healthy, rotates in 3 min, ends ~12:30"},
		{"the worst first", []supervisor.Account{{State: supervisor.Healthy}, {State: supervisor.Unreadable}, {State: supervisor.Expiring}}, "1 unreadable, 1 expiring, 1 healthy"},
		{"paused", []supervisor.Account{{State: supervisor.Healthy, Activity: status.Paused, NextRotation: at(7), Remedy: "resume it"}}, "1 paused; resume it"},
		{"one needs a person", []supervisor.Account{
			{State: supervisor.Expired, Remedy: "sign in anew"}, {State: supervisor.Healthy, NextRotation: at(-1)},
		}, "1 expired, 1 healthy, rotates in 0 min; sign in anew"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := daemon.StatusLine(test.accounts, now); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLate(t *testing.T) {
	for _, tt := range []struct {
		age, tick time.Duration
		want      bool
	}{
		{90 * time.Second, 30 * time.Second, false}, {91 * time.Second, 30 * time.Second, true}, {91 * time.Second, time.Second, true},
		{15 * time.Minute, 5 * time.Minute, false}, {16 * time.Minute, 5 * time.Minute, true},
	} {
		if got := daemon.Late(tt.age, tt.tick); got != tt.want {
			t.Errorf("a tick of %s ago, every %s: late is %t", tt.age, tt.tick, got)
		}
	}
}

// manager plays systemd's side of the notification socket.
type manager struct {
	mu    sync.Mutex
	heard []string
}

func listenForNotes(t *testing.T) *manager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	m := &manager{}
	go func() {
		for buffer := make([]byte, 4096); ; {
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.heard = append(m.heard, string(buffer[:n]))
			m.mu.Unlock()
		}
	}()
	return m
}

// await waits until a note with the prefix came as the n-th of its kind.
func (m *manager) await(t *testing.T, prefix string, n int) (note string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		m.mu.Lock()
		matching := slices.Clone(m.heard)
		m.mu.Unlock()
		matching = slices.DeleteFunc(matching, func(s string) bool { return !strings.HasPrefix(s, prefix) })
		if len(matching) >= n {
			return matching[n-1]
		}
	}
	t.Fatalf("%q was not told %d times; heard %q", prefix, n, m.heard)
	return ""
}

func TestWhatSystemdHears(t *testing.T) {
	m := listenForNotes(t)
	t.Setenv("WATCHDOG_USEC", "300000")
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	h.config.Detached, h.config.Settings.Tick = false, time.Second
	h.config.Reload = func() (config.Settings, error) { return h.config.Settings, nil }
	h.start()
	m.await(t, "READY=1", 1)
	m.await(t, "WATCHDOG=1", 3)
	m.await(t, "STATUS=1 healthy, rotates in ", 1)
	if _, err := h.daemon.Reload(); err != nil {
		t.Error(err)
	}
	if note := m.await(t, "RELOADING=1", 1); !strings.Contains(note, "\nMONOTONIC_USEC=") {
		t.Errorf("the time of the reload is missing in %q", note)
	}
	m.await(t, "READY=1", 2)
	if err := h.daemon.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	m.await(t, "STOPPING=1", 1)
}

// TestSystemdHangs: systemd takes no message any more. Start, ticks, reloads and the stop
// go on, and when it takes messages again it gets the status.
func TestSystemdHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	sender, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sender.Close() })
	for err == nil { // until its queue is full
		_ = sender.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, err = sender.Write([]byte("X=1"))
	}
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	h.config.Reload = func() (config.Settings, error) { return h.config.Settings, nil }
	h.start()
	if _, err := h.daemon.Reload(); err != nil {
		t.Error(err)
	}
	h.daemon.Tick(t.Context())
	for buffer := make([]byte, 4096); ; { // the queue is emptied
		_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := conn.Read(buffer); err != nil {
			break
		}
	}
	h.daemon.Tick(t.Context())
	buffer := make([]byte, 4096)
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := conn.Read(buffer); err != nil || !strings.HasPrefix(string(buffer[:n]), "STATUS=1 healthy") {
		t.Errorf("got %q, %v: the status is not sent again", buffer[:n], err)
	}
	h.stop()
}

// TestWatchdogIsFedDuringAStop: the API is closed then, and the running answers
// need not be quick.
func TestWatchdogIsFedDuringAStop(t *testing.T) {
	m := listenForNotes(t)
	t.Setenv("WATCHDOG_USEC", "30000")
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	h.config.Detached = false
	h.start()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		h.ask("[chars 40] [slow 50ms]")
	}()
	for h.sim.Calls()["generate"] == 0 {
		time.Sleep(time.Millisecond)
	}
	h.stop()
	<-answered
	m.await(t, "STOPPING=1", 1)
	if strings.Contains(h.log.String(), "not notifying the systemd watchdog") {
		t.Errorf("the watchdog was not notified:\n%s", h.log)
	}
}
