package supervisor

import (
	"context"
	"sync"
	"time"
)

// duty is what is due for an account.
type duty uint8

const (
	nothing duty = iota
	probing
	rotating
)

// Tick does all due work of all accounts and returns when it is done; most
// ticks find nothing. It is called every half minute or so. Accounts do not
// wait for each other.
func (s *Supervisor) Tick(ctx context.Context) {
	jumped := s.clock.jumped(s.now(), s.slept())
	if jumped.by != 0 {
		s.log.Info("clock jumped; checking every session now", "by", jumped.by.Round(time.Second))
		s.chronicle.mend(s.now(), jumped)
		if pool, ok := s.upstream.(interface{ CloseIdleConnections() }); ok {
			pool.CloseIdleConnections()
		}
	}
	var all sync.WaitGroup
	for _, a := range *s.accounts.Load() {
		all.Go(func() { a.tick(ctx, jumped) })
	}
	all.Wait()
	s.retryParked(ctx) // after the accounts: a trial call may just have ended a hold
	s.metrics.LastTick.Set(float64(s.now().Unix()))
}

// tick does one account's due work. One duty may make the next one due (a
// refused rotation asks for a probe, a proof for a rotation), hence the loop.
func (a *account) tick(ctx context.Context, jumped jump) {
	if !a.lock(ctx) {
		return
	}
	if !a.readAgain() {
		a.unlock()
		return
	}
	if jumped.by != 0 {
		a.change(func(m *memo, now time.Time) {
			m.mend(now, jumped)
			a.waking = true
			a.flushed, a.saveNext = earlier(a.flushed, now), earlier(a.saveNext, now)
		})
	}
	for range 4 {
		a.mu.Lock()
		due := a.memo.due(a.s.now(), !a.set.IsZero())
		a.mu.Unlock()
		if due == nothing || ctx.Err() != nil {
			break
		}
		if due == rotating {
			a.rotate(ctx)
		} else {
			a.probe(ctx)
		}
	}
	if jumped.by != 0 {
		a.alter(func(*memo, time.Time) { a.waking = false })
	}
	a.unlock()
	a.housekeep()
}

// due reads the deadlines. While the account is held there is no call but the
// one trial; a closed gate waits for its confirming probe; an unproven set is
// probed before it is rotated.
func (m *memo) due(now time.Time, present bool) duty {
	f := m.Facts
	probe := !now.Before(m.NextProbe)
	rotate := !m.Halted && !m.NextRotation.IsZero() && !now.Before(m.NextRotation) &&
		!now.Before(m.LastAttempt.Add(rotateFloor))
	switch {
	case m.Paused || !present:
		return nothing
	case f.Hold != "":
		if !now.Before(f.HoldUntil) {
			return probing
		}
		return nothing
	case m.Unanswered.due(now) && !m.Halted && f.Expired.IsZero():
		return rotating // also before a probe: the grace is short
	case !f.Expired.IsZero() || !f.FirstOut.IsZero() || !f.Proven:
		rotate = false
	}
	switch {
	case rotate:
		return rotating
	case probe:
		return probing
	}
	return nothing
}

// housekeep saves what a failed or postponed write left in memory.
func (a *account) housekeep() {
	a.mu.Lock()
	now := a.s.now()
	unsaved := !a.saved && !now.Before(a.saveNext)
	stale := a.saved && a.dirty && now.Sub(a.flushed) >= time.Hour
	a.mu.Unlock()
	if unsaved || stale {
		_ = a.persist()
	}
}

// Flush ends the work: what runs is heard out, nothing new begins, and everything
// is made durable. ctx and the longest rotation bound the wait. It is called once
// at the end.
func (s *Supervisor) Flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rotateTimeout+probeTimeout)
	defer cancel()
	close(s.ended)
	var all sync.WaitGroup
	for _, a := range *s.accounts.Load() {
		all.Go(func() {
			select {
			case a.work <- struct{}{}: // kept: nobody works after us
				a.settleRotation(ctx)
			case <-ctx.Done():
			}
			_ = a.persist()
		})
	}
	all.Wait()
}

// over reports whether Flush was called.
func (s *Supervisor) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}
