package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// loss is a way in which the answer of a rotation does not arrive although the
// upstream has renewed.
type loss struct {
	name  string
	fault simulator.Fault  // of the rotation: its Kind is Lost
	extra *simulator.Fault // of the calls after it
	floor time.Duration    // of the upstream between two rotations
	then  func(h *house)   // what follows at once, nil for nothing
	asks  int              // rotations in the two minutes after it, at most
}

var losses = []loss{
	{name: "reset", fault: simulator.Fault{Count: 1}, asks: 2},
	{name: "reset twice", fault: simulator.Fault{Count: 2}, asks: 3},
	{name: "502 of a gateway", fault: simulator.Fault{Count: 1, Code: http.StatusBadGateway}, asks: 2},
	{name: "504 of a gateway after 15 s", fault: simulator.Fault{Count: 1, Code: http.StatusGatewayTimeout, Delay: 15 * time.Second}, asks: 3},
	{name: "silence", fault: simulator.Fault{Count: 1, Delay: time.Hour}, asks: 3},
	{name: "silence twice", fault: simulator.Fault{Count: 2, Delay: time.Hour}, asks: 4},
	{name: "reset after 19 s, twice", fault: simulator.Fault{Count: 2, Delay: 19 * time.Second}, asks: 4},
	{name: "asked again too soon for the upstream", fault: simulator.Fault{Count: 1}, floor: 30 * time.Second, asks: 3},
	{name: "silence twice, with a floor", fault: simulator.Fault{Count: 2, Delay: time.Hour}, floor: 30 * time.Second, asks: 5},
	{name: "then no network", fault: simulator.Fault{Count: 1}, extra: &simulator.Fault{Kind: simulator.Outage, Skip: 1, Count: 5}, asks: 2 + 5}, // five never arrive
	{name: "then told to wait", fault: simulator.Fault{Count: 1}, extra: &simulator.Fault{Kind: simulator.Status, Code: http.StatusTooManyRequests,
		Header: map[string]string{"Retry-After": "40"}, Operations: rotations, Skip: 1, Count: 1}, asks: 3},
	{name: "stopped and started", fault: simulator.Fault{Count: 1}, then: restart, asks: 2},
	{name: "stopped in silence", fault: simulator.Fault{Count: 1, Delay: time.Hour}, then: restart, asks: 3},
	{name: "killed", fault: simulator.Fault{Count: 1, Delay: time.Hour}, then: func(h *house) { h.kill(2 * time.Second) }, asks: 2},
	{name: "killed, started 40 s later", fault: simulator.Fault{Count: 1, Delay: time.Hour}, then: func(h *house) { h.kill(40 * time.Second) }, asks: 2},
	{name: "killed while it is asked again", fault: simulator.Fault{Count: 1}, extra: &simulator.Fault{Name: "the second", Kind: simulator.Lost, Delay: time.Hour,
		Operations: rotations, Skip: 1, Count: 1}, then: func(h *house) { time.Sleep(4 * time.Second); h.kill(5 * time.Second) }, asks: 3},
	{name: "killed, with a floor", fault: simulator.Fault{Count: 1, Delay: time.Hour}, floor: 30 * time.Second, then: func(h *house) { h.kill(5 * time.Second) }, asks: 3},
}

func restart(h *house) { h.stop(); h.start() }

// TestLostAnswers: the answer of a rotation is lost in every way there is, and no
// session ends by it: the same value is asked for again within its grace, a few
// times at most and never two times at once.
func TestLostAnswers(t *testing.T) {
	each := 13
	if testing.Short() {
		each = 2
	}
	var ended atomic.Int64
	t.Run("sessions", func(t *testing.T) {
		for _, l := range losses {
			for seed := range each {
				t.Run(fmt.Sprintf("%s/%d", l.name, seed), func(t *testing.T) {
					t.Parallel()
					dir := t.TempDir()
					synctest.Test(t, func(t *testing.T) {
						if !l.survived(t, dir, uint64(seed+1)) {
							ended.Add(1)
						}
					})
				})
			}
		}
	})
	t.Logf("%d of %d sessions ended", ended.Load(), each*len(losses))
}

// survived lets one session live through the loss.
func (l loss) survived(t *testing.T, dir string, seed uint64) bool {
	h := newHouse(t, dir, simulator.SessionConfig{})
	h.sim = simulator.New(simulator.Config{Seed: seed, PageBytes: 4 << 10, RotateFloor: l.floor})
	h.session = h.sim.AddSession(simulator.SessionConfig{Life: simulator.Fixed(time.Hour)})
	h.drop("cookies.txt", netscapeFile(h.session))
	h.config.Seed, h.config.Transport = seed, &oneAtATime{t: t, next: h.sim}
	h.start()
	time.Sleep(3 * time.Minute) // the first rotation of a new file is over
	l.fault.Kind, l.fault.Operations = simulator.Lost, rotations
	h.sim.SetFault(l.fault)
	if l.extra != nil {
		h.sim.SetFault(*l.extra)
	}
	before := h.sim.Calls()["rotate"]
	for h.sim.Calls()["rotate"] == before {
		time.Sleep(time.Second)
	}
	if l.then != nil {
		l.then(h)
	}
	time.Sleep(2 * time.Minute)
	if n := h.sim.Calls()["rotate"] - before; n < 2 || n > l.asks {
		t.Errorf("%d rotations in two minutes, want 2 to %d", n, l.asks)
	}
	time.Sleep(28 * time.Minute)
	lease, err := h.daemon.Supervisor().Lease()
	standing := h.sim.Standing(lease.Set.PSID().Reveal(), lease.Set.PSIDTS().Reveal())
	if err != nil || !standing.Alive {
		t.Errorf("half an hour later: %v, the value in use is %s", err, standing.Cause)
	}
	h.stop()
	return err == nil && standing.Alive
}

// oneAtATime fails the test when two rotations are under way together.
type oneAtATime struct {
	t     *testing.T
	next  http.RoundTripper
	dead  atomic.Bool // the machine that calls has no power
	under atomic.Int64
}

func (o *oneAtATime) RoundTrip(r *http.Request) (*http.Response, error) {
	if o.dead.Load() {
		return nil, errors.New("the machine has no power")
	}
	if strings.HasSuffix(r.URL.Path, "/RotateCookies") {
		if o.under.Add(1) > 1 {
			o.t.Error("two rotations at the same time")
		}
		defer o.under.Add(-1)
	}
	return o.next.RoundTrip(r)
}

// kill takes the power from the daemon and starts the next one on what was on
// its disk at that instant, some time later.
func (h *house) kill(down time.Duration) {
	h.t.Helper()
	image := filepath.Join(h.dir, "killed")
	if err := os.CopyFS(image, os.DirFS(h.config.Settings.StateDir)); err != nil {
		h.t.Fatal(err)
	}
	h.config.Transport.(*oneAtATime).dead.Store(true)
	dead := h.daemon
	go func() { _ = dead.Stop(context.Background()) }() // clean up: nobody hears of it
	time.Sleep(down)
	h.config.Settings.StateDir = image
	h.config.Transport = &oneAtATime{t: h.t, next: h.sim}
	h.start()
}
