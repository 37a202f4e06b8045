package supervisor_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestMendBounds: after a jump no deadline is further off than the longest wait of
// its kind, and nothing that is nearer moves.
func TestMendBounds(t *testing.T) {
	const m, h = time.Minute, time.Hour
	tests := []struct {
		name           string
		fails          int
		rotation, hold time.Duration // ahead of now
		wantRotation   time.Duration
		wantHold       time.Duration
	}{
		{"near", 0, 9 * m, 24 * h, 9 * m, 24 * h},
		{"far", 0, 9*m + 1, 24*h + 1, 9 * m, 24 * h},
		{"near after failures", 1, 24 * h, m, 24 * h, m},
		{"far after failures", 1, 24*h + 1, m, 24 * h, m},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			memo := supervisor.Memo{RotateFailures: tt.fails, NextRotation: noon.Add(tt.rotation), NextProbe: noon.Add(9 * h),
				Facts: supervisor.Facts{HoldUntil: noon.Add(tt.hold)}}
			memo.Mend(noon, time.Hour, time.Hour)
			if r, hold := memo.NextRotation.Sub(noon), memo.Facts.HoldUntil.Sub(noon); r != tt.wantRotation || hold != tt.wantHold || !memo.NextProbe.Equal(noon) {
				t.Errorf("rotation in %s, hold %s, probe in %s", r, hold, memo.NextProbe.Sub(noon))
			}
			if memo.Unsure {
				t.Error("a value that is not there has an unsure age")
			}
		})
	}
}

// TestRepeat: which answers make the same value be asked for again, and when.
// Moments count from the first ask, and the answer comes at once.
func TestRepeat(t *testing.T) {
	const s, m = time.Second, time.Minute
	type un = supervisor.Unanswered
	lost, offline := cookie.Finding{Evidence: cookie.Transient}, cookie.Finding{Evidence: cookie.Offline}
	limited := cookie.Finding{Evidence: cookie.RotateLimited}
	nothing := cookie.Finding{Evidence: cookie.NoNewTS}
	tests := []struct {
		name    string
		at      time.Duration // of the ask, from the first one
		asks    int
		unheard int
		probes  int // failed in a row
		took    time.Duration
		finding cookie.Finding
		want    time.Duration // of the repeat, from the first ask; -1 for none
		slow    bool
	}{
		{"the first answer is lost", 0, 1, 0, 0, 0, lost, 2 * s, false},
		{"the second one too", 2 * s, 2, 0, 0, 0, lost, 45 * s, false},
		{"late", 44 * s, 2, 0, 0, 0, lost, 46 * s, false},
		{"the third one too", 45 * s, 3, 0, 0, 0, lost, -1, false},
		{"it takes less than ten seconds", 0, 1, 0, 0, 10*s - 1, lost, 12*s - 1, false},
		{"it takes ten seconds", 0, 1, 0, 0, 10 * s, lost, 12 * s, true},
		{"it takes as long as the grace nearly", 0, 1, 0, 0, 58*s - 1, lost, m - 1, true},
		{"it takes as long as the grace", 0, 1, 0, 0, 58 * s, lost, -1, true},
		{"after one value in vain", 0, 1, 1, 0, 0, lost, 2 * s, false},
		{"after one value in vain, the second ask", 2 * s, 2, 1, 0, 0, lost, -1, false},
		{"after two, while probes fail", 0, 1, 2, 5, 0, lost, 2 * s, false},
		{"after three, while probes fail, a probe decides", 0, 1, 3, 5, 0, lost, m, false},
		{"after three, while probes fail, and the upstream names a time", 0, 1, 3, 5, 0, cookie.Finding{Evidence: cookie.Transient, RetryAfter: 20 * s}, -1, false},
		{"after three, while probes are answered", 0, 1, 3, 0, 0, lost, 2 * s, false},
		{"the upstream names a time", 0, 1, 0, 0, 0, cookie.Finding{Evidence: cookie.Transient, RetryAfter: 20 * s}, 20 * s, false},
		{"the upstream names a time after the grace", 0, 1, 0, 0, 0, cookie.Finding{Evidence: cookie.Transient, RetryAfter: m}, -1, false},
		{"no connection at first", 0, 1, 0, 0, 0, offline, -1, false},
		{"no connection for the repeat", 2 * s, 2, 0, 0, 0, offline, 7 * s, false},
		{"limited at first", 0, 1, 0, 0, 0, limited, -1, false},
		{"limited at the repeat", 2 * s, 2, 0, 0, 0, limited, 45 * s, false},
		{"limited at the last repeat", 45 * s, 3, 0, 0, 0, limited, 47 * s, false},
		{"limited once more", 47 * s, 4, 0, 0, 0, limited, -1, false},
		{"nothing at first", 0, 1, 0, 0, 0, nothing, -1, false},
		{"nothing at the repeat", 2 * s, 2, 0, 0, 0, nothing, 45 * s, false},
		{"refused at the repeat", 2 * s, 2, 0, 0, 0, cookie.Finding{Evidence: cookie.RotateRefused}, 45 * s, false},
		{"drift at the repeat", 2 * s, 2, 0, 0, 0, cookie.Finding{Evidence: cookie.Drift}, 45 * s, false},
		{"silent at the repeat", 2 * s, 2, 0, 0, 0, cookie.Finding{Evidence: cookie.Silent}, 45 * s, false},
		{"blocked at the repeat", 2 * s, 2, 0, 0, 0, cookie.Finding{Evidence: cookie.Blocked}, -1, false},
		{"a value", 2 * s, 2, 0, 0, 0, cookie.Finding{Evidence: cookie.Rotated}, -1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := noon.Add(tt.at)
			memo := supervisor.Memo{UnansweredInRow: tt.unheard, ProbeFailures: tt.probes, LastAttempt: asked,
				Unanswered: un{First: noon, Last: noon, Attempts: tt.asks, Next: asked}}
			planned := memo.Repeat(tt.finding, asked.Add(tt.took))
			if planned != (tt.want >= 0) || planned && memo.Unanswered.Next.Sub(noon) != tt.want {
				t.Errorf("planned %v at %s, want %s", planned, memo.Unanswered.Next.Sub(noon), tt.want)
			}
			if memo.Unanswered.Slow != tt.slow {
				t.Errorf("slow %v", memo.Unanswered.Slow)
			}
		})
	}
}

// TestAnsweredAgain: a repeat that waits for a probe comes at once when that is
// answered; any other keeps its moment.
func TestAnsweredAgain(t *testing.T) {
	for name, tt := range map[string]struct{ next, at, want time.Duration }{
		"waits for a probe": {time.Minute, time.Minute - 1, time.Minute - 1},
		"after the grace":   {time.Minute, time.Minute, time.Minute},
		"has its moment":    {45 * time.Second, 10 * time.Second, 45 * time.Second},
	} {
		memo := supervisor.Memo{Unanswered: supervisor.Unanswered{Last: noon, Next: noon.Add(tt.next)}}
		memo.AnsweredAgain(noon.Add(tt.at))
		if got := memo.Unanswered.Next.Sub(noon); got != tt.want {
			t.Errorf("a repeat that %s: at %s, want %s", name, got, tt.want)
		}
	}
}

// TestNextAsk: the repeat or the plan, whichever is first, while the grace lasts.
func TestNextAsk(t *testing.T) {
	memo := supervisor.Memo{NextRotation: noon.Add(time.Minute), Unanswered: supervisor.Unanswered{Last: noon, Next: noon.Add(2 * time.Second)}}
	if got := memo.NextAsk(noon); !got.Equal(noon.Add(2 * time.Second)) {
		t.Errorf("%s with a repeat", got)
	}
	if got := memo.NextAsk(noon.Add(time.Minute)); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("%s after the grace", got)
	}
	memo.NextRotation = noon.Add(time.Second)
	if got := memo.NextAsk(noon); !got.Equal(noon.Add(time.Second)) {
		t.Errorf("%s with an earlier plan", got)
	}
}

// TestAsk: an ask within the grace goes on with the one before; one after it
// counts that one as in vain.
func TestAsk(t *testing.T) {
	var memo supervisor.Memo
	memo.Ask(noon)
	if u := memo.Unanswered; u.Attempts != 1 || !u.First.Equal(noon) || !u.Last.Equal(noon) || !memo.LastAttempt.Equal(noon) || memo.RotateFailures != 0 {
		t.Errorf("the first ask: %+v", memo)
	}
	next := noon.Add(time.Minute - 1)
	memo.Ask(next)
	if u := memo.Unanswered; u.Attempts != 2 || !u.First.Equal(noon) || !u.Next.Equal(next) || !memo.LastAttempt.Equal(next) || memo.RotateFailures != 0 {
		t.Errorf("the repeat: %+v", memo)
	}
	late := noon.Add(time.Minute)
	memo.Ask(late)
	if u := memo.Unanswered; u.Attempts != 1 || !u.First.Equal(late) || memo.RotateFailures != 1 || memo.UnansweredInRow != 1 {
		t.Errorf("a new value's ask: %+v", memo)
	}
}

// TestHoldIsShown: the trial call of a hold that a request met is the next probe.
func TestHoldIsShown(t *testing.T) {
	for _, evidence := range []cookie.Evidence{cookie.Blocked, cookie.Limited} {
		synctest.Test(t, func(t *testing.T) {
			h := withSession(t)
			_ = h.Do(t.Context(), func(context.Context, supervisor.Lease) (bool, error) { return true, witness{evidence} })
			if a := h.account("default"); a.RetryAt.IsZero() || !a.NextProbe.Equal(a.RetryAt) {
				t.Errorf("%s: probe at %s, trial call at %s", evidence, a.NextProbe, a.RetryAt)
			}
		})
	}
}

// TestParkedIsReplaced: cookies that were taken in end the wait of those parked
// before them for the same account.
func TestParkedIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Transient)
		if v := h.offer("cookies (1).txt", set("B", "1")); v.Result != supervisor.Parked {
			t.Fatalf("%+v", v)
		}
		parked := h.account("default").Notes
		if !slices.Contains(parked, "a new cookie file waits for its check: cookies (1).txt") {
			t.Fatalf("notes %q", parked)
		}
		h.up.answers(cookie.SignedIn)
		if v := h.offer("cookies.txt", set("A", "2")); v.Result != supervisor.Applied {
			t.Fatalf("%+v", v)
		}
		if notes := h.account("default").Notes; len(notes) != 0 {
			t.Errorf("notes %q", notes)
		}
		h.pass(10 * time.Minute)
		if lease, _ := h.Lease(); lease.Set.PSID().Reveal() != "A" {
			t.Errorf("%s is in use", name(lease.Set))
		}
	})
}

// TestNumbers: generations are counted from one, through files and rotations.
func TestNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		h.offer("cookies.txt", set("B", "1"))
		history, err := h.History("default")
		if err != nil || len(history) != 4 {
			t.Fatalf("%v, %v", history, err)
		}
		for i, g := range history {
			if g.Number != len(history)-i {
				t.Errorf("generation %d of %d has number %d", len(history)-i, len(history), g.Number)
			}
		}
		if a := h.account("default"); a.Generation != 4 || history[0].Origin != supervisor.FromFile || history[1].End != "replaced" || history[2].End != "rotated" {
			t.Errorf("generation %d, history %+v", a.Generation, history)
		}
	})
}
