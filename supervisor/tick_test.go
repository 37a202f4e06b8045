package supervisor_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestRotationOrder: the new value is on disk before the page token follows and
// before any request sees it.
func TestRotationOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		h := open(t, &upstream{log: &log}, &memory{log: &log})
		h.offer("cookies.txt", set("A", "1"))
		log = nil
		h.up.rotate = func(s cookie.Set) cookie.Finding {
			if lease, err := h.Lease(); err != nil || name(lease.Set) != "A/1" {
				t.Errorf("lent %v during the rotation, want the old value", name(lease.Set))
			}
			return cookie.Finding{Evidence: cookie.Rotated, Set: s.WithPSIDTS(cookie.NewValue("2"))}
		}
		h.pass(time.Minute)
		want := []string{"rotate A/1", "save A/2", "renew A/2"}
		if got := slices.DeleteFunc(log, func(s string) bool { return strings.HasPrefix(s, "probe") }); !slices.Equal(got, want) {
			t.Errorf("order %v, want %v", got, want)
		}
		if lease, _ := h.Lease(); name(lease.Set) != "A/2" {
			t.Errorf("lent %s after the rotation", name(lease.Set))
		}
		if r := h.disk.record("default"); name(r.Current) != "A/2" || name(r.Previous) != "A/1" {
			t.Errorf("disk has %s and %s", name(r.Current), name(r.Previous))
		}
	})
}

// TestHealthyDay holds the budget of a day on which nothing happens.
func TestHealthyDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(24 * time.Hour)
		probes, rotates := h.up.counts()
		if rotates < 150 || rotates > 180 || probes < 240 || probes > 300 {
			t.Errorf("%d rotations and %d probes in a day, want 150-180 and 240-300", rotates, probes)
		}
		if len(h.audited) < rotates {
			t.Errorf("%d entries in the audit log for %d rotations", len(h.audited), rotates)
		}
		if s := h.state("default"); s != supervisor.Healthy {
			t.Errorf("state %s", s)
		}
	})
}

// TestHardFailure: an upstream that refuses every connection for an hour is not
// hammered, is not taken for a dead session, and is noticed when it is back.
func TestHardFailure(t *testing.T) {
	for _, tt := range []struct {
		failure cookie.Evidence
		state   supervisor.State
		probes  int // at most
	}{
		{cookie.Transient, supervisor.Degraded, 40},
		{cookie.Silent, supervisor.Degraded, 40},
		{cookie.Offline, supervisor.Unreachable, 65}, // they reach nobody
	} {
		failure := tt.failure
		t.Run(failure.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(20 * time.Minute)
				h.up.answers(failure)
				h.up.rotations(failure)
				probes, rotates := h.up.counts()
				h.pass(time.Hour)
				p, r := h.up.counts()
				t.Logf("%d probes and %d rotations in an hour of failure (limits %d and 12)", p-probes, r-rotates, tt.probes)
				if p-probes > tt.probes || r-rotates > 12 || r-rotates < 3 {
					t.Errorf("%d probes and %d rotations in an hour of failure, want at most %d and 12", p-probes, r-rotates, tt.probes)
				}
				if s := h.state("default"); s != tt.state || h.Ready() != tt.state.Serves() {
					t.Errorf("state %s, ready %v; want %s", s, h.Ready(), tt.state)
				}
				h.up.answers(cookie.SignedIn)
				h.up.mu.Lock()
				h.up.rotate = nil
				h.up.mu.Unlock()
				h.pass(6 * time.Minute)
				if s := h.state("default"); s != supervisor.Healthy {
					t.Errorf("state %s after the upstream is back, want healthy", s)
				}
				if _, after := h.up.counts(); after == r {
					t.Error("the missed rotation was not made up for")
				}
			})
		})
	}
}

// TestBlocked: no calls but one trial a period, and none of them a rotation.
func TestBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Blocked)
		_, _ = h.Probe(t.Context(), "default")
		probes, rotates := h.up.counts()
		h.pass(2 * time.Hour)
		p, r := h.up.counts()
		if p-probes < 16 || p-probes > 24 || r != rotates {
			t.Errorf("%d trials and %d rotations in a two-hour block, want 16 to 24 and 0", p-probes, r-rotates)
		}
		var refusal *supervisor.Refusal
		if _, err := h.Lease(); !errors.As(err, &refusal) || refusal.State != supervisor.Blocked || refusal.RetryAfter <= 0 {
			t.Errorf("got %v, want blocked with a time to retry", err)
		}
		h.up.answers(cookie.SignedIn)
		h.pass(16 * time.Minute)
		if !h.Ready() || h.state("default") != supervisor.Healthy {
			t.Errorf("state %s after the block", h.state("default"))
		}
	})
}

// TestBlockedTrialWithoutVerdict: a trial that fails for another reason waits as
// long as a refused one.
func TestBlockedTrialWithoutVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Blocked)
		_, _ = h.Probe(t.Context(), "default")
		probes, _ := h.up.counts()
		h.up.answers(cookie.Transient)
		h.pass(time.Hour)
		if p, _ := h.up.counts(); p-probes > 12 {
			t.Errorf("%d trials in an hour, want at most 12", p-probes)
		}
	})
}

// TestFlapping: every second call failing is no reason to change the mind often.
func TestFlapping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		n := 0
		h.up.probe = func(cookie.Set) cookie.Finding {
			if n++; n%2 == 0 {
				return cookie.Finding{Evidence: cookie.Transient}
			}
			return cookie.Finding{Evidence: cookie.SignedIn}
		}
		changes := 0
		for last, end := h.state("default"), time.Now().Add(10*time.Minute); time.Now().Before(end); {
			h.pass(30 * time.Second)
			_, _ = h.serve(map[string]error{"default": witness{cookie.Transient}}, false)
			_, _ = h.serve(nil, false)
			if s := h.state("default"); s != last {
				changes, last = changes+1, s
			}
		}
		if changes > 2 {
			t.Errorf("%d state changes in 10 minutes of flapping, want at most 2", changes)
		}
	})
}

// TestRefusedRotation: 401 on a rotation while the page signs in is no end; the
// probe follows at once and the text names the likely cause.
func TestRefusedRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.rotations(cookie.RotateRefused)
		h.pass(15 * time.Minute)
		a := h.account("default")
		if a.State != supervisor.Expiring || !a.Serving {
			t.Errorf("state %s serving %v, want expiring and serving", a.State, a.Serving)
		}
		if !strings.Contains(strings.Join(a.Notes, " "), "Firefox") {
			t.Errorf("notes %q do not name the remedy for a device-bound session", a.Notes)
		}
		if _, rotates := h.up.counts(); rotates > 12 {
			t.Errorf("%d rotations in a quarter of an hour", rotates)
		}
	})
}

// TestWish: the upstream's interval is followed between the floor and the hour.
func TestWish(t *testing.T) {
	tests := []struct {
		wish     time.Duration
		min, max int // rotations in 12 hours
	}{
		{0, 75, 90},
		{2 * time.Minute, 240, 420},
		{time.Second, 360, 720},
		{2147483647 * time.Second, 75, 90},
	}
	for _, tt := range tests {
		t.Run(tt.wish.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				n := 0
				h.up.rotate = func(s cookie.Set) cookie.Finding {
					n++
					return cookie.Finding{Evidence: cookie.Rotated, Interval: tt.wish, Set: s.WithPSIDTS(cookie.NewValue(strings.Repeat("x", n)))}
				}
				h.pass(12 * time.Hour)
				if n < tt.min || n > tt.max {
					t.Errorf("%d rotations in 12 hours, want %d to %d", n, tt.min, tt.max)
				}
			})
		})
	}
}

// TestSuspend: after a night asleep the session is checked at the first tick,
// and nothing is done twelve times to make up for it.
func TestSuspend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(30 * time.Minute)
		probes, rotates := h.up.counts()
		var order []string
		h.up.log = &order
		h.shift = 12 * time.Hour
		h.pass(30 * time.Second)
		if len(order) == 0 || order[0] != "close idle connections" {
			t.Errorf("what happened after a suspend is %q, want the old connections closed first", order)
		}
		p, r := h.up.counts()
		if p-probes != 1 || r-rotates != 1 {
			t.Errorf("%d probes and %d rotations at the first tick after a suspend, want one each", p-probes, r-rotates)
		}
		h.shift = -3 * time.Hour // somebody set the clock back
		h.pass(20 * time.Minute)
		after, turned := h.up.counts()
		if after == p || turned == r {
			t.Errorf("no work after the clock went back: %d probes, %d rotations", after-p, turned-r)
		}
	})
}

// TestClockSetBack: every wait keeps its length, however far back the clock is
// set, and nothing is learned from ages that can not be.
func TestClockSetBack(t *testing.T) {
	tests := []struct {
		name  string
		back  time.Duration
		begin func(h *house) // what was going on
		then  time.Duration  // looked at after that
		check func(t *testing.T, h *house, probes, rotates int)
	}{
		{"during a block", 12 * time.Hour, func(h *house) { h.up.answers(cookie.Blocked); _, _ = h.Probe(h.t.Context(), "default") }, time.Hour,
			func(t *testing.T, _ *house, probes, _ int) {
				if probes < 8 || probes > 12 {
					t.Errorf("%d trials in an hour, want 8 to 12", probes)
				}
			}},
		{"after a rotation was refused for now", 6 * time.Hour, func(h *house) { h.up.rotations(cookie.RotateLimited); h.pass(10 * time.Minute) }, time.Hour,
			func(t *testing.T, _ *house, _, rotates int) {
				if rotates < 2 || rotates > 8 {
					t.Errorf("%d rotations in an hour, want 2 to 8", rotates)
				}
			}},
		{"with the gate closed", 2 * time.Hour, func(h *house) { h.up.answers(cookie.SignedOut); _, _ = h.Probe(h.t.Context(), "default") }, 2 * time.Minute,
			func(t *testing.T, h *house, probes, _ int) {
				if s := h.state("default"); s != supervisor.Expired || probes > 4 {
					t.Errorf("state %s after %d probes, want expired", s, probes)
				}
			}},
		{"before a death", 6 * time.Hour, func(h *house) {
			h.up.rotations(cookie.NoNewTS)
			h.pass(20 * time.Minute)
			h.up.answers(cookie.SignedOut)
		}, 10 * time.Minute,
			func(t *testing.T, h *house, _, _ int) {
				a := h.account("default")
				if memo := string(h.disk.record("default").Memo); a.State != supervisor.Expired || strings.Contains(memo, `"deaths":[-`) || strings.Contains(memo, `"deaths":[0`) {
					t.Errorf("state %s, remembered %s", a.State, memo)
				}
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(20 * time.Minute)
				tt.begin(h)
				h.shift = -tt.back
				probes, rotates := h.up.counts()
				h.pass(tt.then)
				p, r := h.up.counts()
				tt.check(t, h, p-probes, r-rotates)
			})
		})
	}
}

// TestFullDisk: the session goes on from memory, says so, and is saved later.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		before := h.disk.record("default")
		h.disk.full = true
		h.pass(10 * time.Minute)
		lease, err := h.Lease()
		if err != nil || name(lease.Set) == "A/1" {
			t.Fatalf("lent %s, error %v; want a rotated value", name(lease.Set), err)
		}
		if a := h.account("default"); a.Persisted || !strings.Contains(strings.Join(a.Notes, " "), "restart") {
			t.Errorf("persisted %v, notes %q", a.Persisted, a.Notes)
		}
		if after := h.disk.record("default"); name(after.Current) != name(before.Current) {
			t.Error("the disk changed although it was full")
		}
		if n := testutil.ToFloat64(h.metrics.CookieStoreWrites.WithLabelValues("default", "error")); n == 0 || n > 30 {
			t.Errorf("%v failed writes in ten minutes, want a few", n)
		}
		h.disk.full = false
		h.pass(11 * time.Minute)
		if after := h.disk.record("default"); name(after.Current) == name(before.Current) || !h.account("default").Persisted {
			t.Error("not saved after there was room again")
		}
	})
}
