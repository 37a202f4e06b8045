package supervisor_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
)

// asks plays the findings as the answers of rotations, one after the other, the
// last one for ever, and returns when they were asked for, in seconds from the
// first one on.
func (h *house) asks(answers []cookie.Finding, span time.Duration, after func(n int)) (at []int) {
	var first time.Time
	h.up.rotate = func(s cookie.Set) cookie.Finding {
		if first.IsZero() {
			first = time.Now()
		}
		at = append(at, int(time.Since(first).Round(time.Second)/time.Second))
		f := answers[min(len(at), len(answers))-1]
		if f.Evidence == cookie.Rotated {
			f.Set = s.WithPSIDTS(cookie.NewValue("2"))
		}
		time.Sleep(f.Interval) // how long the answer takes
		f.Interval = 0
		after(len(at))
		return f
	}
	for first.IsZero() || time.Since(first) < span {
		h.tickWhenDue()
	}
	return at
}

// tickWhenDue waits a second and ticks as the daemon does: every half minute,
// and when the supervisor asked for it.
func (h *house) tickWhenDue() {
	time.Sleep(time.Second)
	h.mu.Lock()
	woken := slices.ContainsFunc(h.woken, func(at time.Time) bool { return !at.After(time.Now()) })
	h.woken = slices.DeleteFunc(h.woken, func(at time.Time) bool { return !at.After(time.Now()) })
	h.mu.Unlock()
	if woken || time.Now().Unix()%30 == 0 {
		h.Tick(h.t.Context())
	}
}

var (
	lostAnswer    = cookie.Finding{Evidence: cookie.Transient}
	timedOut      = cookie.Finding{Evidence: cookie.Transient, Interval: 20 * time.Second}
	unsent        = cookie.Finding{Evidence: cookie.Offline}
	rejectTooMany = cookie.Finding{Evidence: cookie.RotateLimited}
	applyRenewal  = cookie.Finding{Evidence: cookie.Rotated}
)

func waiting(d time.Duration) cookie.Finding {
	return cookie.Finding{Evidence: cookie.RotateLimited, RetryAfter: d}
}

// TestAskAgain: after a lost answer the same value is asked for again within the
// minute for which the upstream may still take it, and whatever says that this
// is of no use, or not wanted, ends it.
func TestAskAgain(t *testing.T) {
	tests := []struct {
		name    string
		answers []cookie.Finding
		want    []int // seconds, two of grace each; in two minutes
	}{
		{"it comes", []cookie.Finding{applyRenewal}, []int{0}},
		{"lost", []cookie.Finding{lostAnswer, applyRenewal}, []int{0, 3}},
		{"lost twice", []cookie.Finding{lostAnswer, lostAnswer, applyRenewal}, []int{0, 3, 45}},
		{"timed out, and once more for the one that was given up", []cookie.Finding{timedOut, applyRenewal}, []int{0, 23, 83}},
		{"timed out twice", []cookie.Finding{timedOut, timedOut, applyRenewal}, []int{0, 23, 46, 106}},
		{"lost, then too soon", []cookie.Finding{lostAnswer, rejectTooMany, applyRenewal}, []int{0, 3, 45}},
		{"timed out twice, then too soon", []cookie.Finding{timedOut, timedOut, rejectTooMany, applyRenewal}, []int{0, 23, 46, 68}},
		{"lost, then nothing new", []cookie.Finding{lostAnswer, {Evidence: cookie.NoNewTS}, applyRenewal}, []int{0, 3, 45}},
		{"lost twice, then nothing new", []cookie.Finding{lostAnswer, lostAnswer, {Evidence: cookie.NoNewTS}, applyRenewal}, []int{0, 3, 45, 48}},
		{"lost, then refused by chance", []cookie.Finding{lostAnswer, {Evidence: cookie.RotateRefused}, applyRenewal}, []int{0, 3, 45}},
		{"lost, then told to wait for less than the grace", []cookie.Finding{lostAnswer, waiting(50 * time.Second), applyRenewal}, []int{0, 3, 53}},
		{"lost, then told to wait", []cookie.Finding{lostAnswer, waiting(10 * time.Minute)}, []int{0, 3}},
		{"told to wait", []cookie.Finding{waiting(10 * time.Minute)}, []int{0}},
		{"lost, then blocked", []cookie.Finding{lostAnswer, {Evidence: cookie.Blocked}}, []int{0, 3}},
		{"lost, then no network", []cookie.Finding{lostAnswer, unsent, unsent, applyRenewal}, []int{0, 3, 8, 13}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := withSession(t).asks(tt.answers, 2*time.Minute, func(int) {})
				if len(got) != len(tt.want) || !slices.EqualFunc(got, tt.want, func(a, b int) bool { return a-b <= 2 && b-a <= 2 }) {
					t.Errorf("asked at %v s, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestAskAgainAfterRefusals: rotations that were answered, whatever was said, take
// nothing from the repeats of one that was not.
func TestAskAgainAfterRefusals(t *testing.T) {
	for _, e := range []cookie.Evidence{cookie.RotateLimited, cookie.RotateRefused, cookie.NoNewTS} {
		t.Run(e.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				answered := cookie.Finding{Evidence: e}
				got := withSession(t).asks([]cookie.Finding{answered, answered, lostAnswer, lostAnswer, applyRenewal}, 15*time.Minute, func(int) {})
				if len(got) < 5 || got[4]-got[2] > 50 {
					t.Errorf("asked at %v s, want the fifth 45 s after the third", got)
				}
			})
		})
	}
}

// TestAskAgainAfterOutage: the first rotation that reaches the upstream after a
// long outage loses its answer, and is repeated in time.
func TestAskAgainAfterOutage(t *testing.T) {
	const vain = 8 // rotations in the outage
	for _, e := range []cookie.Evidence{cookie.Offline, cookie.Transient} {
		t.Run(e.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(20 * time.Minute)
				h.up.answers(e)
				answers := append(slices.Repeat([]cookie.Finding{{Evidence: e}}, vain), lostAnswer, applyRenewal)
				got := h.asks(answers, 3*time.Hour, func(n int) {
					if n == vain+1 {
						h.up.probe = nil // it is over
					}
				})
				if len(got) < vain+2 || got[vain+1]-got[vain] > 5 {
					t.Errorf("asked at %v s, want number %d at once", got, vain+2)
				}
			})
		})
	}
}

// TestAskAgainInVain: a rotation that is never answered is asked for more and
// more seldom, also when every probe is fine.
func TestAskAgainInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		got := h.asks([]cookie.Finding{lostAnswer}, time.Hour, func(int) {})
		t.Logf("asked at %v s", got)
		if len(got) < 8 || len(got) > 20 {
			t.Errorf("%d rotations in an hour", len(got))
		}
		for i := 3; i < len(got); i++ {
			if got[i]-got[i-3] < 45 {
				t.Errorf("four rotations between second %d and %d", got[i-3], got[i])
			}
		}
	})
}

// TestAskAgainIsGivenUp: what happens between a lost answer and the next ask may
// make that ask needless.
func TestAskAgainIsGivenUp(t *testing.T) {
	tests := []struct {
		name string
		do   func(h *house)
	}{
		{"paused", func(h *house) { _ = h.Pause("default") }},
		{"blocked", func(h *house) { h.up.answers(cookie.Blocked); go func() { _, _ = h.Probe(h.t.Context(), "default") }() }},
		{"removed", func(h *house) { go func() { _ = h.Remove(h.t.Context(), "default") }() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				got := h.asks([]cookie.Finding{lostAnswer}, 2*time.Minute, func(n int) {
					if n == 1 {
						go func() { time.Sleep(time.Second); tt.do(h) }()
					}
				})
				if len(got) != 1 {
					t.Errorf("asked at %v s, want once", got)
				}
			})
		})
	}
}

// TestAskAgainAfterCrash: daemons that die with each rotation do not hammer.
func TestAskAgainAfterCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(2 * time.Minute)
		n := 0
		image := func() cookie.Record { return h.disk.record("default") }
		var dead cookie.Record
		h.up.rotate = func(cookie.Set) cookie.Finding {
			n++
			dead = image()
			return cookie.Finding{Evidence: cookie.Offline}
		}
		for end := time.Now().Add(20 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Second) {
			h.Tick(t.Context())
			if !dead.Current.IsZero() {
				h.disk.records["default"] = dead
				dead = cookie.Record{}
			}
			h = h.again()
			for _, at := range h.woken {
				if !at.After(time.Now()) {
					t.Fatalf("a start asks for a tick %v ago", time.Since(at))
				}
			}
		}
		t.Logf("%d rotations in 20 minutes", n)
		if n < 2 || n > 15 {
			t.Errorf("%d rotations in 20 minutes of a crash loop, want 2 to 15", n)
		}
	})
}
