package supervisor_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// TestMend: where a jump of the clock leaves what an account remembers. Moments are
// told as distances from now, before and after it by the clock of their time.
func TestMend(t *testing.T) {
	tests := []struct {
		name                   string
		by, slept              time.Duration
		issued, since          time.Duration // before the jump
		wantIssued, wantSince  time.Duration // after it
		wantRotation, wantHold time.Duration // both were 5 min ahead
		unsure, proven         bool
	}{
		{"set back, and all is younger than the step", -7 * time.Hour, 0, -time.Hour, -2 * time.Hour,
			-time.Hour, -2 * time.Hour, 5 * time.Minute, 5 * time.Minute, true, true},
		{"set back, and one moment is older than the step", -7 * time.Hour, 0, -time.Hour, -9 * time.Hour,
			-time.Hour, -2 * time.Hour, 5 * time.Minute, 5 * time.Minute, true, true},
		{"set back by ten years", -10 * year, 0, -time.Hour, -day,
			-time.Hour, -day, 5 * time.Minute, 5 * time.Minute, true, true},
		{"slept for a night", 9 * time.Hour, 9 * time.Hour, -time.Hour, -day,
			-10 * time.Hour, -33 * time.Hour, 5*time.Minute - 9*time.Hour, 5*time.Minute - 9*time.Hour, false, true},
		{"slept for a season", 90 * day, 90 * day, -time.Hour, -day,
			-90*day - time.Hour, -91 * day, 5*time.Minute - 90*day, 5*time.Minute - 90*day, false, true},
		{"set ahead by hours, or paused", 5 * time.Hour, 0, -time.Hour, -day,
			-6 * time.Hour, -29 * time.Hour, 5*time.Minute - 5*time.Hour, 5*time.Minute - 5*time.Hour, true, true},
		{"set right after years", 3 * year, 0, -time.Hour, -day,
			-time.Hour, -day, 5*time.Minute - 3*year, 5*time.Minute - 3*year, true, false},
		{"set right after years and a night asleep", 3*year + 9*time.Hour, 9 * time.Hour, -time.Hour, -day,
			-10 * time.Hour, -33 * time.Hour, 5*time.Minute - 3*year - 9*time.Hour, 5*time.Minute - 3*year - 9*time.Hour, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
			now := before.Add(tt.by)
			m := supervisor.Memo{Issued: before.Add(tt.issued), Since: before.Add(tt.since), NextRotation: before.Add(5 * time.Minute),
				Lineage: []supervisor.Generation{{Since: before.Add(tt.since), Until: before.Add(tt.issued)}},
				Facts:   supervisor.Facts{Proven: true, Hold: supervisor.Blocked, HoldUntil: before.Add(5 * time.Minute)}}
			m.Mend(now, tt.by, tt.slept)
			for what, got := range map[string][2]time.Duration{
				"the value": {m.Issued.Sub(now), tt.wantIssued}, "the state": {m.Since.Sub(now), tt.wantSince},
				"the generation": {m.Lineage[0].Since.Sub(now), tt.wantSince}, "its end": {m.Lineage[0].Until.Sub(now), tt.wantIssued},
				"the next rotation": {m.NextRotation.Sub(now), tt.wantRotation}, "the hold": {m.Facts.HoldUntil.Sub(now), tt.wantHold},
				"the next probe": {m.NextProbe.Sub(now), 0},
			} {
				if got[0] != got[1] {
					t.Errorf("%s is %s from now, want %s", what, got[0], got[1])
				}
			}
			if m.Unsure != tt.unsure || m.Facts.Proven != tt.proven {
				t.Errorf("unsure %t and proven %t, want %t and %t", m.Unsure, m.Facts.Proven, tt.unsure, tt.proven)
			}
			if !m.Swapped.IsZero() || !m.DueBy.IsZero() || !m.Facts.FirstOut.IsZero() {
				t.Error("what never happened has a moment now")
			}
		})
	}
}

// TestMendSaved: the same for what a start finds, by the distance of its newest
// moment from now.
func TestMendSaved(t *testing.T) {
	for _, tt := range []struct {
		name        string
		saved, want time.Duration
		unsure      bool
	}{
		{"stopped for a minute", -time.Minute, -time.Minute, false},
		{"off for a season", -90 * day, -90 * day, false},
		{"the clock was in another era then", -56 * year, 0, true},
		{"the clock is in another era now", 56 * year, 0, true},
		{"the clock is behind by hours", 7 * time.Hour, 0, true},
		{"the clock is behind by a second", time.Second, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
			m := supervisor.Memo{Issued: now.Add(tt.saved)}
			if m.MendSaved(now); m.Issued.Sub(now) != tt.want || m.Unsure != tt.unsure {
				t.Errorf("the value is from %s, unsure %t; want %s and %t", m.Issued.Sub(now), m.Unsure, tt.want, tt.unsure)
			}
			m = supervisor.Memo{}
			if m.MendSaved(now); m.Unsure || !m.Issued.IsZero() {
				t.Error("an empty memo got an age")
			}
		})
	}
}

// TestLifetimesRefuseWhatCanNotBe: only ages that a value can have teach anything,
// and those learned before are forgotten.
func TestLifetimesRefuseWhatCanNotBe(t *testing.T) {
	for _, tt := range []struct {
		age time.Duration
		ok  bool
	}{
		{-time.Hour, false}, {0, false}, {time.Second, true}, {5 * day, true}, {400 * day, true}, {1063 * day, false}, {946724140 * time.Second, false},
	} {
		var learned supervisor.Lifetimes
		if got := learned.Died(tt.age); got != tt.ok || (len(learned.Deaths) == 1) != tt.ok {
			t.Errorf("a life of %s: taken %t, want %t", tt.age, got, tt.ok)
		}
		if learned.Lived(tt.age); (learned.Longest > 0) != tt.ok {
			t.Errorf("alive at %s: longest %s", tt.age, learned.Longest)
		}
		saved := supervisor.Lifetimes{Deaths: []time.Duration{time.Hour, tt.age}, Longest: tt.age}
		if saved.Clean(); (len(saved.Deaths) == 2) != tt.ok || (saved.Longest > 0) != tt.ok || saved.Deaths[0] != time.Hour {
			t.Errorf("of a saved life of %s is left %v, longest %s", tt.age, saved.Deaths, saved.Longest)
		}
	}
}

// TestClockWasBehind: a machine without a battery clock starts years behind and is
// set right a minute later. The session goes on, every age is a possible one, and
// what is learned of the end that follows is the life that the value really had.
func TestClockWasBehind(t *testing.T) {
	for _, behind := range []time.Duration{30*year - 7*day, 3 * year, 200 * day} {
		for _, saved := range []bool{false, true} {
			t.Run(behind.String()+map[bool]string{true: " with a saved session"}[saved], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := open(t, &upstream{}, &memory{})
					h.slept = 0
					if saved {
						h.offer("cookies.txt", set("zero", "1"))
						h.pass(10 * time.Minute)
					}
					h.shift = -behind
					h = h.again()
					h.slept = 0
					if !saved {
						h.offer("cookies.txt", set("zero", "1"))
					}
					h.up.rotations(cookie.NoNewTS)
					h.pass(time.Minute)
					h.shift = 0
					h.pass(5 * time.Minute)
					a, now := h.account("default"), time.Now()
					for what, at := range map[string]time.Time{"the state": a.Since, "the probe": a.LastProbe, "the proof": a.LastProof} {
						if age := now.Sub(at); age < 0 || age > time.Hour {
							t.Errorf("%s is %s old", what, age)
						}
					}
					if a.LastFile != nil && now.Sub(a.LastFile.Time).Abs() > time.Hour {
						t.Errorf("the file came %s ago", now.Sub(a.LastFile.Time))
					}
					generations, _ := h.History("default")
					for _, g := range generations {
						if age := now.Sub(g.Since); age < 0 || age > time.Hour || !g.Until.IsZero() && g.Until.Before(g.Since) {
							t.Errorf("generation %d lasted from %s to %s", g.Number, g.Since, g.Until)
						}
					}
					for _, e := range h.Events() {
						if age := now.Sub(e.Time); age < 0 || age > time.Hour {
							t.Errorf("%s happened %s ago", e.Kind, age)
						}
					}
					h.bound("zero", time.Hour)
					if a := h.account("default"); strings.Contains(a.Basis, "learned") {
						t.Errorf("an age that is not known taught: %s", a.Basis)
					}
					h.offer("cookies.txt", set("one", "1"))
					h.bound("one", 4*time.Hour)
					if a := h.account("default"); !strings.Contains(a.Basis, "learned from one end, after 4 h") && !strings.Contains(a.Basis, "after 3 h 5") {
						t.Errorf("state %s: %s", a.State, a.Basis)
					}
				})
			})
		}
	}
}

// TestWake: whoever opens the lid in the morning is not told of a session in
// trouble while it is checked, but is when the check fails.
func TestWake(t *testing.T) {
	for _, answer := range []cookie.Evidence{cookie.SignedIn, cookie.Offline} {
		t.Run(answer.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(30 * time.Minute)
				changes := func() int {
					return len(slices.DeleteFunc(slices.Clone(h.audited), func(kind string) bool { return kind != "state default" }))
				}
				before := changes()
				h.up.answers(answer)
				if answer != cookie.SignedIn {
					h.up.rotations(answer)
				}
				h.shift = 9 * time.Hour
				h.pass(30 * time.Second)
				want, state := 0, supervisor.Healthy
				if answer != cookie.SignedIn {
					want, state = 1, supervisor.Unreachable
				}
				if n := changes() - before; n != want || h.state("default") != state {
					t.Errorf("%d changes of the state to %s, want %d to %s", n, h.state("default"), want, state)
				}
			})
		})
	}
}
