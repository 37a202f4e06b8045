package faults_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestKills pulls the plug at random moments of forced rotations, 500 times or
// GEMINID_E2E_KILLS times: the account file always parses, and holds the
// generation before or the one after. Nothing that was saved is ever lost, and no
// litter is left.
func TestKills(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	d.Kill()
	seen := map[string]int{} // every value that was ever on disk, in order
	kills, advanced := number("GEMINID_E2E_KILLS", 500), 0
	last := readRecord(t, h.home)
	seen[last.Current.PSIDTS] = len(seen)
	for i := range kills {
		d := harness.LaunchWith(t, h.home, []string{"GEMINID_TEST_ROTATE_FLOOR=0"})
		d.Key = h.admin
		rotating := make(chan struct{})
		go func() {
			defer close(rotating)
			for d.Try(context.Background(), http.MethodPost, "/api/accounts/default/rotate") {
			}
		}()
		// The first rotation waits for the probe that a start begins with.
		time.Sleep(time.Duration(rand.Int64N(int64(200 * time.Millisecond))))
		d.Kill()
		<-rotating
		now := readRecord(t, h.home)
		if at, known := seen[now.Current.PSIDTS]; known && at < seen[last.Current.PSIDTS] {
			t.Fatalf("kill %d: the file went back to an older generation", i+1)
		} else if !known {
			advanced++
			seen[now.Current.PSIDTS] = len(seen)
		}
		harness.Secret(now.Current.PSIDTS)
		last = now
	}
	if advanced < kills/4 {
		t.Errorf("only %d of %d kills came after a rotation: the test tests nothing", advanced, kills)
	}
	d = h.serve(t) // sweeps, and works
	ask(t, d)
	for _, dir := range []string{h.home.State(), filepath.Join(h.home.State(), "accounts")} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				t.Errorf("litter is left: %s", e.Name())
			}
		}
	}
	t.Logf("%d kills, %d with a newer generation on disk", kills, advanced)
}

// TestRestart: with a valid state the first request is served within two seconds
// of the start and nothing is rotated for it.
func TestRestart(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	rotate(t, d)
	before := h.sim.Rotations(t, h.session)
	d.Kill()
	began := time.Now()
	d = harness.Serve(t, h.home)
	d.Key = h.admin
	ask(t, d)
	took := time.Since(began)
	t.Logf("the first request after a restart was served after %s (limit 2 s)", took.Round(time.Millisecond))
	if took > 2*time.Second {
		t.Errorf("the first request after a restart was served after %s, want at most 2 s", took)
	}
	if after := h.sim.Rotations(t, h.session); after != before {
		t.Errorf("the restart made %d rotations", after-before)
	}
}

// TestSecondAccountServes: when the account of a conversation dies, the next
// request is served by the other one; the dead one is told with its evidence,
// the other is untouched.
func TestSecondAccountServes(t *testing.T) {
	h := newHouse(t, "tick: 1s")
	second := h.sim.SessionOf(t, "second", "108000000000000000002")
	h.home.Drop(t, "work.json", second.JSON())
	d := h.serve(t)
	harness.Eventually(t, 20*time.Second, "both accounts serve", func() bool {
		all := accounts(t, d)
		return len(all) == 2 && all[0].State == "healthy" && all[1].State == "healthy"
	})
	ask(t, d)
	ask(t, d)
	h.sim.Revoke(t, h.session)
	for range 6 { // whichever is next in turn, every request is answered
		ask(t, d)
	}
	harness.Eventually(t, 60*time.Second, "the dead account is expired, with evidence", func() bool {
		for _, a := range accounts(t, d) {
			if a.Name == "default" && a.State == "expired" {
				return strings.Contains(a.Evidence, "signed out")
			}
		}
		return false
	})
	for _, a := range accounts(t, d) {
		if a.Name == "work" && (a.State != "healthy" || !a.Serving) {
			t.Errorf("the other account is %s, serving %v", a.State, a.Serving)
		}
	}
	ask(t, d)
}
