package cookie

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
	WakeRewatch  Wake = "rewatch"  // a watch began: what came before it was missed
	WakeError    Wake = "error"    // the watch broke
	WakeOverflow Wake = "overflow" // the kernel dropped events
)

// burst gathers events that belong together: it ends when none came for a
// while, or when it lasted too long.
type burst struct {
	timer *time.Timer
	first time.Time // zero between bursts
	why   Wake
}

func newBurst() *burst {
	b := &burst{timer: time.NewTimer(settleQuiet)}
	b.timer.Stop()
	return b
}

func (b *burst) add(why Wake) {
	now := time.Now()
	if b.first.IsZero() {
		b.first = now
	}
	if b.why != WakeOverflow {
		b.why = why
	}
	b.timer.Reset(min(settleQuiet, b.first.Add(settleMax).Sub(now)))
}

func (b *burst) end() Wake {
	why := b.why
	b.first, b.why = time.Time{}, ""
	return why
}

func (b *burst) stop() { b.timer.Stop() }
