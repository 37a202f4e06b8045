package daemon_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestGateSettles: a client that waits as long as it was told hears the final
// answer, wherever between two ticks the session was found dead.
func TestGateSettles(t *testing.T) {
	for _, into := range []time.Duration{time.Millisecond, 7 * time.Second, 29 * time.Second} {
		t.Run(into.String(), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dir, simulator.SessionConfig{})
				h.start()
				defer h.stop()
				time.Sleep(h.config.Settings.Tick + into)
				if err := h.sim.Revoke(h.session.PSID); err != nil {
					t.Fatal(err)
				}
				if code, body := h.ask("who notices"); code != http.StatusServiceUnavailable {
					t.Fatalf("got %d %s, want the closed gate", code, body)
				}
				time.Sleep(35 * time.Second)
				if code, body := h.ask("who waited"); code != http.StatusForbidden {
					t.Errorf("got %d %s 35 s later, want the final answer", code, body)
				}
			})
		})
	}
}

// TestParkedFileIsAnswered: a file that could not be checked when it came gets its
// note when it is refused after all, and loses it when a good one follows.
func TestParkedFileIsAnswered(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		dead := h.sim.AddSession(simulator.SessionConfig{Account: "1"})
		_ = h.sim.Revoke(dead.PSID)
		h.sim.SetFault(simulator.Fault{Name: "down", Kind: simulator.Status, Code: http.StatusInternalServerError})
		h.drop("cookies.txt", netscapeFile(dead))
		time.Sleep(time.Minute)
		if note := h.read("cookies.txt.rejected.txt"); note != "" {
			t.Errorf("a note before the verdict: %s", note)
		}
		h.sim.ClearFault("down")
		time.Sleep(10 * time.Minute)
		if note := h.read("cookies.txt.rejected.txt"); !strings.Contains(note, "signed out") {
			t.Errorf("the note says %q, want the reason", note)
		}
		h.drop("cookies.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "1"})))
		time.Sleep(2 * time.Minute)
		if note := h.read("cookies.txt.rejected.txt"); note != "" {
			t.Errorf("an old note stays: %s", note)
		}
	})
}

// TestRestrictedAccount: an account that Google restricts looks signed in, and refuses
// every question. The first one that is refused closes the gate, with the reason and
// the cure in the status; the end of the restriction opens it.
func TestRestrictedAccount(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{Abuse: 7})
		h.start()
		defer h.stop()
		time.Sleep(time.Minute)
		h.ask("hello")
		a := h.daemon.Supervisor().Accounts()[0]
		if a.State != supervisor.Blocked || a.Serving || !strings.Contains(a.Evidence, "Google restricts this account (code 7)") || !strings.Contains(a.Remedy, "see what it says") {
			t.Errorf("%s, serving %v, because %q, to do %q", a.State, a.Serving, a.Evidence, a.Remedy)
		}
		_ = h.sim.Configure(h.session.PSID, func(c *simulator.SessionConfig) { c.Abuse = 0 })
		time.Sleep(10 * time.Minute)
		if a := h.daemon.Supervisor().Accounts()[0]; a.State != supervisor.Healthy || !a.Serving {
			t.Errorf("%s, serving %v, because %q", a.State, a.Serving, a.Evidence)
		}
	})
}

// TestGateFoundByTick: the same when no request but the tick's own probe finds out.
func TestGateFoundByTick(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		time.Sleep(3 * time.Minute) // the rotation is past, the probe comes next
		_ = h.sim.Revoke(h.session.PSID)
		h.sim.SetFault(simulator.Fault{Kind: simulator.Latency, Delay: 800 * time.Millisecond})
		for h.daemon.Supervisor().Ready() {
			time.Sleep(time.Second)
		}
		closed := time.Now()
		for state := supervisor.State(""); state != supervisor.Expired; state = h.daemon.Supervisor().Overall().State {
			if time.Sleep(time.Second); time.Since(closed) > 35*time.Second {
				t.Fatalf("still %s %s after the gate closed", state, time.Since(closed))
			}
		}
	})
}
