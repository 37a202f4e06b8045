package geminiweb

import (
	"context"
	"sync"
	"time"
)

// watchdog cancels a call if nothing arrives for too long. It runs only while the
// upstream is waited for, because a slow consumer is not the upstream's fault.
//
// It is switched with every frame, and a timer costs more than a look at the
// clock. So the timer keeps running, and checks whether the wait is due when it
// fires.
type watchdog struct {
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	fires time.Time // when the timer fires, zero if it does not run
	due   time.Time // when the wait is too long, zero if there is no wait
}

func newWatchdog(cancel context.CancelCauseFunc) *watchdog { return &watchdog{cancel: cancel} }

// expectWithin begins a wait: if it is not ended within limit the call is
// canceled with errStalled.
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

// suspend ends the wait.
func (w *watchdog) suspend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = time.Time{}
}

// stop ends the watchdog. It is the last call.
func (w *watchdog) stop() {
	w.suspend()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// checkDue runs when the timer fires.
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
