package daemon_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestShortLives: an account whose values live for a few minutes only. The first
// session ends, because the regular interval is longer than that; from its end
// the daemon learns the life, and the next session is renewed within it.
func TestShortLives(t *testing.T) {
	span := 6 * time.Hour
	if testing.Short() {
		span = time.Hour
	}
	for _, life := range []time.Duration{2 * time.Minute, 5 * time.Minute, 12 * time.Minute} {
		t.Run(life.String(), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dir, simulator.SessionConfig{Life: simulator.Fixed(life), Bound: true})
				h.start()
				for end := time.Now().Add(time.Hour); h.daemon.Supervisor().Accounts()[0].State != supervisor.Expired; time.Sleep(time.Second) {
					if time.Now().After(end) {
						t.Fatalf("a dead session is %s", h.daemon.Supervisor().Accounts()[0].State)
					}
				}
				next := h.sim.AddSession(simulator.SessionConfig{Account: "1", Life: simulator.Fixed(life)})
				h.drop("cookies.txt", netscapeFile(next))
				time.Sleep(time.Minute)
				before := h.sim.Calls()["rotate"]
				for end := time.Now().Add(span); time.Now().Before(end); time.Sleep(time.Minute) {
					if status, body := h.ask("hi"); status != 200 {
						t.Fatalf("%d %s; the log says:\n%s", status, body, h.log)
					}
				}
				if n, most := h.sim.Calls()["rotate"]-before, int(span/max(time.Minute, life/2)); n > most {
					t.Errorf("%d rotations in %v, want at most %d", n, span, most)
				}
				h.stop()
			})
		})
	}
}
