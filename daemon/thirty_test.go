package daemon_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestThirtyHours: with values that live for a quarter of an hour, the daemon
// (all of it but the listener) serves a day and a quarter without one failure.
func TestThirtyHours(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{Life: simulator.Fixed(15 * time.Minute)})
		h.start()
		failed, asked := 0, 0
		for end := time.Now().Add(30 * time.Hour); time.Now().Before(end); {
			time.Sleep(2 * time.Minute)
			asked++
			if status, body := h.ask("hi"); status != 200 {
				failed++
				t.Errorf("after %d requests: %d %s", asked, status, body)
			}
		}
		if failed > 0 || asked < 890 {
			t.Errorf("%d of %d requests failed", failed, asked)
		}
		if n := h.sim.Calls()["rotate"]; n < 200 || n > 30*24 {
			t.Errorf("%d rotations in 30 hours", n)
		}
		h.stop()
	})
}

// TestOneCallEach: in steady state a request is one upstream call, and the page
// is read once for each generation.
func TestOneCallEach(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		h.ask("warm up")
		before := h.sim.Calls()
		for range 100 {
			if status, body := h.ask("hi"); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
		}
		after := h.sim.Calls()
		for op, n := range after {
			want := 0
			if op == "generate" {
				want = 100
			}
			if got := n - before[op]; got != want {
				t.Errorf("%d calls of %s for 100 requests, want %d", got, op, want)
			}
		}
		pages := after["page"]
		time.Sleep(24 * time.Hour)
		calls := h.sim.Calls()
		if got, want := calls["page"]-pages, calls["rotate"]-before["rotate"]; got > want+1 {
			t.Errorf("the page was read %d times for %d new generations", got, want)
		}
		h.stop()
	})
}

// TestSwitchUnderWay: a new file is taken in while an answer streams, and the
// answer is not touched.
func TestSwitchUnderWay(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		done := make(chan int)
		go func() {
			status, _ := h.ask("[long 4000] [slow 200ms]")
			done <- status
		}()
		time.Sleep(time.Second)
		next := h.sim.AddSession(simulator.SessionConfig{Account: "1"})
		h.drop("cookies.txt", netscapeFile(next))
		time.Sleep(65 * time.Second)
		lease, err := h.daemon.Supervisor().Lease()
		if err != nil || lease.Set.PSID().Reveal() != next.PSID {
			t.Errorf("the new session is not in use: %v", err)
		}
		if status := <-done; status != 200 {
			t.Errorf("the answer under way ended with %d", status)
		}
		h.drop("cookies.txt", "<html><title>Sign in</title></html>")
		time.Sleep(65 * time.Second)
		if lease, err := h.daemon.Supervisor().Lease(); err != nil || lease.Set.PSID().Reveal() != next.PSID {
			t.Errorf("a bad file changed the session: %v", err)
		}
		if note := h.read("cookies.txt.rejected.txt"); note == "" {
			t.Error("no note beside the bad file")
		}
		h.stop()
	})
}
