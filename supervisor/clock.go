package supervisor

import (
	"sync"
	"time"
)

const (
	// longestPause is the longest that a machine is taken to have stood still if
	// its clock is ahead of its own count: paused by its host, or asleep
	// where sleep is not counted. A larger step sets right a clock that was wrong.
	longestPause = 30 * 24 * time.Hour
	// longestOff is the longest that a server is taken to have been off. A moment
	// noted earlier comes from a clock that was not set.
	longestOff = 400 * 24 * time.Hour
)

// clockWatch notices when wall time and elapsed time part: after a suspend, or if
// the clock is set.
type clockWatch struct {
	mu    sync.Mutex
	wall  time.Time
	mono  time.Time
	slept time.Duration
}

func startClock(wall time.Time, slept time.Duration) clockWatch {
	return clockWatch{wall: wall, mono: time.Now(), slept: slept}
}

// detectJump returns how the wall clock moved beyond the time that passed since the
// last call, the zero jump if that is within the slack. slept is how long the
// machine has slept by now, negative if that is not known.
func (c *clockWatch) detectJump(wall time.Time, slept time.Duration) clockJump {
	c.mu.Lock()
	defer c.mu.Unlock()
	mono := time.Now()
	j := clockJump{by: wall.Sub(c.wall) - mono.Sub(c.mono), slept: slept - c.slept}
	c.wall, c.mono, c.slept = wall, mono, slept
	switch {
	case j.by.Abs() <= clockSlack:
		return clockJump{}
	case slept < 0:
		if j.slept = max(0, j.by); j.slept > longestPause {
			j.slept = 0
		}
	}
	return j
}

// clockJump is how far the wall clock and elapsed time parted. The zero value is no
// jump.
type clockJump struct {
	by    time.Duration // of the wall clock, beyond the monotonic clock
	slept time.Duration // how much of that the machine slept
}

// setBy is how far the clock was set.
func (j clockJump) setBy() time.Duration { return j.by - j.slept }

// makesAgesUnsure reports whether the ages of moments noted before the jump are
// unknown.
func (j clockJump) makesAgesUnsure() bool { return j.setBy().Abs() > clockSlack }

// correctsEra reports whether the clock was so far behind that its moments belong to
// another era.
func (j clockJump) correctsEra() bool { return j.setBy() > longestPause }

// moveTime returns where a moment noted before the jump lies after it. If the clock was
// set back, moments ahead of now move with it, because nothing happened later than
// now; if it was set right, all of them do.
func (j clockJump) moveTime(t, now time.Time) time.Time {
	switch {
	case t.IsZero():
		return t
	case j.by < 0 && t.After(now):
		return t.Add(j.by)
	case j.correctsEra():
		return t.Add(j.setBy())
	}
	return t
}

// sinceStop is the jump between the newest moment that was saved and the start:
// none, unless the clock now lies before that moment or is implausibly far ahead.
func sinceStop(latest, now time.Time) clockJump {
	if by := now.Sub(latest); !latest.IsZero() && (by < 0 || by > longestOff) {
		return clockJump{by: by}
	}
	return clockJump{}
}
