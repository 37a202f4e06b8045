package supervisor_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// constant is a source of randomness that always gives one end of the range.
type constant uint64

func (c constant) Uint64() uint64 { return uint64(c) }

var (
	lowest  = rand.New(constant(0))
	highest = rand.New(constant(math.MaxUint64))
)

// near compares waits: the highest draw is a hair below its bound.
func near(got, want time.Duration) bool { return (got - want).Abs() <= time.Microsecond }

// TestRotationInterval: the least of nine minutes, the ceiling, the upstream's wish
// and 70 to 90 % of the learned life, less up to a tenth, and a minute at least.
func TestRotationInterval(t *testing.T) {
	const m = time.Minute
	tests := []struct {
		name                string
		wish, life, ceiling time.Duration
		low, high           time.Duration // with the lowest and the highest draw
	}{
		{"nothing is known", 0, 0, 9 * m, 9 * m, 486 * time.Second},
		{"a longer ceiling", 0, 0, 20 * m, 9 * m, 486 * time.Second},
		{"a lower ceiling", 0, 0, 4 * m, 4 * m, 216 * time.Second},
		{"a longer wish", 20 * m, 0, 9 * m, 9 * m, 486 * time.Second},
		{"a shorter wish", 5 * m, 0, 9 * m, 5 * m, 270 * time.Second},
		{"a negative wish", -5 * m, 0, 9 * m, 9 * m, 486 * time.Second},
		{"a long life", 0, 5 * day, 9 * m, 9 * m, 486 * time.Second},
		{"a life of ten minutes", 0, 10 * m, 9 * m, 7 * m, 486 * time.Second},
		{"a life of five minutes", 0, 5 * m, 9 * m, 210 * time.Second, 243 * time.Second},
		{"a life of five minutes and a wish", 2 * m, 5 * m, 9 * m, 2 * m, 108 * time.Second},
		{"a life of a minute", 0, m, 9 * m, m, m},
		{"a wish of a second", time.Second, 0, 9 * m, m, m},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			low := supervisor.RotationInterval(lowest, tt.wish, tt.life, tt.ceiling)
			high := supervisor.RotationInterval(highest, tt.wish, tt.life, tt.ceiling)
			if !near(low, tt.low) || !near(high, tt.high) {
				t.Errorf("%s with the lowest draw, %s with the highest; want %s and %s", low, high, tt.low, tt.high)
			}
		})
	}
}

// TestBackoffs: waits double up to a limit and are drawn from the upper half.
func TestBackoffs(t *testing.T) {
	const m = time.Minute
	ladders := []struct {
		name  string
		wait  func(r *rand.Rand, failures int) time.Duration
		wants []time.Duration // by failures, from 0 on: the upper end
		floor time.Duration
	}{
		{"rotation", supervisor.RotateBackoff, []time.Duration{90 * time.Second, 90 * time.Second, 3 * m, 6 * m, 12 * m, 24 * m, 30 * m, 30 * m}, m},
		{"probe", supervisor.ProbeBackoff, []time.Duration{2 * m, 2 * m, 4 * m, 5 * m, 5 * m}, 30 * time.Second},
		{"expired", supervisor.ExpiredBackoff, []time.Duration{2 * time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour, 12 * time.Hour}, 0},
		{"any", func(r *rand.Rand, n int) time.Duration { return supervisor.Backoff(r, n, m, 4*m) }, []time.Duration{m, m, 2 * m, 4 * m, 4 * m}, 0},
	}
	for _, ladder := range ladders {
		for failures, want := range ladder.wants {
			low, high := ladder.wait(lowest, failures), ladder.wait(highest, failures)
			if !near(low, max(want/2, ladder.floor)) || !near(high, want) {
				t.Errorf("%s after %d failures: %s to %s, want %s to %s", ladder.name, failures, low, high, want/2, want)
			}
		}
		last := ladder.wants[len(ladder.wants)-1]
		if got := ladder.wait(highest, 1_000_000); !near(got, last) {
			t.Errorf("%s after a million failures: %s, want %s", ladder.name, got, last)
		}
	}
	if low, high := supervisor.Jittered(lowest, 100*m), supervisor.Jittered(highest, 100*m); !near(low, 90*m) || !near(high, 110*m) {
		t.Errorf("100 min jittered: %s to %s", low, high)
	}
}

// TestLimitedFor: what the upstream asks for, within bounds, else the ladder.
func TestLimitedFor(t *testing.T) {
	const m = time.Minute
	tests := []struct {
		asked    time.Duration
		failures int
		want     time.Duration
	}{
		{0, 1, 5 * m}, {0, 2, 5 * m}, {0, 3, 10 * m}, {0, 4, 30 * m}, {0, 9, 30 * m},
		{time.Second, 9, m}, {m, 1, m}, {7 * m, 1, 7 * m}, {23 * time.Hour, 1, 23 * time.Hour}, {90 * time.Hour, 1, 24 * time.Hour},
		{-m, 3, 10 * m},
	}
	for _, tt := range tests {
		if got := supervisor.LimitedFor(tt.asked, tt.failures); got != tt.want {
			t.Errorf("asked for %s after %d: %s, want %s", tt.asked, tt.failures, got, tt.want)
		}
	}
}

// TestHoldBounds adds to TestHoldGrows what is asked for with a negative wait.
func TestHoldBounds(t *testing.T) {
	for state, want := range map[supervisor.State]time.Duration{supervisor.Blocked: 5 * time.Minute, supervisor.RateLimited: time.Minute} {
		if got := supervisor.HoldFor(state, 0, -time.Hour); got != want {
			t.Errorf("%s: %s, want %s", state, got, want)
		}
	}
}

// TestDue: which call is due, at both sides of every bound.
func TestDue(t *testing.T) {
	good := supervisor.Memo{Facts: supervisor.Facts{Proven: true}, NextProbe: noon.Add(time.Minute),
		NextRotation: noon.Add(2 * time.Minute), LastAttempt: ago(time.Hour)}
	lost := supervisor.Unanswered{First: ago(10 * time.Second), Last: ago(10 * time.Second), Attempts: 1, Next: noon}
	tests := []struct {
		name   string
		change func(m *supervisor.Memo)
		want   any
	}{
		{"nothing", func(*supervisor.Memo) {}, supervisor.Nothing},
		{"a probe", func(m *supervisor.Memo) { m.NextProbe = noon }, supervisor.Probing},
		{"a probe a moment early", func(m *supervisor.Memo) { m.NextProbe = noon.Add(1) }, supervisor.Nothing},
		{"a rotation", func(m *supervisor.Memo) { m.NextRotation = noon }, supervisor.Rotating},
		{"a rotation a moment early", func(m *supervisor.Memo) { m.NextRotation = noon.Add(1) }, supervisor.Nothing},
		{"a rotation goes before a probe", func(m *supervisor.Memo) { m.NextRotation, m.NextProbe = noon, noon }, supervisor.Rotating},
		{"no rotation is planned", func(m *supervisor.Memo) { m.NextRotation = time.Time{} }, supervisor.Nothing},
		{"inside the floor", func(m *supervisor.Memo) { m.NextRotation, m.LastAttempt = noon, ago(time.Minute-1) }, supervisor.Nothing},
		{"at the floor", func(m *supervisor.Memo) { m.NextRotation, m.LastAttempt = noon, ago(time.Minute) }, supervisor.Rotating},
		{"halted", func(m *supervisor.Memo) { m.NextRotation, m.Halted = noon, true }, supervisor.Nothing},
		{"halted, and a probe", func(m *supervisor.Memo) { m.NextRotation, m.NextProbe, m.Halted = noon, noon, true }, supervisor.Probing},
		{"paused", func(m *supervisor.Memo) { m.NextRotation, m.NextProbe, m.Paused, m.Unanswered = noon, noon, true, lost }, supervisor.Nothing},
		{"held", func(m *supervisor.Memo) {
			m.NextRotation, m.NextProbe, m.Unanswered = noon, noon, lost
			m.Facts.Hold, m.Facts.HoldUntil = supervisor.Blocked, noon.Add(1)
		}, supervisor.Nothing},
		{"the trial call", func(m *supervisor.Memo) { m.Facts.Hold, m.Facts.HoldUntil = supervisor.Blocked, noon }, supervisor.Probing},
		{"not proven", func(m *supervisor.Memo) { m.NextRotation, m.Facts.Proven = noon, false }, supervisor.Nothing},
		{"in doubt", func(m *supervisor.Memo) { m.NextRotation, m.Facts.FirstOut = noon, noon }, supervisor.Nothing},
		{"in doubt, and a probe", func(m *supervisor.Memo) { m.NextRotation, m.NextProbe, m.Facts.FirstOut = noon, noon, noon }, supervisor.Probing},
		{"expired", func(m *supervisor.Memo) { m.NextRotation, m.Facts.Expired = noon, noon }, supervisor.Nothing},
		{"expired, and a probe", func(m *supervisor.Memo) { m.NextRotation, m.NextProbe, m.Facts.Expired = noon, noon, noon }, supervisor.Probing},
		{"a lost answer", func(m *supervisor.Memo) { m.Unanswered = lost }, supervisor.Rotating},
		{"a lost answer goes before a probe and in doubt", func(m *supervisor.Memo) { m.Unanswered, m.NextProbe, m.Facts.FirstOut = lost, noon, noon }, supervisor.Rotating},
		{"a lost answer of an expired session", func(m *supervisor.Memo) { m.Unanswered, m.Facts.Expired = lost, noon }, supervisor.Nothing},
		{"a lost answer while halted", func(m *supervisor.Memo) { m.Unanswered, m.Halted = lost, true }, supervisor.Nothing},
		{"a lost answer a moment early", func(m *supervisor.Memo) { m.Unanswered = lost; m.Unanswered.Next = noon.Add(1) }, supervisor.Nothing},
		{"a lost answer at the end of its grace", func(m *supervisor.Memo) { m.Unanswered = lost; m.Unanswered.Last = ago(time.Minute - 1) }, supervisor.Rotating},
		{"a lost answer after its grace", func(m *supervisor.Memo) { m.Unanswered = lost; m.Unanswered.Last = ago(time.Minute) }, supervisor.Nothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := good
			tt.change(&m)
			if got := m.Due(noon, true); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
			if got := m.Due(noon, false); got != supervisor.Nothing {
				t.Errorf("without cookies: %v", got)
			}
		})
	}
}

// TestBury: which deaths teach a lifetime, which are sudden, and which say nothing.
func TestBury(t *testing.T) {
	const m = time.Minute
	answered := supervisor.Memo{Issued: ago(2 * time.Hour), DueBy: ago(110 * m),
		Facts: supervisor.Facts{NoValue: true, MissedSince: ago(time.Hour), Proof: ago(10 * m), FirstOut: ago(0), Expired: noon}}
	tests := []struct {
		name   string
		change func(m *supervisor.Memo)
		want   time.Duration
		sudden int
	}{
		{"an answered refusal, and a death soon after a proof", nil, 115 * m, 0},
		{"last seen alive by the miss", func(m *supervisor.Memo) { m.Facts.Proof, m.Facts.MissedSince = time.Time{}, ago(4*time.Minute) }, 118 * m, 0},
		{"never seen alive but when it was issued", func(m *supervisor.Memo) {
			m.Issued, m.Facts.Proof, m.Facts.MissedSince = ago(8*time.Minute), ago(time.Hour), ago(time.Hour)
		}, 4 * m, 0},
		{"a quarter of an hour between the moments", func(m *supervisor.Memo) { m.Facts.Proof = ago(15 * time.Minute) }, 112*m + 30*time.Second, 0},
		{"longer", func(m *supervisor.Memo) { m.Facts.Proof = ago(15*time.Minute + 2) }, 0, 0},
		{"a set clock", func(m *supervisor.Memo) { m.Unsure = true }, 0, 0},
		{"within a minute of a renewal whose answer was lost", func(m *supervisor.Memo) { m.LastUnanswered = ago(11 * time.Minute) }, 0, 0},
		{"alive for a minute after it", func(m *supervisor.Memo) { m.LastUnanswered = ago(11*time.Minute + 1) }, 115 * m, 0},
		{"suddenly, after a renewal whose answer was lost", func(m *supervisor.Memo) {
			m.Facts.NoValue, m.Facts.MissedSince, m.DueBy, m.LastUnanswered = false, time.Time{}, noon.Add(1), ago(2*time.Minute)
		}, 0, 0},
		{"a life that no value has", func(m *supervisor.Memo) { m.Issued = ago(500 * day) }, 0, 0},
		{"without an answer", func(m *supervisor.Memo) { m.Facts.NoValue = false }, 0, 0},
		{"before the renewal was due", func(m *supervisor.Memo) {
			m.Facts.NoValue, m.Facts.MissedSince, m.DueBy = false, time.Time{}, noon.Add(1)
		}, 0, 1},
		{"before the renewal that a tick was late for", func(m *supervisor.Memo) {
			m.Facts.NoValue, m.Facts.MissedSince, m.DueBy = false, time.Time{}, ago(3*time.Minute-1)
		}, 0, 1},
		{"long after the renewal was due", func(m *supervisor.Memo) {
			m.Facts.NoValue, m.Facts.MissedSince, m.DueBy = false, time.Time{}, ago(3*time.Minute)
		}, 0, 0},
		{"a renewal failed, and it was not due", func(m *supervisor.Memo) { m.Facts.NoValue, m.DueBy = false, noon.Add(time.Hour) }, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := answered
			m.Lineage = []supervisor.Generation{{Number: 1, Until: ago(day), End: "rotated"}, {Number: 2}}
			if tt.change != nil {
				tt.change(&m)
			}
			got := m.Bury(noon)
			if got != tt.want || len(m.Lifetimes.Sudden) != tt.sudden {
				t.Errorf("learned %s with %d sudden ends, want %s and %d", got, len(m.Lifetimes.Sudden), tt.want, tt.sudden)
			}
			if got > 0 && (len(m.Lifetimes.Deaths) != 1 || m.Lifetimes.Deaths[0] != got) {
				t.Errorf("remembered %v", m.Lifetimes.Deaths)
			}
			if g := m.Lineage[1]; g.End != "died" || !g.Until.Equal(noon) {
				t.Errorf("the generation ended %q at %s", g.End, g.Until)
			}
			if g := m.Lineage[0]; g.End != "rotated" {
				t.Errorf("an older generation ended %q", g.End)
			}
		})
	}
	ended := supervisor.Memo{Lineage: []supervisor.Generation{{Until: ago(day), End: "removed"}}}
	if ended.Bury(noon); ended.Lineage[0].End != "removed" {
		t.Errorf("an ended generation ended anew: %q", ended.Lineage[0].End)
	}
}

// TestPlanRotation: when the next rotation comes after each answer, and what is
// counted. The draws are the lowest, so that intervals are the longest.
func TestPlanRotation(t *testing.T) {
	const m = time.Minute
	type memo = supervisor.Memo
	asked := supervisor.Unanswered{First: noon, Last: noon, Attempts: 1, Next: noon}
	tests := []struct {
		name    string
		given   func(m *memo)
		finding cookie.Finding
		next    time.Duration // of the plan
		wake    time.Duration
		fails   int
		unheard int
		check   func(m *memo) bool
	}{
		{"a value", func(m *memo) { m.RotateFailures, m.UnansweredInRow = 3, 2 }, cookie.Finding{Evidence: cookie.Rotated}, 9 * m, 0, 0, 0,
			func(m *memo) bool { return m.DueBy.Equal(m.NextRotation) && m.Unanswered.Last.IsZero() }},
		{"a value of a short life", func(m *memo) { m.Lifetimes.Deaths = []time.Duration{2 * time.Minute} }, cookie.Finding{Evidence: cookie.Rotated}, 84 * time.Second, 84 * time.Second, 0, 0, nil},
		{"a value of a life that is not short", func(m *memo) { m.Lifetimes.Deaths = []time.Duration{10 * time.Minute} }, cookie.Finding{Evidence: cookie.Rotated}, 7 * m, 0, 0, 0, nil},
		{"a value after a slow ask", func(m *memo) { m.Unanswered.Slow, m.LastAttempt = true, ago(10*time.Second) }, cookie.Finding{Evidence: cookie.Rotated}, 50 * time.Second, 50 * time.Second, 0, 0,
			func(m *memo) bool { return m.DueBy.Equal(noon.Add(9 * time.Minute)) }},
		{"a value and a wish", nil, cookie.Finding{Evidence: cookie.Rotated, Interval: 5 * m}, 5 * m, 0, 0, 0, func(m *memo) bool { return m.Wish == 5*time.Minute }},
		{"a wish below the floor", nil, cookie.Finding{Evidence: cookie.Rotated, Interval: 1}, m, 0, 0, 0, func(m *memo) bool { return m.Wish == time.Minute }},
		{"a wish of an hour", nil, cookie.Finding{Evidence: cookie.Rotated, Interval: time.Hour}, 9 * m, 0, 0, 0, func(m *memo) bool { return m.Wish == time.Hour }},
		{"a wish above an hour is none", func(m *memo) { m.Wish = 4 * time.Minute }, cookie.Finding{Evidence: cookie.Rotated, Interval: time.Hour + 1}, 4 * m, 0, 0, 0, func(m *memo) bool { return m.Wish == 4*time.Minute }},
		{"no value, once", func(m *memo) { m.RotateFailures, m.UnansweredInRow = 3, 2 }, cookie.Finding{Evidence: cookie.NoNewTS}, m, 0, 0, 0, nil},
		{"no value, twice", func(m *memo) { m.Facts.DryRotations = 1 }, cookie.Finding{Evidence: cookie.NoNewTS}, 90 * time.Second, 0, 0, 0, nil},
		{"no value, three times", func(m *memo) { m.Facts.DryRotations = 2 }, cookie.Finding{Evidence: cookie.NoNewTS}, 9 * m, 0, 0, 0, nil},
		{"limited", func(m *memo) { m.UnansweredInRow = 2 }, cookie.Finding{Evidence: cookie.RotateLimited}, 5 * m, 0, 1, 0, nil},
		{"limited for the third time", func(m *memo) { m.RotateFailures = 2 }, cookie.Finding{Evidence: cookie.RotateLimited}, 10 * m, 0, 3, 0, nil},
		{"limited for a time", nil, cookie.Finding{Evidence: cookie.RotateLimited, RetryAfter: 2 * m}, 2 * m, 0, 1, 0, nil},
		{"refused", func(m *memo) { m.UnansweredInRow, m.RotateFailures = 2, 1 }, cookie.Finding{Evidence: cookie.RotateRefused}, 90 * time.Second, 0, 2, 0,
			func(m *memo) bool { return m.NextProbe.Equal(noon) }},
		{"offline", func(m *memo) { m.NextProbe = noon.Add(time.Hour) }, cookie.Finding{Evidence: cookie.Offline}, m, 0, 1, 0,
			func(m *memo) bool { return m.NextProbe.Equal(noon.Add(time.Hour)) }},
		{"blocked", nil, cookie.Finding{Evidence: cookie.Blocked}, m, 0, 1, 1, nil},
		{"a lost answer", func(m *memo) { m.LastAttempt = noon }, cookie.Finding{Evidence: cookie.Transient}, m, 2 * time.Second, 0, 0,
			func(m *memo) bool { return m.Unanswered.Next.Equal(noon.Add(2 * time.Second)) }},
		{"a lost answer after failures", func(m *memo) { m.LastAttempt, m.RotateFailures = noon, 3 }, cookie.Finding{Evidence: cookie.Transient}, 6 * m, 2 * time.Second, 3, 0, nil},
		{"an old haste is over", func(m *memo) {
			m.Lifetimes.Sudden, m.Lifetimes.Ceiling = []time.Time{ago(25 * time.Hour)}, 2*time.Minute
		}, cookie.Finding{Evidence: cookie.Rotated}, 9 * m, 0, 0, 0, nil},
		{"a haste", func(m *memo) {
			m.Lifetimes.Sudden, m.Lifetimes.Ceiling = []time.Time{ago(23 * time.Hour)}, 2*time.Minute
		}, cookie.Finding{Evidence: cookie.Rotated}, 2 * m, 0, 0, 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := memo{Unanswered: asked}
			if tt.given != nil {
				tt.given(&m)
			}
			wake := m.Turned(lowest, tt.finding, noon)
			if got := m.NextRotation.Sub(noon); !near(got, tt.next) || wake != tt.wake && !near(wake, tt.wake) {
				t.Errorf("next in %s, tick asked for in %s; want %s and %s", got, wake, tt.next, tt.wake)
			}
			if m.RotateFailures != tt.fails || m.UnansweredInRow != tt.unheard {
				t.Errorf("%d failures, %d without an answer; want %d and %d", m.RotateFailures, m.UnansweredInRow, tt.fails, tt.unheard)
			}
			if tt.check != nil && !tt.check(&m) {
				t.Errorf("memo %+v", m)
			}
		})
	}
}

// TestLifetimes: what ends teach.
func TestLifetimes(t *testing.T) {
	const m, h = time.Minute, time.Hour
	var l supervisor.Lifetimes
	if l.Estimate() != 0 || l.Basis() != "not seen to end yet" || l.IsShort() {
		t.Errorf("at first: %s, %q", l.Estimate(), l.Basis())
	}
	l.Lived(m - 1)
	if l.Basis() != "not seen to end yet" {
		t.Errorf("%q", l.Basis())
	}
	l.Lived(m)
	l.Lived(m - 1)
	if l.Longest != m || l.Basis() != "not seen to end (longest 1 min)" {
		t.Errorf("longest %s, %q", l.Longest, l.Basis())
	}
	for _, bad := range []time.Duration{0, -m, 400*day + 1} {
		if l.Lived(bad); l.Died(bad) || l.Longest != m || len(l.Deaths) != 0 {
			t.Errorf("an age of %s was believed", bad)
		}
	}
	if !l.Died(5*m) || l.Estimate() != 5*m || l.Basis() != "learned from one end, after 5 min" || !l.IsShort() {
		t.Errorf("one death: %s, %q", l.Estimate(), l.Basis())
	}
	for i := 2; i <= 10; i++ {
		l.Died(time.Duration(i) * h)
	}
	if l.Estimate() != 5*m || l.Basis() != "learned from 10 ends, the early ones after 5 min" {
		t.Errorf("ten deaths: %s, %q", l.Estimate(), l.Basis())
	}
	if l.Died(400 * day); len(l.Deaths) != 10 || l.Deaths[0] != 2*h || l.Estimate() != 2*h || l.IsShort() {
		t.Errorf("eleven deaths: %v", l.Deaths)
	}
	short := supervisor.Lifetimes{Deaths: []time.Duration{10*m - 1}}
	if !short.IsShort() {
		t.Error("a life just under ten minutes is not short")
	}
	if short.Deaths[0] = 10 * m; short.IsShort() {
		t.Error("a life of ten minutes is short")
	}
}

// TestSuddenEnds: the interval halves with each, down to the floor; two within a
// day point to a second holder; a day later it is as before.
func TestSuddenEnds(t *testing.T) {
	var l supervisor.Lifetimes
	for i, want := range []time.Duration{270 * time.Second, 135 * time.Second, 67500 * time.Millisecond, time.Minute, time.Minute} {
		l.Ended(noon.Add(time.Duration(i) * time.Hour))
		if l.Ceiling != want || l.Shared(noon.Add(time.Duration(i)*time.Hour)) != (i >= 1) {
			t.Errorf("after %d: ceiling %s, want %s", i+1, l.Ceiling, want)
		}
	}
	later := noon.Add(27 * time.Hour) // a day after the last but one
	if !l.Shared(later) || l.Shared(later.Add(1)) {
		t.Errorf("shared %v and then %v", l.Shared(later), l.Shared(later.Add(1)))
	}
	if l.Relax(later); len(l.Sudden) != 2 || l.Ceiling == 0 {
		t.Errorf("after a day: %v, %s", l.Sudden, l.Ceiling)
	}
	if l.Relax(later.Add(time.Hour + 1)); len(l.Sudden) != 0 || l.Ceiling != 0 {
		t.Errorf("after more than a day: %v, %s", l.Sudden, l.Ceiling)
	}
}
