package daemon_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestStopHearsOut: a rotation by command is under way when the daemon ends. The
// upstream has given the old value up; the new one must be on disk.
func TestStopHearsOut(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.config.Settings.DrainTimeout = 2 * time.Second
		h.start()
		time.Sleep(3 * time.Minute) // the first rotation of a new file is over
		h.sim.SetFault(simulator.Fault{Kind: simulator.Latency, Delay: 12 * time.Second, Operations: rotations})
		before, err := h.daemon.Supervisor().Lease()
		if err != nil {
			t.Fatal(err)
		}
		go h.control(http.MethodPost, "/api/accounts/default/rotate", "")
		time.Sleep(1500 * time.Millisecond)
		h.stop()
		after, err := h.daemon.Supervisor().Lease()
		if err != nil || after.Set.Key() == before.Set.Key() {
			t.Fatalf("the rotation was not heard out: %v", err)
		}
		record, err := os.ReadFile(filepath.Join(dir, "state", "accounts", "default.json"))
		if err != nil || !strings.Contains(string(record), after.Set.PSIDTS().Reveal()) || strings.Contains(string(record), `"unanswered"`) {
			t.Errorf("the new value is not on disk: %v", err)
		}
	})
}

// TestStopWaitsWithoutSpinning: the end waits for a job of several seconds and
// leaves the processor to others.
func TestStopWaitsWithoutSpinning(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // a loop that spins would never end here
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		h.sim.SetFault(simulator.Fault{Kind: simulator.Latency, Delay: 18 * time.Second, Operations: rotations})
		time.Sleep(95 * time.Second) // the first rotation is under way
		began := time.Now()
		h.stop()
		if took := time.Since(began); took < 5*time.Second || took > 30*time.Second {
			t.Errorf("the end took %s, want the rest of a rotation", took)
		}
	})
}
