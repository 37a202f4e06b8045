package supervisor_test

import (
	"encoding/json"
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
	next, err := reopen(h.t, h.up, h.disk, h.shift)
	if err != nil {
		h.t.Fatal(err)
	}
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

// TestClockWasAhead: moments saved by a clock that was a year ahead stop neither
// the rotations nor the trial calls of the next life.
func TestClockWasAhead(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, blocked := range []bool{false, true} {
		t.Run(map[bool]string{false: "healthy", true: "blocked"}[blocked], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				h.shift = year
				h.offer("cookies.txt", set("A", "1"))
				h.pass(5 * time.Minute)
				if blocked {
					h.up.answers(cookie.Blocked)
					_, _ = h.Probe(t.Context(), "default")
				}
				h.shift = 0
				h = h.again()
				probes, rotates := h.up.counts()
				h.up.answers(cookie.SignedIn)
				h.pass(20 * time.Minute)
				p, r := h.up.counts()
				if r-rotates < 1 || r-rotates > 4 || p-probes < 3 || p-probes > 6 {
					t.Errorf("%d rotations and %d probes in 20 minutes, want the usual 2 and 4", r-rotates, p-probes)
				}
				a := h.account("default")
				now := time.Now()
				for what, at := range map[string]time.Time{"since": a.Since, "the last proof": a.LastProof, "the last rotation": a.LastRotation} {
					if at.After(now) {
						t.Errorf("%s is %s from now", what, at.Sub(now))
					}
				}
				if a.State != supervisor.Healthy {
					t.Errorf("state %s", a.State)
				}
			})
		})
	}
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

// TestOddMemo: a field that can not be understood costs neither the cookies nor
// the fields beside it, and the file as it was is kept.
func TestOddMemo(t *testing.T) {
	for _, odd := range []string{`"next_probe":"tomorrow"`, `"lineage":{"x":1}`, `"facts":7`, `"files":["x"]`} {
		t.Run(odd, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(15 * time.Minute)
				_ = h.Pause("default")
				before := h.disk.record("default")
				var memo map[string]json.RawMessage
				if err := json.Unmarshal(before.Memo, &memo); err != nil {
					t.Fatal(err)
				}
				field, value, _ := strings.Cut(odd, ":")
				memo[strings.Trim(field, `"`)] = json.RawMessage(value)
				record := before
				record.Memo, _ = json.Marshal(memo)
				h.disk.records["default"] = record

				h, err := reopen(t, h.up, h.disk, 0)
				if err == nil || !strings.Contains(err.Error(), strings.Trim(field, `"`)) || !strings.Contains(err.Error(), "default.copy") {
					t.Errorf("the error %v names neither the field nor the copy", err)
				}
				if len(h.disk.aside) != 1 || string(h.disk.aside[0].Memo) != string(record.Memo) {
					t.Error("the file as it was is not kept")
				}
				if a := h.account("default"); a.Activity != "paused" {
					t.Errorf("activity %s, want the pause kept", a.Activity)
				}
				_ = h.Resume("default")
				h.pass(time.Minute)
				if a := h.account("default"); a.State != supervisor.Healthy || !a.Serving {
					t.Errorf("state %s, serving %v", a.State, a.Serving)
				}
				h.Flush(h.t.Context())
				if after := h.disk.record("default"); after.Current.IsZero() || after.Previous.IsZero() {
					t.Error("the cookies are gone from the disk")
				}
			})
		})
	}
}

// TestHoldBelongsToItsRoute: with another proxy the trial call of a hold is due at
// once, nothing is lent before it is answered, and a refusal on the new way counts
// from its own beginning.
func TestHoldBelongsToItsRoute(t *testing.T) {
	for _, hold := range []cookie.Evidence{cookie.Blocked, cookie.Limited} {
		for name, tt := range map[string]struct {
			before, after string
			trial         bool
		}{
			"the same proxy": {"a", "a", false}, "still none": {"", "", false},
			"another proxy": {"a", "b", true}, "a proxy": {"", "b", true}, "none any more": {"a", "", true},
		} {
			t.Run(hold.String()+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := open(t, &upstream{route: tt.before}, &memory{})
					h.offer("cookies.txt", set("A", "1"))
					h.up.finds(cookie.Finding{Evidence: hold, RetryAfter: 24 * time.Hour})
					_, _ = h.Probe(t.Context(), "default")
					held := h.state("default")
					if next := h.account("default").NextAction; !strings.Contains(next, "geminid cookies probe default") {
						t.Errorf("the status' next action is %q, want the command that makes the trial call", next)
					}
					if _, err := h.Lease(); err == nil || strings.Contains(err.Error(), "geminid cookies") {
						t.Errorf("a client is told %v", err)
					}
					h.up.route = tt.after
					h = h.again()
					if _, err := h.Lease(); err == nil || h.state("default") != held {
						t.Errorf("a session in state %s is lent before the trial call", h.state("default"))
					}
					h.up.finds(cookie.Finding{Evidence: hold})
					before, _ := h.up.counts()
					h.Tick(t.Context())
					if probes, _ := h.up.counts(); (probes > before) != tt.trial {
						t.Errorf("%d trial calls after the start", probes-before)
					}
					if wait := time.Until(h.account("default").RetryAt); tt.trial && wait > 5*time.Minute {
						t.Errorf("the hold on the new way begins with a wait of %s", wait)
					}
					h = h.again() // on the same way as before: the hold stays
					before, _ = h.up.counts()
					h.Tick(t.Context())
					if probes, _ := h.up.counts(); probes != before {
						t.Error("a second start on the same way makes another trial call")
					}
				})
			})
		}
	}
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
		if _, err := h.Rotate(t.Context(), "default"); !errors.Is(err, supervisor.ErrNotAsked) {
			t.Errorf("got %v, want the pause obeyed", err)
		}
	})
}

// TestNotRotating: a rotation that may not be forced says why.
func TestNotRotating(t *testing.T) {
	tests := []struct {
		name string
		make func(h *house)
		want string
	}{
		{"paused", func(h *house) { _ = h.Pause("default") }, "resume default"},
		{"blocked", func(h *house) { h.up.answers(cookie.Blocked); _, _ = h.Probe(h.t.Context(), "default") }, "blocked"},
		{"mixed", func(h *house) {
			for _, id := range []string{"one", "two"} {
				h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Account: id})
				_, _ = h.Probe(h.t.Context(), "default")
			}
		}, "another Google account"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := withSession(t)
			tt.make(h)
			if _, err := h.Rotate(t.Context(), "default"); !errors.Is(err, supervisor.ErrNotAsked) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a word on %q", err, tt.want)
			}
		})
	}
}

// TestFileGone: a file deleted from the inbox is no loss and no secret.
func TestFileGone(t *testing.T) {
	h := withSession(t)
	notes := func() string { return strings.Join(h.account("default").Notes, " ") }
	h.FileGone("other.txt")
	if notes() != "" {
		t.Errorf("notes %q of another file", notes())
	}
	h.FileGone("cookies.txt")
	h.Flush(h.t.Context())
	h = h.again()
	if !strings.Contains(notes(), "cookies.txt was deleted") || !h.Ready() {
		t.Errorf("notes %q, ready %v", notes(), h.Ready())
	}
	h.offer("cookies.txt", set("A", "1"))
	if notes() != "" {
		t.Errorf("notes %q although it is back", notes())
	}
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
