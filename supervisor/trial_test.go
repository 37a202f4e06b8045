package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestYoungDeath: a set that was proven, taken in, and dies within its first
// minutes gives way to the good one before without a moment in which nothing
// serves, whether requests notice first or nobody asks anything.
func TestYoungDeath(t *testing.T) {
	tests := []struct {
		name    string
		lives   time.Duration
		traffic bool
		bound   bool // its rotations give nothing
		before  bool // the set before still lives
		back    bool
	}{
		{"after 20 s, with traffic", 20 * time.Second, true, false, true, true},
		{"after 20 s, nobody asks", 20 * time.Second, false, false, true, true},
		{"after 4 min 50 s, with traffic", 290 * time.Second, true, false, true, true},
		{"after 4 min 50 s, nobody asks", 290 * time.Second, false, false, true, true},
		{"bound to a device", 2 * time.Minute, false, true, true, true},
		{"the set before is dead too", 20 * time.Second, true, false, false, false},
		{"long after the trial", 20 * time.Minute, false, false, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(10 * time.Minute)
				h.offer("cookies.txt", set("N", "1"))
				if tt.bound {
					h.up.rotations(cookie.NoNewTS)
				}
				var closed time.Duration
				for began := time.Now(); time.Since(began) < tt.lives+6*time.Minute; {
					if h.tickWhenDue(); time.Since(began) == tt.lives {
						if tt.before {
							h.up.dies("N")
						} else {
							h.up.answers(cookie.SignedOut)
						}
					}
					lease, err := h.Lease()
					if err != nil {
						closed += time.Second
						continue
					}
					if tt.traffic && time.Since(began) > tt.lives && lease.Set.PSID().Reveal() == "N" {
						_, _ = h.serve(map[string]error{"default": witness{cookie.WeakOut}}, false)
					}
				}
				lease, err := h.Lease()
				if back := err == nil && lease.Set.PSID().Reveal() == "A"; back != tt.back {
					t.Errorf("lent %s, error %v; went back %v, want %v", name(lease.Set), err, back, tt.back)
				}
				if tt.back && closed > 0 {
					t.Errorf("nothing served for %s", closed)
				}
				if s := h.state("default"); !tt.back && s != supervisor.Expired {
					t.Errorf("state %s, want expired", s)
				}
			})
		})
	}
}

// TestDoubtOnTrialHeals: one answer as if a living new set were signed out takes
// nothing away from it.
func TestDoubtOnTrialHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		h.offer("cookies.txt", set("N", "1"))
		wrong := 1
		h.up.probe = func(s cookie.Set) cookie.Finding {
			if s.PSID().Reveal() == "N" && wrong > 0 {
				wrong--
				return cookie.Finding{Evidence: cookie.SignedOut}
			}
			return cookie.Finding{Evidence: cookie.SignedIn}
		}
		_, _ = h.serve(map[string]error{"default": witness{cookie.WeakOut}}, false)
		if lease, err := h.Lease(); err != nil || lease.Set.PSID().Reveal() != "N" || h.state("default") != supervisor.Healthy {
			t.Errorf("lent %s, error %v, state %s; want the new set", name(lease.Set), err, h.state("default"))
		}
	})
}

// TestTrialProbes: a new set is looked at more often for five minutes, and then
// no more.
func TestTrialProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		h.offer("cookies.txt", set("N", "1"))
		before, _ := h.up.counts()
		h.pass(6 * time.Minute)
		during, _ := h.up.counts()
		h.pass(time.Hour)
		after, _ := h.up.counts()
		if during-before < 5 || during-before > 7 || after-during > 13 {
			t.Errorf("%d probes on trial, %d in the hour after it", during-before, after-during)
		}
	})
}
