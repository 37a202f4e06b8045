package supervisor_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestDetectJump: which steps of the wall clock are jumps, and how much of them the
// machine slept.
func TestDetectJump(t *testing.T) {
	tests := []struct {
		name         string
		by           time.Duration // of the wall clock, beyond the elapsed time
		before, then time.Duration // slept at the start, and now
		want         supervisor.Jump
	}{
		{"none", 0, -1, -1, supervisor.Jump{}},
		{"the slack ahead", 30 * time.Second, -1, -1, supervisor.Jump{}},
		{"the slack back", -30 * time.Second, -1, -1, supervisor.Jump{}},
		{"beyond the slack", 30*time.Second + 1, -1, -1, supervisor.NewJump(30*time.Second+1, 30*time.Second+1)},
		{"back beyond the slack", -30*time.Second - 1, -1, -1, supervisor.NewJump(-30*time.Second-1, 0)},
		{"a month, sleep not known", 30 * day, -1, -1, supervisor.NewJump(30*day, 30*day)},
		{"more than a month, sleep not known", 30*day + 1, -1, -1, supervisor.NewJump(30*day+1, 0)},
		{"slept", 9 * time.Hour, 3 * time.Hour, 12 * time.Hour, supervisor.NewJump(9*time.Hour, 9*time.Hour)},
		{"set, not slept", 9 * time.Hour, 3 * time.Hour, 3 * time.Hour, supervisor.NewJump(9*time.Hour, 0)},
		{"set, never slept", 9 * time.Hour, 0, 0, supervisor.NewJump(9*time.Hour, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := supervisor.NewWatch(noon, tt.before)
				time.Sleep(10 * time.Minute)
				wall := noon.Add(10*time.Minute + tt.by)
				if got := w.Detect(wall, tt.then); got != tt.want {
					t.Errorf("%+v, want %+v", got, tt.want)
				}
				time.Sleep(time.Minute)
				if got := w.Detect(wall.Add(time.Minute), tt.then); got != (supervisor.Jump{}) {
					t.Errorf("the next call finds %+v once more", got)
				}
			})
		})
	}
}

// TestJump: what a jump says about ages, and where it moves a moment.
func TestJump(t *testing.T) {
	const slack, month = 30 * time.Second, 30 * day
	for _, tt := range []struct {
		by, slept        time.Duration
		unsure, corrects bool
	}{
		{0, 0, false, false}, {slack, 0, false, false}, {slack + 1, 0, true, false}, {-slack, 0, false, false}, {-slack - 1, 0, true, false},
		{9 * time.Hour, 9 * time.Hour, false, false}, {month, 0, true, false}, {month + 1, 0, true, true}, {month + 1, 1, true, false},
	} {
		if j := supervisor.NewJump(tt.by, tt.slept); j.Unsure() != tt.unsure || j.Corrects() != tt.corrects {
			t.Errorf("by %s, slept %s: unsure %v, corrects %v", tt.by, tt.slept, j.Unsure(), j.Corrects())
		}
	}
	for _, tt := range []struct {
		by, slept, from, to time.Duration // moments from now
	}{
		{-time.Hour, 0, 0, 0}, {-time.Hour, 0, 1, 1 - time.Hour}, {-time.Hour, 0, -1, -1},
		{time.Hour, 0, 1, 1}, {month + 1, 0, -month, 1}, {month + 2, 1, -month, 1},
	} {
		if got := supervisor.NewJump(tt.by, tt.slept).Move(noon.Add(tt.from), noon).Sub(noon); got != tt.to {
			t.Errorf("by %s: %s moves to %s, want %s", tt.by, tt.from, got, tt.to)
		}
	}
	if got := supervisor.NewJump(3*year, 0).Move(time.Time{}, noon); !got.IsZero() {
		t.Errorf("no moment moves to %s", got)
	}
	for _, tt := range []struct {
		off  time.Duration
		want time.Duration
	}{{0, 0}, {time.Hour, 0}, {-1, -1}, {400 * day, 0}, {400*day + 1, 400*day + 1}} {
		if got := supervisor.SinceStop(noon, noon.Add(tt.off)); got != supervisor.NewJump(tt.want, 0) {
			t.Errorf("off for %s: %+v", tt.off, got)
		}
	}
	if got := supervisor.SinceStop(time.Time{}, noon); got != (supervisor.Jump{}) {
		t.Errorf("without a saved moment: %+v", got)
	}
}

// TestWrites: a proof that changes nothing is not written at once, one that changes
// the state is, and a start without loss writes nothing.
func TestWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		before := h.disk.saves
		_, _ = h.Probe(t.Context(), "default")
		if n := h.disk.saves - before; n != 0 {
			t.Errorf("%d writes for one more proof", n)
		}
		h.up.answers(cookie.SignedOut)
		_, _ = h.Probe(t.Context(), "default")
		h.up.answers(cookie.SignedIn)
		before = h.disk.saves
		_, _ = h.Probe(t.Context(), "default")
		if n := h.disk.saves - before; n != 1 {
			t.Errorf("%d writes for a proof that opened the gate", n)
		}
		h.up.rotations(cookie.Transient)
		h = open(t, h.up, h.disk)
		before = h.disk.saves
		h.FileGone("other.txt")
		if n := h.disk.saves - before; n != 0 {
			t.Errorf("%d writes for a file that nothing came from", n)
		}
	})
}

// TestObservedLife: a learned life is observed once, with its length; an end that
// teaches nothing is not.
func TestObservedLife(t *testing.T) {
	observed := func(h *house) (count uint64, sum float64) {
		var m dto.Metric
		if err := h.metrics.CookieLifetime.WithLabelValues("default").(interface{ Write(*dto.Metric) error }).Write(&m); err != nil {
			t.Fatal(err)
		}
		return m.GetHistogram().GetSampleCount(), m.GetHistogram().GetSampleSum()
	}
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.bound("one", 4*time.Hour)
		if n, sum := observed(h); n != 1 || sum < 3.8*3600 || sum > 4.1*3600 {
			t.Errorf("%d lives of %v s, want one of four hours", n, sum)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.SignedOut)
		h.pass(10 * time.Minute)
		if n, sum := observed(h); n != 0 || h.state("default") != supervisor.Expired {
			t.Errorf("%d lives of %v s of a session that was ended from outside, which is %s", n, sum, h.state("default"))
		}
	})
}

// TestWorstFirst: accounts are listed by their states, the worst first, and the whole
// is judged by the best.
func TestWorstFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.offer("a.txt", set("A", "1"))
		h.offer("b.txt", set("B", "1"))
		h.offer("c.txt", set("C", "1"))
		h.up.dies("B")
		h.pass(12 * time.Minute)
		var got []string
		for _, a := range h.Accounts() {
			got = append(got, a.Name+" "+string(a.State))
		}
		if want := []string{"b expired", "a healthy", "c healthy"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if state := h.Overall().State; state != supervisor.Healthy {
			t.Errorf("overall %s", state)
		}
	})
}
