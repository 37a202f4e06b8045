package inbox

import (
	"time"
)

// How long a burst of events may last.
const (
	settleQuiet = 300 * time.Millisecond // without a further event
	settleMax   = 3 * time.Second        // since the first one
)

// Wake is why a watcher asks for a look into the inbox.
type Wake string

// The reasons, weakest first. They are metric label values too.
const (
	WakeEvent    Wake = "event"    // something happened in the directory
	WakeRewatch  Wake = "rewatch"  // a watch began: earlier events were missed
	WakeError    Wake = "error"    // the watch broke
	WakeOverflow Wake = "overflow" // the kernel dropped events
)

// burst gathers events that belong together: it ends when none came for a
// while, or when it lasted too long.
type burst struct {
	timer       *time.Timer
	first, last time.Time // of its events; zero between bursts
	why         Wake
}

func newBurst() *burst {
	b := &burst{timer: time.NewTimer(settleQuiet)}
	b.timer.Stop()
	return b
}

// addEvent takes one more event. In a storm that is all that happens: the timer is
// left alone until it rings.
func (b *burst) addEvent(why Wake) {
	b.last = time.Now()
	if b.first.IsZero() {
		b.first = b.last
		b.timer.Reset(settleQuiet)
	}
	if b.why != WakeOverflow {
		b.why = why
	}
}

// isOver reports, when the timer rang, whether the burst is over.
func (b *burst) isOver() (why Wake, over bool) {
	now := time.Now()
	rest := min(b.last.Add(settleQuiet).Sub(now), b.first.Add(settleMax).Sub(now))
	if rest > 0 {
		b.timer.Reset(rest)
		return "", false
	}
	why = b.why
	b.first, b.why = time.Time{}, ""
	return why, true
}

func (b *burst) stopTimer() { b.timer.Stop() }
