package supervisor

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// A set that replaced a good one is on trial for its first minutes: it is probed
// more often, with and without traffic, and at the first doubt the one before is
// asked as well.
const (
	trialPeriod = 5 * time.Minute
	trialProbes = time.Minute // between two probes
)

// isOnTrial reports whether the set in use is so new, or was last proven while it
// was, that the good one before, if there is one, is worth going back to.
func (m *memo) isOnTrial() bool {
	proven := m.Swapped
	if m.Facts.Proof.After(proven) {
		proven = m.Facts.Proof
	}
	return m.WasGood && !m.Swapped.IsZero() && proven.Sub(m.Swapped) <= trialPeriod
}

// rollBackOnDoubt handles the first doubt about a set on trial, found by a probe. If
// the set before is signed in, and a second probe of the new one is not, the set
// before is in use again; requests get the one or the other and never a closed
// gate. Otherwise it returns the latest finding about the new set. The work token
// is held.
func (a *account) rollBackOnDoubt(ctx context.Context, doubt cookie.Finding) (finding cookie.Finding, back bool) {
	a.mu.Lock()
	set, before, trial := a.set, a.previous, !a.previous.IsZero() && a.memo.isOnTrial()
	a.mu.Unlock()
	if !trial {
		return doubt, false
	}
	proof := a.probeSet(ctx, before)
	if proof.Evidence == cookie.SignedOut {
		a.dispatch(saveLater, func(m *memo, _ time.Time) { m.WasGood = false }) // nothing to go back to
	}
	if a.whyNotBack(proof, false) != "" {
		return doubt, false
	}
	if again := a.probeSet(ctx, set); again.Evidence == cookie.SignedIn {
		return again, false // a living session is at times answered as if it were signed out
	}
	a.restorePrevious(proof)
	a.dispatch(saveLater, func(m *memo, _ time.Time) { m.WasGood = false }) // the set that was given up is dead
	a.s.log.Warn("new cookies proved dead at once; the previous ones are in use again", "account", a.name)
	return doubt, true
}

// rollBack probes the previous set, as a person asked, and takes it
// into use if it is signed in. The work token is held.
func (a *account) rollBack(ctx context.Context) Verdict {
	a.mu.Lock()
	set := a.previous
	a.mu.Unlock()
	proof := a.probeSet(ctx, set)
	if why := a.whyNotBack(proof, true); why != "" {
		return a.newVerdict(Rejected, why+"; nothing was changed")
	}
	return a.restorePrevious(proof)
}

// whyNotBack returns the reason why the previous set, probed just now, must not be
// taken into use, empty if it may. An account returns to another Google account only
// if a person asked for it.
func (a *account) whyNotBack(proof cookie.Finding, asked bool) string {
	a.mu.Lock()
	set, owner := a.previous, a.memo.Identity
	a.mu.Unlock()
	if proof.Evidence != cookie.SignedIn {
		return "the previous cookies are not signed in (" + proof.Detail + ")"
	}
	if other := a.s.accountWithSessionOrOwner(set, proof.Account); other != nil && other != a {
		return "the previous cookies are of the Google account that " + other.name + " holds now"
	}
	if !asked && identityChanged(owner, proof) {
		return "the previous cookies are of another Google account"
	}
	return ""
}

// restorePrevious takes the previous set into use, which was just proven. The
// work token is held.
func (a *account) restorePrevious(proof cookie.Finding) Verdict {
	a.mu.Lock()
	set, from := a.previous, a.set
	a.mu.Unlock()
	a.dispatch(saveHidden, func(m *memo, now time.Time) {
		a.installSetLocked(m, generation{set: set, origin: FromRollback, parent: from, end: "rolled_back"}, proof, now)
		m.Swapped = time.Time{} // no trial: the set that was given up does not return by itself
	})
	a.dispatch(saveLater, nil)
	a.s.metrics.CookieFileLoads.WithLabelValues(a.name, string(RolledBack), "push").Inc()
	a.s.recordEvent(AuditEntry{Event: Event{Kind: status.EventRollback, Account: a.name}, Set: a.s.mark(set), Before: a.s.mark(from)})
	return a.newVerdict(RolledBack, "the previous cookies are in use again")
}
