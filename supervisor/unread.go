package supervisor

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/geminid/geminid/cookie"
)

// restoreRecord restores a saved record. If a part is not understood, the record is
// copied aside and the part named in the error; the cookies are used anyway.
func (a *account) restoreRecord(record cookie.Record) error {
	err := a.restoreMemo(record)
	if err == nil {
		return nil
	}
	aside, copied := a.s.store.CopyAside(a.name)
	return errors.Join(copied, fmt.Errorf("account %s keeps its cookies, but this was not understood of what is known beside them: %w (the whole file is kept as %s)",
		a.name, err, cmp.Or(aside, "it is")))
}

// markUnreadable notes that the account's record exists and cannot be read. It may be
// newer than any offered cookies, so until it can be read the account is not probed,
// renewed, replaced or saved.
func (a *account) markUnreadable(why error) {
	a.dispatch(saveLater, func(m *memo, _ time.Time) {
		a.unreadErr, a.goneSince, m.Facts.Evidence = why, time.Time{}, why.Error()
	})
}

// unreadableReason returns why the account's record cannot be read, nil if it was read.
func (a *account) unreadableReason() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unreadErr
}

// rereadRecord tries again to read a record that could not be read, and reports
// whether the account can be worked with. The work token is held.
func (a *account) rereadRecord() bool {
	before := a.unreadableReason()
	if before == nil {
		return true
	}
	record, err := a.s.store.Reload(a.name)
	gone := errors.Is(err, fs.ErrNotExist)
	if gone && a.isJustGone() {
		return false
	}
	if _, still := errors.AsType[*cookie.UnreadError](err); still {
		if err.Error() != before.Error() {
			a.s.log.Error("the saved state of an account still cannot be read", "account", a.name, "err", err)
		}
		a.markUnreadable(err)
		return false
	}
	a.mu.Lock()
	a.unreadErr, a.memo.Facts = nil, facts{}
	a.mu.Unlock()
	if err == nil {
		err = a.restoreRecord(record)
		a.announceTransition(a.transitionFrom(Unreadable))
	} else {
		a.dispatch(saveLater, nil)
	}
	switch {
	case gone:
		a.s.log.Warn("the saved state of an account was moved away; the account waits for new cookies", "account", a.name)
	case err != nil:
		a.s.log.Error("the saved state of an account can be read again, but not all of it is of use", "account", a.name, "err", err)
	default:
		a.s.log.Info("the saved state of an account can be read again and is taken up", "account", a.name)
	}
	return true
}

// goneFor is how long a record that could not be read must be gone before the account
// goes on without it: a repair may remove it first and put it back afterwards.
const goneFor = time.Minute

// isJustGone notes that the record is not there, and reports whether that is so for a
// short time only.
func (a *account) isJustGone() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.s.now()
	if a.goneSince.IsZero() || now.Before(a.goneSince) {
		a.goneSince = now
	}
	return now.Sub(a.goneSince) < goneFor
}

// transitionFrom is the transition from a state that the account was in, to the one
// it is in now.
func (a *account) transitionFrom(from State) *transition {
	a.mu.Lock()
	defer a.mu.Unlock()
	m, now := &a.memo, a.s.now()
	return &transition{from: from, to: m.State, evidence: evidenceText(m.Facts, m.State, a.outlookLocked(now)), next: a.nextActionLocked(now, m.State), removed: m.Removed}
}

// unreadRemedy is the advice for a record that cannot be read.
func unreadRemedy(why error) string {
	unread, ok := errors.AsType[*cookie.UnreadError](why)
	if !ok {
		return ""
	}
	return unread.Remedy()
}

// unreadableAccount returns why cookies of an unknown session cannot be placed: the
// record of an account cannot be read, and they may be its own, older than the saved
// ones. nil if all records are known.
func (s *Supervisor) unreadableAccount() error {
	for _, a := range s.presentAccounts() {
		if why := a.unreadableReason(); why != nil {
			return why
		}
	}
	return nil
}
