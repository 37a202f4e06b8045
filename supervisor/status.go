package supervisor

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// transition is a state change on its way to the log.
type transition struct {
	from, to       State
	evidence, next string
	removed        bool // by command: such an account has no metrics
}

// announceTransition reports a transition once: log, counter, audit. mu is not held.
func (a *account) announceTransition(t *transition) {
	if t == nil {
		return
	}
	level := a.s.log.Info
	switch t.to {
	case Expired, Unreadable:
		level = a.s.log.Error
	case Expiring, Degraded, Suspect, Unreachable, Blocked, RateLimited:
		level = a.s.log.Warn
	default: // good news, or none
	}
	level("session changed state", "account", a.name, "from", t.from, "to", t.to, "evidence", t.evidence, "next", t.next)
	if !t.removed {
		a.s.metrics.CookieTransitions.WithLabelValues(a.name, string(t.from), string(t.to)).Inc()
	}
	a.s.recordEvent(AuditEntry{Event: Event{Kind: status.EventState, Account: a.name, From: t.from, Result: string(t.to), Detail: t.evidence}})
}

// stateNames returns the words of all states, as metrics have them.
func stateNames() []string {
	var names []string
	for _, s := range status.States() {
		names = append(names, string(s))
	}
	return append(names, string(PausedState))
}

// setGaugesLocked mirrors the account into the metrics, where a removed one has no
// series.
func (a *account) setGaugesLocked() {
	x, m, name := a.s.metrics, &a.memo, a.name
	if m.Removed {
		x.RemoveAccount(name)
		return
	}
	standing := m.State
	if m.Paused {
		standing = PausedState
	}
	for _, s := range stateNames() {
		v := 0.0
		if s == string(standing) {
			v = 1
		}
		x.CookieState.WithLabelValues(name, s).Set(v)
	}
	x.CookieStateChanged.WithLabelValues(name).Set(unixSeconds(m.Since))
	x.CookieProbeSuccess.WithLabelValues(name).Set(unixSeconds(m.Facts.Proof))
	x.CookieRotationSuccess.WithLabelValues(name).Set(unixSeconds(m.LastRotation))
	x.CookieRotationNext.WithLabelValues(name).Set(unixSeconds(m.NextRotation))
	x.CookieTrialNext.WithLabelValues(name).Set(unixSeconds(m.trialAt()))
	x.CookieIssued.WithLabelValues(name).Set(unixSeconds(m.Issued))
	x.CookiePredictedExpiry.WithLabelValues(name).Set(unixSeconds(a.outlookLocked(a.s.now()).end))
}

func unixSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

func saveResult(err error) string {
	if err != nil {
		return "error"
	}
	return "success"
}

// nextActionLocked names the next step that needs no person.
func (a *account) nextActionLocked(now time.Time, state State) string {
	m := &a.memo
	switch {
	case m.Paused:
		return "nothing: paused by command"
	case state == Unreadable:
		return "the saved state is read again at every tick"
	case state == Missing:
		return "waiting for a cookie file"
	case state == Expired:
		return "waiting for new cookies; looks again in " + timeUntil(now, m.NextProbe)
	case m.Facts.Hold != "":
		return "one trial call in " + timeUntil(now, m.Facts.HoldUntil) +
			"; once the cause is gone, one now: geminid cookies probe " + a.name
	case !m.Facts.FirstOut.IsZero():
		return "confirming probe in " + timeUntil(now, m.NextProbe)
	case m.Halted || m.NextRotation.IsZero() || m.NextProbe.Before(m.nextRotation(now)):
		return "probe in " + timeUntil(now, m.NextProbe)
	}
	return "rotation in " + timeUntil(now, m.nextRotation(now))
}

func timeUntil(now, then time.Time) string { return status.FormatDuration(max(0, then.Sub(now))) }

// remedyLocked is the advice to the owner, empty if there is none.
func (a *account) remedyLocked() string {
	m := &a.memo
	const renew = "sign in to gemini.google.com in a private Firefox window, export the cookies, drop the file into the inbox, and close the window without signing out"
	switch {
	case m.Paused:
		return "run: geminid cookies resume " + a.name
	case m.State == Unreadable:
		return unreadRemedy(a.unreadErr)
	case m.State == Missing:
		return "drop a cookie file into the inbox: " + renew
	case m.State == Expired:
		return renew
	case m.State == Unreachable:
		return unreachableRemedy
	case m.State == Expiring:
		return "the session is about to end: " + renew
	case m.Halted:
		return "two accounts got mixed: export the cookies again from one browser profile and drop the file"
	case a.restriction != 0 && (m.State == Blocked || m.Facts.Trouble != ""):
		return "open gemini.google.com in the browser of this account and see what it says: Google restricts the account"
	case m.Facts.Trouble != "":
		return "open gemini.google.com in the browser of this account and accept what it asks for; if nothing is asked, look for a newer geminid"
	case m.State == Blocked:
		return "wait; the address of this server is refused for now, and more calls make it longer"
	}
	return ""
}

// unreachableRemedy is the advice while the upstream cannot be reached.
const unreachableRemedy = "check the network of this server, its name servers and upstream_proxy; geminid doctor names the cause and the cure"

// notesLocked are suspicions and warnings in plain words.
func (a *account) notesLocked(now time.Time) []string {
	m := &a.memo
	out := slices.Clone(m.Remarks)
	if m.Facts.DryRotations >= dryLimit && m.Facts.Proven {
		out = append(out, fmt.Sprintf("%d rotations gave no new value although the session is signed in: it is probably bound to the device it was made on (recent Chrome or Edge) and cannot be kept alive here; export again from Firefox", m.Facts.DryRotations))
	}
	if m.Lifetimes.hasSecondHolder(now) {
		out = append(out, "freshly renewed values died twice within a day: something else renews this session, such as an open browser tab or a second server; close it without signing out")
	}
	if a.restriction != 0 {
		out = append(out, fmt.Sprintf("Google restricts this account (code %d): open gemini.google.com in its browser and see what it says", a.restriction))
	}
	if m.Halted {
		out = append(out, "another Google account answers than before; rotation is stopped")
	}
	if !a.saved {
		out = append(out, "not saved: the state directory cannot be written, and a restart now would lose the newest value")
	}
	if m.Gone {
		out = append(out, m.File+" was deleted from the inbox; the session goes on without it")
	}
	if m.Lifetimes.Ceiling > 0 {
		out = append(out, "rotating more often since a value ended before its renewal was due")
	}
	if c, ok := a.s.parking.parkedCandidate(a.name); ok {
		out = append(out, "a new cookie file waits for its check: "+c.File)
	}
	return out
}

func (a *account) takeSnapshot(now time.Time) Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	m, v := &a.memo, a.view.Load()
	out := Account{
		Name: a.name, State: m.State, Activity: a.activity, Since: m.Since, Evidence: evidenceText(m.Facts, m.State, a.outlookLocked(now)),
		NextAction: a.nextActionLocked(now, m.State), Remedy: a.remedyLocked(),
		PredictedEnd: a.outlookLocked(now).end, Basis: m.Lifetimes.basisText(), Nominal: m.Nominal,
		LastProbe: m.LastProbe, LastProof: m.Facts.Proof, LastRotation: m.LastRotation,
		NextProbe: m.NextProbe, NextRotation: m.nextRotation(now), RetryAt: m.trialAt(),
		Generation: m.Number, Mark: a.markOf(a.set), Persisted: a.saved,
		Serving: v != nil && v.serving, Notes: a.notesLocked(now), LastFile: a.s.events.lastFile(a.name),
		Quotas: a.quotas,
		Fault:  faultIn(m.State, a.s.reach.get()), RotationsFailed: max(m.RotateFailures, m.Facts.DryRotations), SecondHolder: m.Lifetimes.hasSecondHolder(now),
	}
	if m.Paused {
		out.Activity = status.Paused
	}
	return out
}

// trialAt is when the one call is made that tries whether the upstream still refuses,
// zero if it does not.
func (m *memo) trialAt() time.Time {
	if m.Facts.Hold == "" {
		return time.Time{}
	}
	return m.Facts.HoldUntil
}

// faultIn is the fault that an account in this state suffers from.
func faultIn(state State, reach Reach) status.Fault {
	if state != Unreachable {
		return ""
	}
	return reach.Fault
}

// Accounts returns a snapshot of all accounts but the removed ones, worst first.
func (s *Supervisor) Accounts() []Account {
	now := s.now()
	var out []Account
	for _, a := range s.presentAccounts() {
		out = append(out, a.takeSnapshot(now))
	}
	slices.SortStableFunc(out, func(x, y Account) int { return cmp.Compare(y.Standing().Rank(), x.Standing().Rank()) })
	return out
}
