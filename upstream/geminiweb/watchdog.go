package geminiweb

import (
	"context"
	"sync"
	"time"
)

// watchdog ends a call when nothing comes for too long. It runs only while the
// upstream is waited for: a slow reader of ours is not its fault. It is told to
// wait and to rest with every frame, and a timer costs more than a look at the
// clock, so the timer is left running and looks whether it is due when it fires.
type watchdog struct {
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	fires time.Time // when the timer fires, zero when it does not run
	due   time.Time // when the wait is too long, zero when nobody waits
}

func newWatchdog(cancel context.CancelCauseFunc) *watchdog { return &watchdog{cancel: cancel} }

func (w *watchdog) expectWithin(limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = time.Now().Add(limit)
	switch {
	case w.timer == nil:
		w.timer = time.AfterFunc(limit, w.checkDue)
	case w.fires.IsZero() || w.due.Before(w.fires):
		w.timer.Reset(limit)
	default:
		return
	}
	w.fires = w.due
}

func (w *watchdog) suspend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = time.Time{}
}

// stop is the last call.
func (w *watchdog) stop() {
	w.suspend()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// checkDue is the timer's.
func (w *watchdog) checkDue() {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch left := time.Until(w.due); {
	case w.due.IsZero():
		w.fires = time.Time{}
	case left > 0:
		w.fires = w.due
		w.timer.Reset(left)
	default:
		w.cancel(errStalled)
	}
}
