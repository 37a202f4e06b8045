package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// extended is the set with one more cookie.
func extended(psid, ts, extra string) cookie.Set {
	return cookie.NewSet(cookie.NewValue(psid), cookie.NewValue(ts), map[string]cookie.Value{"SIDCC": cookie.NewValue(extra)})
}

// extra is the value of that cookie in the lease.
func (h *house) extra() string {
	lease, err := h.Lease()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range lease.Set.Extra() {
		if c.Name == "SIDCC" {
			return c.Value.Reveal()
		}
	}
	return ""
}

// TestRefreshedCookies: what a probe refreshes beside the session's own cookies is
// taken over, at an offer and later; another session's is not.
func TestRefreshedCookies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Set: extended("A", "1", "at the offer")})
		h.offer("cookies.txt", set("A", "1"))
		if got := h.extra(); got != "at the offer" {
			t.Errorf("after the offer: %q", got)
		}
		for _, step := range []struct {
			says cookie.Evidence
			set  cookie.Set
			want string
		}{
			{cookie.SignedIn, extended("A", "1", "later"), "later"}, {cookie.SignedIn, cookie.Set{}, "later"},
			{cookie.SignedIn, extended("B", "1", "another's"), "later"}, {cookie.Transient, extended("A", "1", "of a failure"), "later"},
		} {
			h.up.finds(cookie.Finding{Evidence: step.says, Set: step.set})
			_, _ = h.Probe(t.Context(), "default")
			if got := h.extra(); got != step.want {
				t.Errorf("%q is in use, want %q", got, step.want)
			}
		}
		h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Set: extended("X", "1", "another's")})
		h.offer("cookies.txt", extended("C", "1", "its own"))
		if lease, _ := h.Lease(); h.extra() != "its own" || name(lease.Set) != "C/1" {
			t.Errorf("%s with %q is in use", name(lease.Set), h.extra())
		}
	})
}

// TestTrialEnds: the set before is asked while the new one was last proven within
// five minutes, and not a moment longer; if it is dead itself, not again.
func TestTrialEnds(t *testing.T) {
	for _, tt := range []struct {
		proven time.Duration
		back   bool
	}{{5 * time.Minute, true}, {5*time.Minute + 1, false}} {
		synctest.Test(t, func(t *testing.T) {
			h := withSession(t)
			h.offer("cookies.txt", set("N", "1"))
			time.Sleep(tt.proven)
			_, _ = h.Probe(t.Context(), "default")
			h.up.dies("N")
			_, _ = h.Probe(t.Context(), "default")
			if lease, err := h.Lease(); (err == nil && name(lease.Set) == "A/1") != tt.back {
				t.Errorf("proven after %s: %s is in use, %v", tt.proven, name(lease.Set), err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var log []string
		h := open(t, &upstream{log: &log}, &memory{})
		h.offer("cookies.txt", set("A", "1"))
		h.offer("cookies.txt", set("N", "1"))
		h.up.dies("A", "N")
		log = nil
		for range 3 {
			_, _ = h.Probe(t.Context(), "default")
			time.Sleep(10 * time.Second)
		}
		if got := strings.Count(strings.Join(log, " "), "probe A/1"); got != 1 {
			t.Errorf("a dead set was asked %d times: %q", got, log)
		}
	})
}

// TestRequestsHeal: a good answer ends a row of failures, and begins the gaps
// between probes that requests cause anew.
func TestRequestsHeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		ask := func(e cookie.Evidence) {
			_ = h.Do(t.Context(), func(context.Context, supervisor.Lease) (bool, error) {
				if e == cookie.SignedIn {
					return true, nil
				}
				return true, witness{e}
			})
		}
		for _, e := range []cookie.Evidence{cookie.Transient, cookie.Transient, cookie.SignedIn, cookie.Transient, cookie.Transient} {
			ask(e)
		}
		if s := h.state("default"); s != supervisor.Healthy {
			t.Errorf("%s after failures that did not come in a row", s)
		}
		ask(cookie.Transient)
		if s := h.state("default"); s != supervisor.Degraded {
			t.Errorf("%s after three in a row", s)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		for i, tt := range []struct {
			wait   time.Duration
			evid   cookie.Evidence
			probes int
		}{
			{time.Minute, cookie.WeakOut, 1}, {30*time.Second - 1, cookie.WeakOut, 0}, {1, cookie.WeakOut, 1},
			{time.Minute - 1, cookie.WeakOut, 0}, {1, cookie.WeakOut, 1}, {0, cookie.SignedIn, 0}, {time.Second, cookie.WeakOut, 1},
		} {
			time.Sleep(tt.wait)
			before, _ := h.up.counts()
			_ = h.Do(t.Context(), func(context.Context, supervisor.Lease) (bool, error) {
				if tt.evid == cookie.SignedIn {
					return true, nil
				}
				return true, witness{tt.evid}
			})
			if after, _ := h.up.counts(); after-before != tt.probes {
				t.Errorf("step %d: %d probes, want %d", i, after-before, tt.probes)
			}
		}
	})
}

// TestWakes: a tick is asked for a little after what cannot wait for the next one,
// and not for what can.
func TestWakes(t *testing.T) {
	tests := []struct {
		name string
		play func(h *house)
		want time.Duration // from the end of play; 0 for none
	}{
		{"a rotation", func(h *house) { h.pass(time.Minute) }, 0},
		{"a lost answer", func(h *house) {
			h.up.rotations(cookie.Transient)
			h.pass(time.Minute)
		}, 2 * time.Second},
		{"a doubt", func(h *house) {
			h.up.answers(cookie.SignedOut)
			_, _ = h.Probe(h.t.Context(), "default")
		}, 30 * time.Second},
		{"a set of a short life", func(h *house) {
			_ = h.Remove(h.t.Context(), "default") // nothing to go back to
			h.bound("one", 3*time.Minute)
			h.up.answers(cookie.SignedIn)
			h.mu.Lock()
			h.woken = nil
			h.mu.Unlock()
			h.offer("cookies.txt", set("two", "1"))
		}, time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.t = t
				tt.play(h)
				h.mu.Lock()
				defer h.mu.Unlock()
				if tt.want == 0 {
					if len(h.woken) != 0 {
						t.Errorf("ticks asked for at %v", h.woken)
					}
					return
				}
				if len(h.woken) == 0 {
					t.Fatal("no tick was asked for")
				}
				if after := time.Until(h.woken[len(h.woken)-1]); after <= tt.want || after > tt.want+time.Second {
					t.Errorf("a tick was asked for in %s, want a little after %s", after, tt.want)
				}
			})
		})
	}
}

// TestBackWithoutFailedRotations: a probe that is answered again pulls no rotation
// forward that had not failed.
func TestBackWithoutFailedRotations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(time.Minute)
		planned := h.account("default").NextRotation
		h.up.answers(cookie.Transient)
		_, _ = h.Probe(t.Context(), "default")
		h.up.answers(cookie.SignedIn)
		_, _ = h.Probe(t.Context(), "default")
		if got := h.account("default").NextRotation; !got.Equal(planned) {
			t.Errorf("the next rotation moved from %s to %s", planned, got)
		}
	})
}

// TestRefusedByCommand: a forced rotation that is refused is followed by a probe,
// one that gives a value by none.
func TestRefusedByCommand(t *testing.T) {
	for evidence, want := range map[cookie.Evidence]int{cookie.RotateRefused: 1, cookie.NoNewTS: 0} {
		synctest.Test(t, func(t *testing.T) {
			h := withSession(t)
			h.up.rotations(evidence)
			before, _ := h.up.counts()
			_, _ = h.Rotate(t.Context(), "default")
			if after, _ := h.up.counts(); after-before != want {
				t.Errorf("%s: %d probes", evidence, after-before)
			}
		})
	}
}

// TestFlushRepeats: at the end the repeat that is due within two seconds is made,
// and a later one is left to the next run.
func TestFlushRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.rotations(cookie.Transient)
		_, _ = h.Rotate(t.Context(), "default")
		h.Flush(t.Context())
		if _, n := h.up.counts(); n != 2 {
			t.Errorf("%d rotations, want the repeat too", n)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.rotations(cookie.Transient)
		_, _ = h.Rotate(t.Context(), "default")
		time.Sleep(2 * time.Second)
		h.Tick(t.Context())
		began := time.Now()
		h.Flush(t.Context())
		if _, n := h.up.counts(); n != 2 || time.Since(began) != 0 {
			t.Errorf("%d rotations, the end took %s", n, time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.Flush(t.Context())
		if _, n := h.up.counts(); n != 0 {
			t.Errorf("%d rotations without a lost answer", n)
		}
	})
}

// TestResumeRotation: the attempt that the last run did not finish is repeated
// within its grace, unless it was made as often as it may be.
func TestResumeRotation(t *testing.T) {
	for _, tt := range []struct {
		name     string
		asked    time.Duration // ago
		attempts int
		repeat   bool
	}{
		{"once", 10 * time.Second, 1, true}, {"twice", 10 * time.Second, 2, true}, {"three times", 10 * time.Second, 3, true}, {"four times", 10 * time.Second, 4, false},
		{"at the end of the grace", time.Minute - 1, 1, true}, {"after the grace", time.Minute, 1, false},
	} {
		m := supervisor.Memo{LastAttempt: ago(tt.asked), Unanswered: supervisor.Unanswered{First: ago(time.Hour), Last: ago(time.Hour), Attempts: tt.attempts}}
		m.ResumeRotation(lowest, noon)
		if repeat := !m.Unanswered.Last.IsZero(); repeat != tt.repeat || m.RotateFailures != 1 || m.UnansweredInRow != 1 || !near(m.NextRotation.Sub(ago(tt.asked)), time.Minute) {
			t.Errorf("%s: repeat %v, %d failures, next %s after it", tt.name, repeat, m.RotateFailures, m.NextRotation.Sub(ago(tt.asked)))
		}
	}
	var none supervisor.Memo
	if none.ResumeRotation(lowest, noon); none.RotateFailures != 0 {
		t.Error("no attempt counts as a failed one")
	}
}

// partialStore cannot read all records.
type partialStore struct {
	*memory
	known bool
}

func (p partialStore) Load() (map[string]cookie.Record, map[string]error, error) {
	if !p.known {
		return nil, nil, errFull
	}
	return map[string]cookie.Record{}, nil, errFull
}

// TestNewErrors: what New needs, and what it can go without.
func TestNewErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		config supervisor.Config
		works  bool
		fails  bool
	}{
		{"nothing", supervisor.Config{}, false, true},
		{"no store", supervisor.Config{Upstream: &upstream{}}, false, true},
		{"no upstream", supervisor.Config{Store: &memory{}}, false, true},
		{"both", supervisor.Config{Upstream: &upstream{}, Store: &memory{}}, true, false},
		{"accounts that are not known", supervisor.Config{Upstream: &upstream{}, Store: partialStore{&memory{}, false}}, false, true},
		{"some records of no use", supervisor.Config{Upstream: &upstream{}, Store: partialStore{&memory{}, true}}, true, true},
	} {
		s, err := supervisor.New(tt.config)
		if (s != nil) != tt.works || (err != nil) != tt.fails {
			t.Errorf("%s: %v, %v", tt.name, s != nil, err)
		}
	}
}

// TestSleepNotKnown: without Slept a jump ahead counts as sleep, so that the age of
// the value in use is believed.
func TestSleepNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shift time.Duration
		s, err := supervisor.New(supervisor.Config{Upstream: &upstream{}, Store: &memory{},
			Now: func() time.Time { return time.Now().Add(shift) }})
		if err != nil {
			t.Fatal(err)
		}
		s.Offer(t.Context(), supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromFile, Set: set("A", "1")})
		shift = 9 * time.Hour
		s.Tick(t.Context())
		time.Sleep(time.Minute)
		s.Tick(t.Context())
		if a := s.Accounts()[0]; !strings.Contains(a.Basis, "longest 9 h") {
			t.Errorf("basis %q", a.Basis)
		}
	})
}

// TestFirstGenerationIsKept: rotations push out each other; up to twenty sets that
// a person offered stay in the lineage.
func TestFirstGenerationIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		for i := range 19 {
			h.offer("cookies.txt", set(fmt.Sprintf("B%d", i), "1"))
		}
		oldest := func() int {
			history, err := h.History("default")
			if err != nil || len(history) > 50 {
				t.Fatalf("%d generations, %v", len(history), err)
			}
			return history[len(history)-1].Number
		}
		h.pass(6 * time.Hour)
		if got := oldest(); got != 1 {
			t.Errorf("with twenty offered sets, the oldest generation is %d", got)
		}
		if history, _ := h.History("default"); len(history) != 50 {
			t.Errorf("%d generations", len(history))
		}
		h.offer("cookies.txt", set("C", "1"))
		if got := oldest(); got != 2 {
			t.Errorf("with one more, the oldest generation is %d", got)
		}
	})
}

// TestCancelled: a tick that was cancelled tries no parked cookies.
func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Transient)
		h.offer("cookies.txt", set("N", "1"))
		time.Sleep(2 * time.Minute)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("test"))
		before, _ := h.up.counts()
		h.Tick(ctx)
		if after, _ := h.up.counts(); after != before {
			t.Errorf("%d probes", after-before)
		}
	})
}

// TestRotatedWithoutValue: an answer that says it renewed and brings no value, or the
// one in use, changes no cookies and counts as dry.
func TestRotatedWithoutValue(t *testing.T) {
	for what, answer := range map[string]cookie.Set{"no set": {}, "the set in use": set("A", "1")} {
		synctest.Test(t, func(t *testing.T) {
			h := withSession(t)
			h.up.rotate = func(cookie.Set) cookie.Finding { return cookie.Finding{Evidence: cookie.Rotated, Set: answer} }
			finding, err := h.Rotate(t.Context(), "default")
			if err != nil || finding.Evidence != cookie.NoNewTS {
				t.Errorf("%s: %s, %v", what, finding.Evidence, err)
			}
			a := h.account("default")
			if lease, err := h.Lease(); err != nil || name(lease.Set) != "A/1" || a.RotationsFailed != 1 || a.Generation != 1 {
				t.Errorf("%s: %s is in use, %v, %d failed, generation %d", what, name(lease.Set), err, a.RotationsFailed, a.Generation)
			}
		})
	}
}
