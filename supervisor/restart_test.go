package supervisor_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// again starts a second life on what the first left on disk.
func (h *house) again() *house {
	next := open(h.t, h.up, h.disk)
	next.shift = h.shift
	return next
}

func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(15 * time.Minute)
		lease, _ := h.Lease()
		_, rotates := h.up.counts()
		h = h.again()
		if got, err := h.Lease(); err != nil || got.Set.Key() != lease.Set.Key() {
			t.Fatalf("lent %s, error %v; want the rotated value at once", name(got.Set), err)
		}
		if s := h.state("default"); s != supervisor.Unknown {
			t.Errorf("state %s before a probe, want unknown", s)
		}
		h.Tick(t.Context())
		if s := h.state("default"); s != supervisor.Healthy {
			t.Errorf("state %s after the first tick, want healthy", s)
		}
		if _, after := h.up.counts(); after != rotates {
			t.Error("a restart made an extra rotation")
		}
		if g, err := h.History("default"); err != nil || len(g) < 2 || g[0].Origin != supervisor.FromRotation {
			t.Errorf("history %v, error %v", g, err)
		}
	})
}

// TestCrashLoop: a daemon that dies and starts every few seconds does not
// rotate more often than the floor allows.
func TestCrashLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(2 * time.Minute)
		h.up.rotations(cookie.NoNewTS)
		_, before := h.up.counts()
		for range 120 {
			time.Sleep(5 * time.Second)
			h = h.again()
			h.Tick(t.Context())
			h.Tick(t.Context())
		}
		if _, after := h.up.counts(); after-before > 10 {
			t.Errorf("%d rotations in 10 minutes of a crash loop, want at most 10", after-before)
		}
	})
}

// TestCrashBeforeSave: the machine died between the answer of a rotation and its
// save. The next life uses the old value's grace to fetch a new one at once, but
// only once an hour.
func TestCrashBeforeSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(2 * time.Minute)
		var image cookie.Record
		h.up.rotate = func(s cookie.Set) cookie.Finding {
			image = h.disk.record("default")
			return cookie.Finding{Evidence: cookie.Rotated, Set: s.WithPSIDTS(cookie.NewValue("lost"))}
		}
		for image.Current.IsZero() {
			h.pass(30 * time.Second)
		}
		h.disk.records["default"] = image
		h.up.rotate = nil
		_, before := h.up.counts()
		h = h.again()
		h.Tick(t.Context())
		if _, after := h.up.counts(); after != before+1 {
			t.Errorf("%d rotations at the start after such a crash, want 1", after-before)
		}
		if r := h.disk.record("default"); name(r.Current) == name(image.Current) {
			t.Error("no newer value was saved")
		}
	})
}

// TestHoldSurvives: neither a restart nor a new file ends a block early.
func TestHoldSurvives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Blocked)
		_, _ = h.Probe(t.Context(), "default")
		probes, _ := h.up.counts()
		h = h.again()
		h.Tick(t.Context())
		if v := h.offer("cookies.txt", set("N", "1")); v.Result != supervisor.Parked {
			t.Errorf("a file dropped during a block was %s: %s", v.Result, v.Message)
		}
		if after, _ := h.up.counts(); after != probes {
			t.Errorf("%d calls during the block", after-probes)
		}
		h.up.answers(cookie.SignedIn)
		h.pass(20 * time.Minute)
		if lease, err := h.Lease(); err != nil || lease.Set.PSID().Reveal() != "N" {
			t.Errorf("lent %s, error %v; want the parked file taken in after the block", name(lease.Set), err)
		}
	})
}

func TestForcedRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		if _, err := h.Rotate(t.Context(), "default"); err != nil {
			t.Fatal(err)
		}
		var soon *supervisor.TooSoon
		if _, err := h.Rotate(t.Context(), "default"); !errors.As(err, &soon) || soon.RetryAfter != time.Minute {
			t.Errorf("got %v, want the floor of a minute", err)
		}
		if _, err := h.again().Rotate(t.Context(), "default"); !errors.As(err, &soon) {
			t.Errorf("got %v, want the floor to survive a restart", err)
		}
		if _, err := h.Rotate(t.Context(), "nobody"); !errors.Is(err, supervisor.ErrNoAccount) {
			t.Errorf("got %v", err)
		}
		if err := h.Pause("default"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Rotate(t.Context(), "default"); !errors.Is(err, supervisor.ErrNotRotating) {
			t.Errorf("got %v, want the pause obeyed", err)
		}
	})
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		if err := h.Pause("default"); err != nil {
			t.Fatal(err)
		}
		probes, rotates := h.up.counts()
		h.pass(time.Hour)
		if p, r := h.up.counts(); p != probes || r != rotates || h.Ready() {
			t.Errorf("a paused account made %d probes, %d rotations, ready %v", p-probes, r-rotates, h.Ready())
		}
		h = h.again()
		if h.Ready() {
			t.Error("a restart ended the pause")
		}
		if err := h.Resume("default"); err != nil {
			t.Fatal(err)
		}
		h.pass(30 * time.Second)
		if !h.Ready() || h.state("default") != supervisor.Healthy {
			t.Errorf("state %s after resume", h.state("default"))
		}
	})
}

func TestRemove(t *testing.T) {
	h := withSession(t)
	if err := h.Remove(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	r := h.disk.record("default")
	if !r.Current.IsZero() || !r.Previous.IsZero() || strings.Contains(string(r.Memo), "sidts") {
		t.Error("values are left on disk")
	}
	if g, _ := h.History("default"); len(g) != 1 || g[0].End != "removed" || g[0].Restorable {
		t.Errorf("history %+v, want the hash kept and marked removed", g)
	}
	if s := h.state("default"); s != supervisor.Missing {
		t.Errorf("state %s", s)
	}
}
