package supervisor_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// offline is the evidence of a call that did not come as far as the upstream.
type offline struct{ fault cookie.Fault }

func (o offline) Error() string { return "not reached: " + o.fault.Cause() }
func (o offline) Finding() cookie.Finding {
	return cookie.Finding{Evidence: cookie.Offline, Fault: o.fault, Detail: o.fault.Cause()}
}

// ask makes a request that ends with err and reports whether it was tried.
func (h *house) ask(ctx context.Context, err error) (tried bool) {
	_ = h.Do(ctx, func(context.Context, supervisor.Lease) (bool, error) {
		tried = true
		return false, err
	})
	return tried
}

// passUntil lets time go by as [house.pass] does, with the ticks that were asked for
// too, until done or the limit. It returns how long that took.
func (h *house) passUntil(limit time.Duration, done func() bool) time.Duration {
	began := time.Now()
	for time.Since(began) <= limit && !done() {
		time.Sleep(time.Second)
		h.mu.Lock()
		due := len(h.woken) > 0 && !time.Now().Before(h.woken[len(h.woken)-1])
		if due {
			h.woken = nil
		}
		h.mu.Unlock()
		if due || time.Since(began)%(30*time.Second) == 0 {
			h.Tick(h.t.Context())
		}
	}
	return time.Since(began)
}

func TestUnreachableByRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		h.up.finds(offline{cookie.FaultDNS}.Finding())
		for n := 1; n <= 3; n++ {
			if s := h.state("default"); s != supervisor.Healthy || !h.Ready() {
				t.Errorf("state %s, ready %v before request %d fails", s, h.Ready(), n)
			}
			if !h.ask(t.Context(), offline{cookie.FaultDNS}) {
				t.Errorf("request %d was not tried", n)
			}
		}
		a := h.account("default")
		if a.State != supervisor.Unreachable || a.Serving || h.Ready() || a.Fault != cookie.FaultDNS {
			t.Errorf("state %s, serving %v, ready %v, fault %q; want unreachable for dns", a.State, a.Serving, h.Ready(), a.Fault)
		}
		for _, part := range []string{"Google cannot be reached", cookie.FaultDNS.Cause(), "signed in when last asked"} {
			if !strings.Contains(a.Evidence, part) {
				t.Errorf("%q does not say %q", a.Evidence, part)
			}
		}
		if a.Remedy == "" || !strings.HasPrefix(a.NextAction, "probe in") && !strings.HasPrefix(a.NextAction, "rotation in") {
			t.Errorf("remedy %q, next %q", a.Remedy, a.NextAction)
		}
		if n := h.logged("to=unreachable"); n != 1 {
			t.Errorf("%d lines in the log, want 1", n)
		}
		// A request that is answered ends it, without a probe.
		if !h.ask(t.Context(), nil) || h.state("default") != supervisor.Healthy || !h.Ready() || h.account("default").Fault != "" {
			t.Errorf("state %s after an answer, fault %q", h.state("default"), h.account("default").Fault)
		}
	})
}

// TestAnswersBetweenFailures: failures that are not in a row show nothing, and
// neither do those in which the upstream was reached.
func TestAnswersBetweenFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		for range 10 {
			h.ask(t.Context(), offline{cookie.FaultReset})
			h.ask(t.Context(), offline{cookie.FaultReset})
			h.ask(t.Context(), witness{cookie.Transient})
		}
		if h.Reach().Down() || h.state("default") == supervisor.Unreachable {
			t.Errorf("state %s", h.state("default"))
		}
	})
}

// TestUnreachableByProbes: without a single request the death of the network is
// known within two probe intervals, and its return within one.
func TestUnreachableByProbes(t *testing.T) {
	for _, every := range []time.Duration{time.Minute, 5 * time.Minute, time.Hour} {
		t.Run(every.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{every: every}, &memory{})
				h.offer("cookies.txt", set("A", "1"))
				h.pass(3 * every)
				h.up.finds(offline{cookie.FaultTimeout}.Finding())
				h.up.rotations(cookie.Offline)
				told := h.passUntil(2*every, func() bool { return h.state("default") == supervisor.Unreachable })
				if told > 2*every || h.Ready() {
					t.Errorf("told after %s, want at most %s", told, 2*every)
				}
				h.pass(2 * time.Hour)
				if h.state("default") != supervisor.Unreachable || h.logged("to=unreachable") != 1 {
					t.Errorf("state %s, %d lines", h.state("default"), h.logged("to=unreachable"))
				}
				h.up.answers(cookie.SignedIn)
				if back := h.passUntil(2*every, h.Ready); back > max(every, 100*time.Second) || h.state("default") != supervisor.Healthy {
					t.Errorf("back after %s as %s", back, h.state("default"))
				}
			})
		})
	}
}

// TestStartOffline: a start without a network says so at once.
func TestStartOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		up := &upstream{}
		up.finds(offline{cookie.FaultProxy}.Finding())
		up.rotations(cookie.Offline)
		h = open(t, up, h.disk)
		if s := h.state("default"); s != supervisor.Unknown {
			t.Errorf("state %s before the first probe", s)
		}
		told := h.passUntil(time.Minute, func() bool { return !h.Ready() })
		a := h.account("default")
		if told > time.Minute || a.State != supervisor.Unreachable || a.Fault != cookie.FaultProxy || h.logged("to=unreachable") != 1 {
			t.Errorf("after %s: %s, %q, %d lines", told, a.State, a.Fault, h.logged("to=unreachable"))
		}
		if !strings.Contains(a.Evidence, "signed in when last asked") {
			t.Errorf("evidence %q", a.Evidence)
		}
	})
}

// TestUnreachableIsShared: all accounts take the same way, so one fact is for all; a
// state that has a reason of its own keeps it.
func TestUnreachableIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.offer("second.txt", set("two", "2"))
		h.offer("third.txt", set("three", "3"))
		h.pass(10 * time.Minute)
		h.up.dies("three")
		h.pass(10 * time.Minute)
		for range 3 { // each of another account
			h.ask(t.Context(), offline{""})
		}
		for name, want := range map[string]supervisor.State{"default": supervisor.Unreachable, "second": supervisor.Unreachable, "third": supervisor.Expired} {
			if got := h.state(name); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		if r := h.Reach(); r.Fault != cookie.FaultOther || r.Since.IsZero() {
			t.Errorf("reach %+v", r)
		}
		if whole := h.Overall(); whole.State != supervisor.Unreachable || whole.Remedy == "" {
			t.Errorf("overall %+v", whole)
		}
	})
}

// TestReachIsMeasured: the upstream counts as unreached since the first of the failures
// in a row, and the metric shows that fault alone, as long as it lasts.
func TestReachIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		shown := func() (faults []cookie.Fault) {
			for _, fault := range cookie.Faults() {
				if testutil.ToFloat64(h.metrics.UpstreamUnreachable.WithLabelValues(string(fault))) == 1 {
					faults = append(faults, fault)
				}
			}
			return faults
		}
		for _, fault := range []cookie.Fault{cookie.FaultDNS, cookie.FaultTLS} {
			began := time.Now().UTC().Round(0)
			for range 3 {
				h.ask(t.Context(), offline{fault})
				time.Sleep(time.Minute)
			}
			if r := h.Reach(); !r.Since.Equal(began) || r.Fault != fault {
				t.Errorf("%s since %v, want %s since %v", r.Fault, r.Since, fault, began)
			}
			if got := shown(); !slices.Equal(got, []cookie.Fault{fault}) {
				t.Errorf("shown as %v, want %s alone", got, fault)
			}
			h.ask(t.Context(), nil)
			if got := shown(); len(got) != 0 {
				t.Errorf("shown as %v after an answer", got)
			}
		}
	})
}
