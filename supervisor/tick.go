package supervisor

import (
	"context"
	"sync"
	"time"

	"github.com/geminid/geminid/internal/contain"
)

// dueKind is the call that is due for an account.
type dueKind uint8

const (
	nothingDue dueKind = iota
	probeDue
	rotationDue
)

// Tick does all due work of all accounts and returns after it; most ticks find
// nothing. It is called every half minute or so. Accounts do not
// wait for each other.
func (s *Supervisor) Tick(ctx context.Context) {
	jumped := s.clock.detectJump(s.now(), s.slept())
	if jumped.by != 0 {
		s.log.Info("clock jumped; checking every session now", "by", jumped.by.Round(time.Second))
		s.events.moveTimes(s.now(), jumped)
		if pool, ok := s.upstream.(interface{ CloseIdleConnections() }); ok {
			pool.CloseIdleConnections()
		}
	}
	var all sync.WaitGroup
	for _, a := range *s.accounts.Load() {
		all.Go(func() {
			contain.Log(s.log, "an account's due work", func() {
				if a.doDueWork(ctx, jumped) {
					a.retrySave()
				}
			})
		})
	}
	all.Wait()
	s.retryParked(ctx) // after the accounts: a trial call may just have ended a hold
	s.ledger.Save()
	s.metrics.LastTick.Set(float64(s.now().Unix()))
}

// doDueWork does one account's due work. One duty may make the next one due (a
// refused rotation asks for a probe, a proof for a rotation), hence the loop.
// It reports whether the account could be worked on.
func (a *account) doDueWork(ctx context.Context, jumped clockJump) bool {
	if !a.acquireWork(ctx) {
		return false
	}
	defer a.releaseWork()
	if !a.rereadRecord() {
		return false
	}
	if jumped.by != 0 {
		a.dispatch(saveNow, func(m *memo, now time.Time) {
			m.adjustToJump(now, jumped)
			a.clockJumped = true
			a.savedAt, a.saveNext = capTime(a.savedAt, now), capTime(a.saveNext, now)
		})
	}
	for range 4 {
		a.mu.Lock()
		due := a.memo.dueWork(a.s.now(), !a.set.IsZero())
		a.mu.Unlock()
		if due == nothingDue || ctx.Err() != nil {
			break
		}
		if due == rotationDue {
			a.rotateNow(ctx)
		} else {
			a.probeNow(ctx)
		}
	}
	if jumped.by != 0 {
		a.dispatch(saveLater, func(*memo, time.Time) { a.clockJumped = false })
	}
	return true
}

// dueWork compares the deadlines with now. While the account is held there is no
// call but the one trial; a closed gate waits for its confirming probe; an unproven
// set is probed before it is rotated.
func (m *memo) dueWork(now time.Time, present bool) dueKind {
	f := m.Facts
	probe := !now.Before(m.NextProbe)
	rotate := !m.Halted && !m.NextRotation.IsZero() && !now.Before(m.NextRotation) &&
		!now.Before(m.LastAttempt.Add(rotateFloor))
	switch {
	case m.Paused || !present:
		return nothingDue
	case f.Hold != "":
		if !now.Before(f.HoldUntil) {
			return probeDue
		}
		return nothingDue
	case m.Unanswered.isDue(now) && !m.Halted && f.Expired.IsZero():
		return rotationDue // also before a probe: the grace is short
	case !f.Expired.IsZero() || !f.FirstOut.IsZero() || !f.Proven:
		rotate = false
	}
	switch {
	case rotate:
		return rotationDue
	case probe:
		return probeDue
	}
	return nothingDue
}

// retrySave writes the record if a write failed or was postponed.
func (a *account) retrySave() {
	a.mu.Lock()
	now := a.s.now()
	unsaved := !a.saved && !now.Before(a.saveNext)
	stale := a.saved && a.dirty && now.Sub(a.savedAt) >= time.Hour
	a.mu.Unlock()
	if unsaved || stale {
		_ = a.saveRecord()
	}
}

// Flush ends the work: running calls are finished, nothing new begins, and everything
// is saved. ctx and the longest rotation bound the wait. It is called once
// at the end.
func (s *Supervisor) Flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rotateTimeout+probeTimeout)
	defer cancel()
	close(s.ended)
	var all sync.WaitGroup
	for _, a := range *s.accounts.Load() {
		all.Go(func() {
			select {
			case a.writerToken <- struct{}{}: // not given back: no work begins after this
				contain.Log(s.log, "an account's last rotation", func() { a.finishRotation(ctx) })
			case <-ctx.Done():
			}
			_ = a.saveRecord()
		})
	}
	all.Wait()
	s.ledger.Save()
}

// isStopping reports whether Flush was called.
func (s *Supervisor) isStopping() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}
