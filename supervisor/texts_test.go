package supervisor_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestAdvice: what the status says happens next, and what a person should do.
func TestAdvice(t *testing.T) {
	tests := []struct {
		name         string
		play         func(h *house)
		state        supervisor.State
		next, remedy string // parts of them; an empty remedy is none
	}{
		{"healthy", func(*house) {}, supervisor.Healthy, "rotation in 1 min", ""},
		{"a probe comes first", func(h *house) { h.pass(90 * time.Second) }, supervisor.Healthy, "probe in ", ""},
		{"not proven", func(h *house) {
			h.up.answers(cookie.Transient)
			_ = h.Remove(h.t.Context(), "default")
			h.offer("new.txt", set("B", "1"))
		}, supervisor.Unknown, "probe in ", ""},
		{"another account answers", func(h *house) {
			h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Account: "one"})
			_, _ = h.Probe(h.t.Context(), "default")
			h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Account: "two"})
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Degraded, "probe in ", "two accounts got mixed"},
		{"terms to accept", func(h *house) {
			h.up.answers(cookie.Action)
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Degraded, "rotation in ", "accept what it asks for"},
		{"blocked", func(h *house) {
			h.up.answers(cookie.Blocked)
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Blocked, "one trial call in 5 min", "wait; the address"},
		{"restricted", func(h *house) {
			h.up.finds(cookie.Finding{Evidence: cookie.Restricted, Restriction: 7})
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Blocked, "one trial call in 5 min", "Google restricts the account"},
		{"restricted, and no question refused", func(h *house) {
			h.up.finds(cookie.Finding{Evidence: cookie.Action, Restriction: 7})
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Degraded, "rotation in ", "Google restricts the account"},
		{"limited", func(h *house) {
			h.up.answers(cookie.Limited)
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.RateLimited, "one trial call in 1 min", ""},
		{"in doubt", func(h *house) {
			h.up.answers(cookie.SignedOut)
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Suspect, "confirming probe in 30 s", ""},
		{"expired", func(h *house) {
			h.up.answers(cookie.SignedOut)
			h.pass(10 * time.Minute)
		}, supervisor.Expired, "waiting for new cookies; looks again in ", "private Firefox window"},
		{"expiring", func(h *house) {
			h.up.rotations(cookie.NoNewTS)
			h.pass(6 * time.Minute)
		}, supervisor.Expiring, "", "about to end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.t = t
				tt.play(h)
				a := h.Accounts()[0]
				if a.State != tt.state || !strings.Contains(a.NextAction, tt.next) || !strings.Contains(a.Remedy, tt.remedy) || (a.Remedy == "") != (tt.remedy == "") {
					t.Errorf("%s, next %q, remedy %q", a.State, a.NextAction, a.Remedy)
				}
				if whole := h.Overall(); whole.State != a.State || !whole.Since.Equal(a.Since) || whole.Remedy != a.Remedy || !whole.RetryAt.Equal(a.RetryAt) || whole.States != nil {
					t.Errorf("overall %+v", whole)
				}
			})
		})
	}
}

// TestOverallPaused: what is paused is never called healthy as a whole; an account that
// serves, or comes back by itself, goes before it. Its name is not for clients.
func TestOverallPaused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		play  func(h *house)
		state supervisor.State
	}{
		{"both", func(h *house) { _, _ = h.Pause("default"), h.Pause("two") }, supervisor.PausedState},
		{"the other serves", func(h *house) { _ = h.Pause("two") }, supervisor.Healthy},
		{"the other is refused", func(h *house) {
			_ = h.Pause("two")
			h.up.answers(cookie.Blocked)
			_, _ = h.Probe(h.t.Context(), "default")
		}, supervisor.Blocked},
		{"the other has ended", func(h *house) {
			_ = h.Pause("two")
			h.up.answers(cookie.SignedOut)
			h.pass(10 * time.Minute)
		}, supervisor.PausedState},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.t = t
				h.offer("cookies_two.txt", set("two", "1"))
				tt.play(h)
				whole := h.Overall()
				if whole.State != tt.state || whole.State.Serves() != h.Ready() {
					t.Errorf("overall %+v, ready %v", whole, h.Ready())
				}
				if paused := whole.State == supervisor.PausedState; paused != strings.Contains(whole.Remedy, "geminid cookies resume ACCOUNT") {
					t.Errorf("remedy %q", whole.Remedy)
				}
				if n := testutil.ToFloat64(h.metrics.CookieState.WithLabelValues("two", "paused")); n != 1 {
					t.Errorf("the metric paused is %v", n)
				}
				if n := testutil.ToFloat64(h.metrics.CookieState.WithLabelValues("two", "healthy")); n != 0 {
					t.Errorf("the metric healthy is %v", n)
				}
			})
		})
	}
}

// TestTrialIsInMetrics: the time of the trial call stands in the metrics as long as
// one is due.
func TestTrialIsInMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		trial := func() float64 { return testutil.ToFloat64(h.metrics.CookieTrialNext.WithLabelValues("default")) }
		if trial() != 0 {
			t.Errorf("trial at %v", trial())
		}
		h.up.answers(cookie.Blocked)
		_, _ = h.Probe(t.Context(), "default")
		if at := h.Accounts()[0].RetryAt; at.IsZero() || trial() != float64(at.Unix()) {
			t.Errorf("trial at %v, want %v", trial(), at)
		}
		h.up.answers(cookie.SignedIn)
		_, _ = h.Probe(t.Context(), "default")
		if trial() != 0 {
			t.Errorf("trial at %v", trial())
		}
	})
}

// TestOverallUnreadable: the cure names paths of the server, so it is not for clients.
func TestOverallUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.disk.unreadable("default")
		h = h.again()
		if remedy := h.Overall().Remedy; strings.Contains(remedy, "/state") || !strings.Contains(remedy, "geminid cookies status") {
			t.Errorf("remedy %q", remedy)
		}
	})
}

// TestDryNote: the third dry rotation is explained, the second one not yet.
func TestDryNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.rotations(cookie.NoNewTS)
		for dry := 0; dry < 3; h.pass(30 * time.Second) {
			_, dry = h.up.counts()
			noted := slices.ContainsFunc(h.account("default").Notes, func(n string) bool { return strings.Contains(n, "rotations gave no new value") })
			if noted != (dry >= 3) {
				t.Errorf("after %d dry rotations: noted %v", dry, noted)
			}
		}
	})
}

// TestHistoryMarks: probes are counted, and the cookies that are kept are marked:
// those in use and those that a rollback goes back to.
func TestHistoryMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		_, _ = h.Probe(t.Context(), "default")
		h.offer("cookies.txt", set("B", "1"))
		h.offer("cookies.txt", set("C", "1"))
		history, _ := h.History("default")
		var kept []bool
		var probes []int
		for _, g := range history {
			kept, probes = append(kept, g.Restorable), append(probes, g.Probes)
		}
		if !slices.Equal(kept, []bool{true, true, false}) || !slices.Equal(probes, []int{1, 1, 2}) {
			t.Errorf("restorable %v, probes %v", kept, probes)
		}
		h = withSession(t)
		h.offer("cookies.txt", set("B", "1"))
		if history, _ = h.History("default"); !history[1].Restorable {
			t.Error("the first of two generations is not restorable")
		}
		_ = h.Remove(t.Context(), "default")
		if history, _ = h.History("default"); history[0].Restorable || history[1].Restorable {
			t.Error("removed cookies are restorable")
		}
	})
}

// TestVerdictTexts: the words and the moment of a verdict.
func TestVerdictTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		start := time.Now()
		v := h.offer("cookies.txt", set("A", "1"))
		if v.Message != "default: accepted and in use." || !v.Since.Equal(start) {
			t.Errorf("%+v", v)
		}
		time.Sleep(10 * time.Second)
		if v = h.offer("cookies.txt", set("B", "1")); !v.Since.Equal(time.Now()) || v.Result != supervisor.Applied {
			t.Errorf("taken in, since %s", v.Since)
		}
		time.Sleep(10 * time.Second)
		if v = h.offer("cookies.txt", set("B", "1")); !v.Since.Equal(start) || v.Result != supervisor.Unchanged {
			t.Errorf("unchanged, since %s, want the state's %s", v.Since, start)
		}
		if applied := h.logged("new cookies taken in"); applied != 2 {
			t.Errorf("%d of two swaps were logged", applied)
		}
		h.up.answers(cookie.SignedOut)
		h.offer("cookies.txt", set("C", "1"))
		if n := len(slices.DeleteFunc(slices.Clone(h.audited), func(s string) bool { return s != "rejected default" })); n != 1 {
			t.Errorf("%d rejections in the audit log: %q", n, h.audited)
		}
	})
}

// TestPreference: healthy and expiring accounts serve in turn, and others only
// without them.
func TestPreference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		for _, n := range []string{"a", "b", "c"} {
			h.offer(n+".txt", set(n, "1"))
		}
		h.up.mu.Lock()
		h.up.rotate = func(s cookie.Set) cookie.Finding {
			if s.PSID().Reveal() == "b" {
				return cookie.Finding{Evidence: cookie.NoNewTS}
			}
			return cookie.Finding{Evidence: cookie.Rotated, Set: s.WithPSIDTS(cookie.NewValue(time.Now().String()))}
		}
		h.up.probe = func(s cookie.Set) cookie.Finding {
			if s.PSID().Reveal() == "c" {
				return cookie.Finding{Evidence: cookie.Drift}
			}
			return cookie.Finding{Evidence: cookie.SignedIn}
		}
		h.up.mu.Unlock()
		h.pass(12 * time.Minute)
		if a, b, c := h.state("a"), h.state("b"), h.state("c"); a != supervisor.Healthy || b != supervisor.Expiring || c != supervisor.Degraded {
			t.Fatalf("%s, %s, %s", a, b, c)
		}
		served := map[string]int{}
		serve := func() {
			_ = h.Do(t.Context(), func(_ context.Context, l supervisor.Lease) (bool, error) { served[l.Account]++; return true, nil })
		}
		for range 10 {
			serve()
		}
		if served["a"] != 5 || served["b"] != 5 {
			t.Errorf("served %v", served)
		}
		_, _ = h.Pause("a"), h.Pause("b")
		if serve(); served["c"] != 1 {
			t.Errorf("alone, the degraded one served %v", served)
		}
	})
}
