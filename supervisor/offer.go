package supervisor

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// Offer takes in a candidate: it is placed with the account it belongs to,
// probed while the current set stays in service, and swapped in only if that
// proves it, or if there is nothing to lose. It blocks for one probe.
func (s *Supervisor) Offer(ctx context.Context, c Candidate) Verdict {
	if s.isStopping() {
		return stopped
	}
	select {
	case s.offers <- struct{}{}:
		defer func() { <-s.offers }()
	case <-ctx.Done():
		return stopped
	case <-s.ended:
		return stopped
	}
	return s.decideOffer(ctx, c)
}

// decideOffer decides an offer and records the outcome. The token of offers is held.
func (s *Supervisor) decideOffer(ctx context.Context, c Candidate) Verdict {
	c.past = s.ledger.Find(c.File)
	v := s.placeOffer(ctx, c)
	if v.Result == PassedOver {
		return s.passOver(c, v.Account)
	}
	if v.Result != Rejected {
		v.Warnings = wireWarnings(c.Warnings)
		if c.Account != "" && v.Account != "" && v.Account != c.Account {
			v.Message += fmt.Sprintf(" The session is one of %s, so it was not given to %s.", v.Account, c.Account)
		}
	}
	s.recordOutcome(c, v)
	return v
}

// stopped is the verdict on an offer after [Supervisor.Flush].
var stopped = Verdict{Result: Parked, Message: "the server is stopping; nothing was changed"}

func (s *Supervisor) placeOffer(ctx context.Context, c Candidate) Verdict {
	if a := s.accountRemovedWithFile(c); a != nil {
		s.rememberTaken(c, a)
		return Verdict{Account: a.name, Result: Unchanged, State: Missing,
			Message: accountSentence(a.name, "these cookies were removed by command; a new file or geminid cookies import brings the account back")}
	}
	known := s.accountWithSession(c.Set)
	if known == nil {
		known = s.accountThatTook(c)
	}
	if known != nil {
		if v, done := known.checkKnown(c); done {
			return v
		}
	}
	if why := s.unreadableAccount(); why != nil && known == nil {
		return s.parkCandidate(s.nameFor(c, nil), c, fmt.Sprintf("%v, and these cookies may be older than the ones in it; the file is tried when it can be read: %s", why, unreadRemedy(why)))
	}
	if c.Newer != "" {
		switch name := s.nameFor(c, known); {
		case known != nil:
			return Verdict{Account: name, Result: PassedOver}
		case s.presentAccount(s.ledger.Find(c.Newer).Account) != nil:
		case s.parking.hasCandidate(name):
			return s.parkCandidate(name, c, c.Newer+" is newer and is tried first")
		default:
			c.Newer = "" // it was refused
		}
	}
	if s.isOnHold() {
		// No call while the address is refused: the trial call comes first.
		return s.parkCandidate(s.nameFor(c, known), c, "the upstream refuses this server for now; the file is tried when that ends")
	}
	return s.proveCandidate(ctx, c)
}

// proveCandidate probes a candidate and acts on the finding.
func (s *Supervisor) proveCandidate(ctx context.Context, c Candidate) Verdict {
	finding := s.probeSet(ctx, c.Set)
	if a := s.accountWithOlderSet(c); a != nil && (finding.Evidence != cookie.SignedIn || a.compareOwner(ctx, finding.Account) != otherOwner) {
		return a.answerReplaced(c)
	}
	if a := s.identityMismatch(c, finding); a != nil {
		return s.newRejection(a.name, cookie.RejectMixed(c.File, a.name))
	}
	to := s.destinationOf(ctx, c, finding)
	proven := finding.Evidence == cookie.SignedIn
	switch a := s.presentAccount(to.name); {
	case c.Newer != "" && !isPassing(finding) && to.wait == "" && (!proven || a != nil):
		return Verdict{Account: to.name, Result: PassedOver}
	case finding.Evidence == cookie.SignedOut:
		return s.newRejection(to.name, cookie.RejectSignedOut(c.File))
	case to.wait != "":
		return s.parkCandidate(to.name, c, to.wait+"; the present cookies are kept and it is tried again")
	case to.beside != "" && to.beside == c.Account:
		return s.newRejection(to.beside, cookie.RejectOtherAccount(c.File, to.beside))
	case !proven && a != nil && !a.acceptsUnproven(finding):
		return s.parkCandidate(to.name, c, "it could not be checked now ("+finding.Detail+"); the present cookies are kept and it is tried again")
	}
	a := s.findOrAddAccount(to.name)
	if a == nil {
		return rejectTooMany(c)
	}
	return a.swapIn(ctx, c, to, finding) // if it is not proven, there is nothing to lose
}

// hasNothingToLose reports whether there is nothing that unproven cookies could
// harm: no set, or one proven dead. A session that only does not serve now (refused,
// paused, in doubt) may well be alive.
func (a *account) hasNothingToLose() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.set.IsZero() || !a.memo.Facts.Expired.IsZero()
}

// acceptsUnproven reports whether the account takes cookies that are not proven. If
// its Google account is known, they wait for an answer that names their owner, as
// long as one can come: an outage passes, a changed page may stay as it is.
func (a *account) acceptsUnproven(finding cookie.Finding) bool {
	a.mu.Lock()
	owned := a.memo.Identity != ""
	a.mu.Unlock()
	return a.hasNothingToLose() && (!owned || !isPassing(finding))
}

// isPassing reports whether the finding decides nothing now and another one may later.
func isPassing(finding cookie.Finding) bool {
	switch finding.Evidence {
	case cookie.Transient, cookie.Offline, cookie.Silent, cookie.Blocked, cookie.Limited:
		return true
	default:
		return false
	}
}

// isDoubtfulLocked reports whether there is no session, or one that may be signed out.
func (a *account) isDoubtfulLocked() bool {
	return a.set.IsZero() || !a.memo.Facts.FirstOut.IsZero() // an expired one had a first OUT
}

// answerReplaced answers an offer of cookies that others replaced.
func (a *account) answerReplaced(c Candidate) Verdict {
	a.s.rememberTaken(c, a)
	return a.newVerdict(Unchanged, "these cookies were in use before newer ones replaced them; nothing was changed"+a.rollbackHint())
}

// checkKnown answers an offer of cookies that the account knows.
func (a *account) checkKnown(c Candidate) (Verdict, bool) {
	a.mu.Lock()
	current := a.set.Key() == c.Set.Key()
	dead := a.isDoubtfulLocked()
	older := !current && (a.isInLineageLocked(c.Set) || c.past.Account == a.name && c.past.IsTaken(c.Hash))
	usable := current || older && !dead
	if usable {
		a.memo.Gone = a.memo.Gone && c.File != a.memo.File
	}
	a.mu.Unlock()
	if usable {
		a.s.rememberTaken(c, a)
	}
	switch {
	case current:
		return a.newVerdict(Unchanged, "these cookies are already in use"), true
	case older && !dead:
		return a.newVerdict(Unchanged, "these cookies are older than the ones in use; nothing was changed"), true
	}
	return Verdict{}, false
}

// swapIn swaps the candidate in.
func (a *account) swapIn(ctx context.Context, c Candidate, to destination, proof cookie.Finding) Verdict {
	if !a.acquireWork(ctx) {
		return a.newVerdict(Parked, "the server is stopping; nothing was changed")
	}
	defer a.releaseWork()
	set := c.Set
	if !proof.Set.IsZero() && proof.Set.Key() == set.Key() {
		set = proof.Set
	}
	a.s.metrics.AddAccount(a.name, stateNames()...) // which a removal forgot
	a.dispatch(saveHidden, func(m *memo, now time.Time) {
		a.installSetLocked(m, generation{set: set, origin: c.Origin, parent: a.set, end: "replaced"}, proof, now)
		m.Nominal, m.Removed, m.File, m.Remarks = c.Nominal, false, c.File, append(to.secondAccountRemark(c), warningTexts(c)...)
	})
	a.dispatch(saveLater, nil)
	a.s.rememberTaken(c, a)
	a.s.ledger.Save()
	a.s.parking.removeSpot(a.name)
	a.s.recordEvent(AuditEntry{Event: Event{Kind: status.EventSwap, Account: a.name}, Set: a.s.mark(set), Origin: string(c.Origin), Proof: proof.Evidence.String()})
	if proof.Evidence != cookie.SignedIn {
		return a.newVerdict(Applied, "in use, but not proven yet: "+proof.Detail)
	}
	return a.newVerdict(Applied, to.resultMessage())
}

// wireWarnings are the warnings of a candidate as a verdict carries them.
func wireWarnings(list []cookie.Warning) []status.Warning {
	var out []status.Warning
	for _, w := range list {
		out = append(out, status.Warning{Code: string(w.Code), Message: w.Message})
	}
	return out
}
