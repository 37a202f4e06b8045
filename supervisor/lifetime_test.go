package supervisor_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// bound plays a session that can not be renewed and dies at the given age.
func (h *house) bound(psid string, life time.Duration) (warned, died time.Duration) {
	h.t.Helper()
	start := time.Now()
	h.up.mu.Lock()
	h.up.rotate = func(cookie.Set) cookie.Finding { return cookie.Finding{Evidence: cookie.NoNewTS} }
	h.up.probe = func(s cookie.Set) cookie.Finding {
		if s.PSID().Reveal() == psid && time.Since(start) >= life {
			return cookie.Finding{Evidence: cookie.SignedOut}
		}
		return cookie.Finding{Evidence: cookie.SignedIn}
	}
	h.up.mu.Unlock()
	h.offer("cookies.txt", set(psid, "1"))
	for h.state("default") != supervisor.Expired {
		if h.pass(30 * time.Second); warned == 0 && h.state("default") == supervisor.Expiring {
			warned = time.Since(start)
		}
		if time.Since(start) > life+time.Hour {
			h.t.Fatalf("a session dead for an hour is %s", h.state("default"))
		}
	}
	return warned, time.Since(start)
}

// TestLearnedLifetime: the end is unknown until one was seen; then it is told
// ahead, and the death is noticed within two probe intervals.
func TestLearnedLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		if a := h.account("default"); !a.PredictedEnd.IsZero() || !strings.Contains(a.Basis, "not seen to end") {
			t.Errorf("predicted %v on the basis of %q before any death", a.PredictedEnd, a.Basis)
		}
		warned, died := h.bound("one", 4*time.Hour)
		if warned == 0 || warned > 15*time.Minute || died-4*time.Hour > 11*time.Minute {
			t.Errorf("warned at %s, noticed at %s", warned, died)
		}
		h.offer("cookies.txt", set("two", "1"))
		a := h.account("default")
		if left := time.Until(a.PredictedEnd); left < 3*time.Hour+50*time.Minute || left > 4*time.Hour+5*time.Minute {
			t.Errorf("predicted end in %s, want about 4 h (%s)", left, a.Basis)
		}
		if n := testutil.CollectAndCount(h.metrics.CookieLifetime); n != 1 {
			t.Errorf("%d lifetime series", n)
		}
	})
}

// TestWarnedBeforeShortEnd: even a value that lives a quarter of an hour is
// warned of before it dies.
func TestWarnedBeforeShortEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		warned, died := h.bound("one", 15*time.Minute)
		if warned == 0 || warned >= 15*time.Minute {
			t.Errorf("warned at %s of a life of 15 min (noticed %s)", warned, died)
		}
	})
}

// TestCensored: values that are rotated away in time teach a longest life and no
// death, so that a healthy account is never predicted to end in nine minutes.
func TestCensored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(48 * time.Hour)
		if a := h.account("default"); !a.PredictedEnd.IsZero() {
			t.Errorf("predicted %v (%s)", a.PredictedEnd, a.Basis)
		}
	})
}

// TestSecondHolder: fresh values that die at once, twice, mean that somebody else
// renews the session; it is said, and rotation gets faster for a day.
func TestSecondHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		for _, psid := range []string{"one", "two"} {
			h.up.mu.Lock()
			h.up.rotate, h.up.probe = nil, nil
			h.up.mu.Unlock()
			h.offer("cookies.txt", set(psid, "1"))
			h.pass(7 * time.Minute)
			h.up.answers(cookie.SignedOut)
			_, _ = h.Probe(t.Context(), "default")
			time.Sleep(30 * time.Second)
			_, _ = h.Probe(t.Context(), "default")
		}
		if a := h.account("default"); !strings.Contains(strings.Join(a.Notes, " "), "something else renews") {
			t.Errorf("state %s, notes %q", a.State, a.Notes)
		}
		h.up.mu.Lock()
		h.up.rotate, h.up.probe = nil, nil
		h.up.mu.Unlock()
		h.offer("cookies.txt", set("three", "1"))
		h.pass(25 * time.Hour)
		_, before := h.up.counts()
		h.pass(24 * time.Hour)
		if _, after := h.up.counts(); after-before > 180 {
			t.Errorf("%d rotations a day later, want the haste gone", after-before)
		}
	})
}

// TestEarlyEndIsNotBelievedAlone: one life of minutes among longer ones was a sign-out
// by chance; two are how long values live.
func TestEarlyEndIsNotBelievedAlone(t *testing.T) {
	const m = time.Minute
	for _, tt := range []struct {
		name    string
		deaths  []time.Duration
		longest time.Duration
		want    time.Duration
	}{
		{"none", nil, time.Hour, 0},
		{"the first, nothing longer known", []time.Duration{3 * m}, 0, 3 * m},
		{"the first, and as old as any", []time.Duration{3 * m}, 3 * m, 3 * m},
		{"the first, longer lives known", []time.Duration{3 * m}, 3*m + 1, 0},
		{"one among longer ones", []time.Duration{5 * time.Hour, 3 * m, 9 * time.Hour}, 10 * m, 5 * time.Hour},
		{"two", []time.Duration{5 * time.Hour, 3 * m, 4 * m}, 10 * m, 4 * m},
		{"two, the first regime forgotten", []time.Duration{3 * m, 4 * m}, 10 * m, 4 * m},
		{"not that short", []time.Duration{10 * m, time.Hour}, 2 * time.Hour, 10 * m},
	} {
		l := supervisor.Lifetimes{Deaths: tt.deaths, Longest: tt.longest}
		if got := l.Estimate(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
