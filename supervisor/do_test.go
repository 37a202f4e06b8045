package supervisor_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// serve runs one request that ends with err and tells which sets it was lent.
func (h *house) serve(results map[string]error, committed bool) (lent []string, err error) {
	err = h.Do(h.t.Context(), func(_ context.Context, l supervisor.Lease) (bool, error) {
		lent = append(lent, name(l.Set))
		return committed, results[l.Account]
	})
	return lent, err
}

func TestDoWithoutAccounts(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	_, err := h.serve(nil, false)
	var refusal *supervisor.Refusal
	if !errors.As(err, &refusal) || refusal.State != supervisor.Missing || refusal.RetryAfter != 0 {
		t.Fatalf("got %v, want a refusal: missing", err)
	}
	if !strings.Contains(refusal.Remedy, "inbox") {
		t.Errorf("remedy %q does not say where to put cookies", refusal.Remedy)
	}
}

// TestConfirmingProbe: a tick is asked for when the confirming probe is due. One
// that is not heard keeps the gate closed and is repeated calmly.
func TestConfirmingProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.SignedOut)
		_, _ = h.Probe(t.Context(), "default")
		if len(h.woken) != 1 {
			t.Fatalf("%d ticks asked for, want one", len(h.woken))
		}
		time.Sleep(time.Until(h.woken[0]))
		h.up.answers(cookie.Transient)
		h.Tick(t.Context())
		probes, _ := h.up.counts()
		h.pass(time.Hour)
		if p, _ := h.up.counts(); p-probes < 10 || p-probes > 40 || h.Ready() {
			t.Errorf("%d probes in an hour of outage, ready %v; want 10 to 40 behind a closed gate", p-probes, h.Ready())
		}
		h.up.answers(cookie.SignedOut)
		h.pass(6 * time.Minute)
		if s := h.state("default"); s != supervisor.Expired || len(h.woken) != 1 {
			t.Errorf("state %s, %d ticks asked for", s, len(h.woken))
		}
	})
}

// TestGate plays a session that dies: the request that notices makes a probe,
// the gate closes at once, the second look makes it final.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.SignedOut)
		lent, err := h.serve(map[string]error{"default": witness{cookie.WeakOut}}, false)
		var refusal *supervisor.Refusal
		if !errors.As(err, &refusal) || refusal.RetryAfter != 35*time.Second {
			t.Fatalf("got %v, want the closed gate with 35 s", err)
		}
		if len(lent) != 1 {
			t.Errorf("lent %v, want one try", lent)
		}
		if _, err := h.Lease(); err == nil {
			t.Error("the gate is open")
		}
		if s := h.state("default"); s == supervisor.Expired {
			t.Error("one OUT was believed")
		}
		h.pass(30 * time.Second)
		if s := h.state("default"); s != supervisor.Expired {
			t.Fatalf("state %s after the second OUT, want expired", s)
		}
		_, err = h.serve(nil, false)
		if !errors.As(err, &refusal) || refusal.State != supervisor.Expired || refusal.RetryAfter != 0 {
			t.Errorf("got %v, want a refusal that does not heal by waiting", err)
		}
		if !strings.Contains(refusal.Remedy, "export") {
			t.Errorf("remedy %q does not say what to do", refusal.Remedy)
		}
	})
}

// TestFalseAlarm: a doubt that the probe does not share closes nothing.
func TestFalseAlarm(t *testing.T) {
	h := withSession(t)
	cause := witness{cookie.WeakOut}
	if lent, err := h.serve(map[string]error{"default": cause}, false); !errors.Is(err, cause) || len(lent) != 1 {
		t.Errorf("lent %v, %v; want one try and the request's own error", lent, err)
	}
	if !h.Ready() || h.state("default") != supervisor.Healthy {
		t.Errorf("state %s, want healthy", h.state("default"))
	}
}

func TestManyDoubtsMakeOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		before, _ := h.up.counts()
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { _, _ = h.serve(map[string]error{"default": witness{cookie.WeakOut}}, false) })
		}
		all.Wait()
		if after, _ := h.up.counts(); after-before != 1 {
			t.Errorf("%d probes for 50 failing requests at one moment, want 1", after-before)
		}
		for range 3600 { // one failing request a second for an hour
			time.Sleep(time.Second)
			_, _ = h.serve(map[string]error{"default": witness{cookie.WeakOut}}, false)
		}
		if after, _ := h.up.counts(); after-before > 16 {
			t.Errorf("%d probes in an hour of failing requests, want at most 16", after-before)
		}
	})
}

func TestFailover(t *testing.T) {
	dead := witness{cookie.WeakOut}
	tests := []struct {
		name      string
		results   map[string]error
		committed bool
		wantLent  []string
		wantErr   bool
		wantDead  supervisor.State // of work
	}{
		{name: "both live", wantLent: []string{"B/1"}, wantDead: supervisor.Healthy},
		{name: "the dead one is left", results: map[string]error{"work": dead}, wantLent: []string{"B/1", "A/1"}, wantDead: supervisor.Suspect},
		{name: "not after the first byte", results: map[string]error{"work": dead}, committed: true, wantLent: []string{"B/1"}, wantErr: true, wantDead: supervisor.Suspect},
		{name: "a blocked one is left", results: map[string]error{"work": witness{cookie.Blocked}}, wantLent: []string{"B/1", "A/1"}, wantDead: supervisor.Blocked},
		{name: "an outage is not the session's fault", results: map[string]error{"work": witness{cookie.Transient}}, wantLent: []string{"B/1"}, wantErr: true, wantDead: supervisor.Healthy},
		{name: "a foreign error says nothing", results: map[string]error{"work": errors.New("quota")}, wantLent: []string{"B/1"}, wantErr: true, wantDead: supervisor.Healthy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := withSession(t)
			h.offer("work.json", set("B", "1"))
			if _, err := h.serve(nil, false); err != nil { // default serves, so work is next
				t.Fatal(err)
			}
			h.up.mu.Lock()
			h.up.probe = func(s cookie.Set) cookie.Finding {
				if s.PSID().Reveal() == "B" && tt.results["work"] == error(dead) {
					return cookie.Finding{Evidence: cookie.SignedOut, Detail: "test"}
				}
				return cookie.Finding{Evidence: cookie.SignedIn}
			}
			h.up.mu.Unlock()
			lent, err := h.serve(tt.results, tt.committed)
			if !slices.Equal(lent, tt.wantLent) || (err != nil) != tt.wantErr {
				t.Errorf("lent %v, error %v; want %v, error %v", lent, err, tt.wantLent, tt.wantErr)
			}
			if got := h.state("work"); got != tt.wantDead {
				t.Errorf("work is %s, want %s", got, tt.wantDead)
			}
			if got := h.state("default"); got != supervisor.Healthy {
				t.Errorf("default is %s, want it untouched", got)
			}
		})
	}
}

// TestRetryWithNewerValue: a rotation that finished while the request ran is
// reason for one more try with the same account, and only one.
func TestRetryWithNewerValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(2 * time.Minute)
		var lent []string
		err := h.Do(t.Context(), func(ctx context.Context, l supervisor.Lease) (bool, error) {
			lent = append(lent, name(l.Set))
			time.Sleep(time.Minute)
			if _, err := h.Rotate(ctx, "default"); err != nil {
				t.Fatal(err)
			}
			return false, witness{cookie.WeakOut}
		})
		if len(lent) != 2 || lent[0] == lent[1] || err == nil {
			t.Errorf("lent %v, error %v; want two different values and the error", lent, err)
		}
	})
}

func TestLeastRecentlyUsed(t *testing.T) {
	h := withSession(t)
	h.offer("work.json", set("B", "1"))
	h.offer("home.json", set("C", "1"))
	seen := map[string]int{}
	for range 30 {
		if _, err := h.Lease(); err != nil { // looking takes no turn
			t.Fatal(err)
		}
		lent, err := h.serve(nil, false)
		if err != nil {
			t.Fatal(err)
		}
		seen[lent[0]]++
	}
	for _, n := range seen {
		if n != 10 || len(seen) != 3 {
			t.Fatalf("requests were spread %v, want 10 each", seen)
		}
	}
}

// TestCanceledRequestTeachesNothing: the client left, so its error is no news.
func TestCanceledRequestTeachesNothing(t *testing.T) {
	h := withSession(t)
	probes, _ := h.up.counts()
	ctx, cancel := context.WithCancel(t.Context())
	err := h.Do(ctx, func(ctx context.Context, _ supervisor.Lease) (bool, error) {
		cancel()
		return false, ctx.Err()
	})
	after, _ := h.up.counts()
	if !errors.Is(err, context.Canceled) || after != probes || h.state("default") != supervisor.Healthy {
		t.Errorf("error %v, %d probes, state %s", err, after-probes, h.state("default"))
	}
}

// TestQuotaChoosesTheAccount: one that has nothing left is asked last, and again once
// its window is over.
func TestQuotaChoosesTheAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		reset := time.Now().Add(time.Hour)
		h.up.probe = func(s cookie.Set) cookie.Finding {
			f := cookie.Finding{Evidence: cookie.SignedIn, Account: owner(s)}
			if owner(s) == "alice" {
				f.Quotas = []cookie.Quota{{Model: cookie.EveryModel, Window: "5h", Remaining: 0, Reset: reset}, {Model: "pro", Window: "current", Remaining: 1}}
			} else {
				f.Quotas = []cookie.Quota{{Model: cookie.EveryModel, Window: "5h", Remaining: 0.5}, {Model: "pro", Window: "current", Remaining: 0}}
			}
			return f
		}
		h.offer("cookies_alice.json", set("alice:1", "1"))
		h.offer("cookies_bob.json", set("bob:1", "1"))
		for _, a := range h.Accounts() {
			if _, err := h.Probe(t.Context(), a.Name); err != nil || len(h.account(a.Name).Quotas) != 2 {
				t.Fatalf("%s has the quotas %+v, %v", a.Name, h.account(a.Name).Quotas, err)
			}
		}
		for range 4 {
			if lent, err := h.serve(nil, false); err != nil || len(lent) != 1 || !strings.HasPrefix(lent[0], "bob") {
				t.Errorf("lent %v, %v; want bob, who has something left", lent, err)
			}
		}
		time.Sleep(time.Hour)
		lent := make(map[string]bool)
		for range 4 {
			got, _ := h.serve(nil, false)
			lent[got[0]] = true
		}
		if len(lent) != 2 {
			t.Errorf("lent %v after the window, want both", lent)
		}
	})
}
