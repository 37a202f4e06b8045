package supervisor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// withRead is withAccount for commands that need the account's record.
func (s *Supervisor) withRead(ctx context.Context, name string, fn func(a *account) error) error {
	return s.withAccount(ctx, name, func(a *account) error {
		if !a.rereadRecord() {
			return a.unreadableError()
		}
		return fn(a)
	})
}

// unreadableError is the error of a command on an account whose record cannot be read.
func (a *account) unreadableError() error {
	why := a.unreadableReason()
	return fmt.Errorf("%w: %w; %s", ErrNotAsked, why, unreadRemedy(why))
}

// withAccount runs fn as the one writer of an account.
func (s *Supervisor) withAccount(ctx context.Context, name string, fn func(a *account) error) error {
	a := s.presentAccount(name)
	if a == nil {
		return ErrNoAccount
	}
	if !a.acquireWork(ctx) {
		return cmp.Or(ctx.Err(), ErrEnded)
	}
	defer a.releaseWork()
	return fn(a)
}

// Probe asks the upstream about one account now. It blocks for the answer.
func (s *Supervisor) Probe(ctx context.Context, name string) (finding cookie.Finding, err error) {
	err = s.withRead(ctx, name, func(a *account) error {
		if v := a.view.Load(); v.lease.Set.IsZero() {
			return fmt.Errorf("%w: it has no cookies", ErrNotAsked)
		}
		finding = a.probeNow(ctx)
		return nil
	})
	return finding, err
}

// Rotate forces a rotation now. It obeys the floor (*TooSoon) and the pause.
func (s *Supervisor) Rotate(ctx context.Context, name string) (finding cookie.Finding, err error) {
	err = s.withRead(ctx, name, func(a *account) error {
		a.mu.Lock()
		wait := a.memo.LastAttempt.Add(rotateFloor).Sub(s.now())
		why := a.whyNotRotatingLocked()
		a.mu.Unlock()
		switch {
		case why != "":
			return fmt.Errorf("%w: %s", ErrNotAsked, why)
		case wait > 0 && !s.noFloor:
			return &TooSoon{RetryAfter: wait}
		}
		finding = a.rotateNow(ctx)
		if finding.Evidence == cookie.RotateRefused {
			a.probeNow(ctx)
		}
		return nil
	})
	return finding, err
}

// whyNotRotatingLocked returns the reason why no rotation may be forced, empty
// if one may.
func (a *account) whyNotRotatingLocked() string {
	switch m := &a.memo; {
	case a.set.IsZero():
		return "it has no cookies"
	case m.Paused:
		return "it is paused; run: geminid cookies resume " + a.name
	case m.Facts.Hold != "":
		return fmt.Sprintf("it is %s, with one trial call in %s", m.Facts.Hold, timeUntil(a.s.now(), m.Facts.HoldUntil))
	case m.Halted:
		return "another Google account answers than before; export the cookies again from one browser profile and drop the file"
	}
	return ""
}

// FileGone notes that a file was deleted from the inbox. The session that came
// with it goes on, and its status says so. If the file comes again, it counts as
// new.
func (s *Supervisor) FileGone(file string) {
	s.ledger.ForgetFile(file)
	for _, a := range *s.accounts.Load() {
		a.dispatch(saveMoved, func(m *memo, _ time.Time) { m.Gone = m.Gone || m.File == file })
	}
}

// Rollback goes back to the set that was in use before the present one was
// taken in, if a probe proves it. Without such a set the error is [ErrNoPrevious].
func (s *Supervisor) Rollback(ctx context.Context, name string) (v Verdict, err error) {
	err = s.withRead(ctx, name, func(a *account) error {
		a.mu.Lock()
		none := a.previous.IsZero()
		a.mu.Unlock()
		if none {
			return ErrNoPrevious
		}
		v = a.rollBack(ctx)
		return nil
	})
	return v, err
}

// Pause stops use and rotation of an account until Resume.
func (s *Supervisor) Pause(name string) error { return s.setPaused(name, true) }

// Resume ends a pause; the session is probed at the next tick.
func (s *Supervisor) Resume(name string) error { return s.setPaused(name, false) }

func (s *Supervisor) setPaused(name string, on bool) error {
	a := s.presentAccount(name)
	if a == nil {
		return ErrNoAccount
	}
	if a.unreadableReason() != nil {
		return a.unreadableError()
	}
	a.dispatch(saveNow, func(m *memo, now time.Time) {
		m.Paused = on
		if !on {
			m.NextProbe, m.Halted = now, false
		}
	})
	if on {
		s.log.Info("account paused by command", "account", name)
		s.recordEvent(AuditEntry{Event: Event{Kind: status.EventPaused, Account: name}})
	} else {
		s.log.Info("account resumed by command", "account", name)
		s.recordEvent(AuditEntry{Event: Event{Kind: status.EventResumed, Account: name}})
	}
	return nil
}

// Remove stops an account and wipes its values; the lineage's hashes stay. It
// does not come back by the files it was taken from, only by new ones. An error
// of the disk says that values are left there.
func (s *Supervisor) Remove(ctx context.Context, name string) error {
	return s.withAccount(ctx, name, func(a *account) error {
		if err := a.wipeValues(); err != nil {
			return fmt.Errorf("account %s is stopped, but its values are still on disk: %w", name, err)
		}
		s.log.Info("account removed by command; its values are wiped", "account", name)
		return nil
	})
}

// History returns the lineage of one account, newest first; a removed one has a
// history too.
func (s *Supervisor) History(name string) ([]Generation, error) {
	a := s.accountNamed(name)
	if a == nil {
		return nil, ErrNoAccount
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	out := slices.Clone(a.memo.Lineage)
	if n := len(out); n > 0 {
		out[n-1].Restorable = !a.set.IsZero()
	}
	if kept := a.restorableLocked(); kept >= 0 {
		out[kept].Restorable = true
	}
	slices.Reverse(out)
	return out, nil
}
