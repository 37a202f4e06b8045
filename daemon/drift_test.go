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

// TestPageDrifts: for an hour the app page is another one with status 200. The session
// is degraded while that lasts, and its requests are answered with the page token that
// is known; after a restart meanwhile nothing proves it. Once the page is as it was the
// session is healthy at the next proof.
func TestPageDrifts(t *testing.T) {
	const unrelated = "<!doctype html><html><head><title>Welcome</title></head><body><p>Nothing of what is known.</p></body></html>"
	page := []simulator.Operation{simulator.OpPage}
	for name, fault := range map[string]simulator.Fault{
		"unrelated HTML": {Kind: simulator.Status, Code: http.StatusOK, Body: unrelated, Operations: page},
		"no known key":   {Kind: simulator.Drift, Operations: page},
		"nothing at all": {Kind: simulator.Empty, Operations: page},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) { driftForAnHour(t, dir, fault, restart) })
			})
		}
	}
}

func driftForAnHour(t *testing.T, dir string, fault simulator.Fault, restart bool) {
	h := newHouse(t, dir, simulator.SessionConfig{})
	h.start()
	time.Sleep(20 * time.Minute)
	account := func() supervisor.Account { return h.daemon.Supervisor().Accounts()[0] }
	fault.Name = "page"
	h.sim.SetFault(fault)
	want := supervisor.Degraded
	if restart {
		h.stop()
		h.launch()
		want = supervisor.Unknown
	}
	time.Sleep(15 * time.Minute) // until a rotation asks for the page, and two probes
	for range 45 {
		time.Sleep(time.Minute)
		if a := account(); a.State != want || !strings.Contains(a.Evidence, "drift") {
			t.Fatalf("the state is %s (%s), want %s for drift", a.State, a.Evidence, want)
		}
		if status, body := h.ask("hello"); !restart && status != http.StatusOK {
			t.Fatalf("a request gets %d %s", status, body)
		}
	}
	h.sim.ClearFault("page")
	time.Sleep(6 * time.Minute) // one probe interval, its jitter and a tick
	if a := account(); a.State != supervisor.Healthy {
		t.Errorf("after it the state is %s (%s)", a.State, a.Evidence)
	}
	if status, body := h.ask("hello"); status != http.StatusOK {
		t.Errorf("after it a request gets %d %s", status, body)
	}
	h.stop()
}
