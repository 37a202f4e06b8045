package supervisor

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// Bounds of the calls to the upstream that the supervisor makes.
const (
	probeTimeout  = 20 * time.Second
	rotateTimeout = 30 * time.Second
)

// wakeLate puts the tick asked for safely after the deadline that it is for: the
// wall clock may be slewed meanwhile.
const wakeLate = 100 * time.Millisecond

// learnFrom takes in how a live request ended and reports whether the session was
// to blame, so that another account may serve it. If the answer puts the login
// in doubt, a probe decides before learnFrom returns: the request that noticed is
// the one that waits.
func (a *account) learnFrom(ctx context.Context, lease Lease, finding cookie.Finding) (blame bool) {
	current := a.view.Load().lease.Set.Key() == lease.Set.Key()
	switch finding.Evidence {
	case cookie.SignedIn:
		if current {
			a.noteAnswer()
		}
		return false
	case cookie.WeakOut, cookie.SignedOut:
		if current {
			a.probeOnDoubt(ctx)
		}
		return true
	case cookie.Blocked, cookie.Limited, cookie.Action, cookie.IdentityChanged, cookie.Drift:
		if current {
			a.dispatch(saveNow, func(m *memo, now time.Time) { m.applyFinding(byRequest, finding, now) })
		}
		return finding.Evidence != cookie.Drift
	case cookie.Transient:
		if current {
			a.dispatch(saveNow, func(m *memo, now time.Time) { m.applyFinding(byRequest, finding, now) })
		}
		return false
	default:
		return false // it says nothing about the session
	}
}

// noteAnswer is the path of every good request, so it writes only if there is
// something to heal.
func (a *account) noteAnswer() {
	a.mu.Lock()
	heal := a.memo.Facts.Transient > 0 || a.memo.RequestProbes > 0
	a.mu.Unlock()
	if heal {
		a.dispatch(saveMoved, func(m *memo, now time.Time) {
			m.RequestProbes = 0
			m.applyFinding(byRequest, cookie.Finding{Evidence: cookie.SignedIn}, now)
		})
	}
}

// probeOnDoubt probes now, unless another request's probe answered meanwhile or the
// last ones are too recent. It outlives the request: a half-done probe would
// leave the question open for all others.
func (a *account) probeOnDoubt(ctx context.Context) {
	asked := a.s.now()
	ctx = context.WithoutCancel(ctx)
	if !a.acquireWork(ctx) {
		return
	}
	defer a.releaseWork()
	a.mu.Lock()
	m := &a.memo
	due := !m.LastProbe.After(asked) && !asked.Before(m.LastProbe.Add(ladderStep(requestProbes, m.RequestProbes))) &&
		m.Facts.FirstOut.IsZero() && m.Facts.Hold == "" && m.Facts.Expired.IsZero()
	if due {
		m.RequestProbes++
	}
	a.mu.Unlock()
	if due {
		a.probeNow(ctx)
	}
}

// applyFinding applies one finding to the facts.
func (m *memo) applyFinding(from source, finding cookie.Finding, now time.Time) {
	m.Facts = nextFacts(m.Facts, from, finding, now)
	if finding.Evidence == cookie.IdentityChanged {
		m.Halted = true
	}
	if finding.Evidence == cookie.Blocked || finding.Evidence == cookie.Limited {
		m.NextProbe = m.Facts.HoldUntil
	}
}

// probeNow probes the set in use and applies the finding. The work token is held.
func (a *account) probeNow(ctx context.Context) cookie.Finding {
	a.setActivity(status.Probing)
	defer a.setActivity(status.Idle)
	a.mu.Lock()
	set := a.set
	a.mu.Unlock()
	began := time.Now() // elapsed time, whatever happens to the wall clock
	finding := a.probeSet(ctx, set)
	if finding.Evidence == cookie.Silent {
		if ctx.Err() != nil {
			return finding // we were stopped: nothing was learned
		}
		finding.Evidence = cookie.Transient // an answer without evidence is a failed probe
	}
	a.s.metrics.CookieProbeDuration.WithLabelValues(a.name).Observe(time.Since(began).Seconds())
	if finding.Evidence == cookie.SignedOut {
		found, back := a.rollBackOnDoubt(ctx, finding)
		if finding = found; back {
			a.recordProbe(set, finding)
			return finding
		}
	}
	save := saveNow
	if finding.Evidence == cookie.SignedIn {
		save = saveMoved
	}
	a.dispatch(save, func(m *memo, now time.Time) {
		if identityChanged(m.Identity, finding) {
			finding = cookie.Finding{Evidence: cookie.IdentityChanged, Detail: "another Google account answers than before"}
		}
		a.applyProbeLocked(m, finding, now)
	})
	a.recordProbe(set, finding)
	return finding
}

// recordProbe counts and records a probe.
func (a *account) recordProbe(set cookie.Set, finding cookie.Finding) {
	a.s.metrics.CookieProbes.WithLabelValues(a.name, probeResult(finding.Evidence)).Inc()
	a.s.recordEvent("probe", a.name, map[string]string{"result": finding.Evidence.String(), "detail": finding.Detail, "set": a.s.mark(set)})
}

// probeSet is one bounded probe.
func (a *account) probeSet(ctx context.Context, set cookie.Set) cookie.Finding {
	return a.s.probeSet(ctx, set)
}

func (s *Supervisor) probeSet(ctx context.Context, set cookie.Set) cookie.Finding {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return s.upstream.Probe(ctx, set)
}

func identityChanged(known string, finding cookie.Finding) bool {
	return finding.Evidence == cookie.SignedIn && known != "" && finding.Account != "" && known != finding.Account
}

// applyProbeLocked applies a probe's finding: the facts, the lineage and the next
// probe.
func (a *account) applyProbeLocked(m *memo, finding cookie.Finding, now time.Time) {
	first := !m.Facts.Proven
	m.LastProbe = now
	m.applyFinding(byProbe, finding, now)
	if g := m.newestGeneration(); g != nil {
		g.Probes++
	}
	if finding.Evidence != cookie.SignedIn {
		m.ProbeFailures++
		m.NextProbe = a.nextProbeLocked(m, now)
		if f := m.Facts; f.FirstOut.Equal(now) && f.Expired.IsZero() {
			a.s.wake(confirmAfter + wakeLate)
		}
		return
	}
	back := m.ProbeFailures > 0
	m.ProbeFailures, m.Halted = 0, false
	m.releaseRepeat(now)
	m.NextProbe = now.Add(addJitter(a.rand, a.s.probeEvery))
	if a.isOnTrialLocked() {
		m.NextProbe = capTime(m.NextProbe, now.Add(trialProbes))
	}
	if finding.Account != "" {
		m.Identity = finding.Account
	}
	if g := m.newestGeneration(); g != nil {
		g.LastIn = now
	}
	if !finding.Set.IsZero() && finding.Set.Key() == a.set.Key() {
		a.set = finding.Set // refreshed extra cookies
	}
	switch {
	case first && m.NextRotation.IsZero():
		m.NextRotation = now.Add(firstRotation)
		if m.Lifetimes.isShort() {
			a.s.wake(firstRotation + wakeLate)
		}
	case back && m.RotateFailures > 0 && m.NextRotation.After(now) && m.Facts.DryRotations == 0:
		// Only the network had failed, and it is back.
		m.NextRotation = now
	}
}

// nextProbeLocked is the time of the next probe after one that did not find the session
// signed in.
func (a *account) nextProbeLocked(m *memo, now time.Time) time.Time {
	switch f := m.Facts; {
	case f.Hold != "":
		return f.HoldUntil
	case !f.Expired.IsZero():
		return now.Add(expiredBackoff(a.rand, m.ProbeFailures))
	case now.Before(f.FirstOut.Add(confirmAfter)):
		return f.FirstOut.Add(confirmAfter)
	case !f.FirstOut.IsZero(): // the confirming probe got no answer
		return now.Add(ladderStep(requestProbes, m.ProbeFailures))
	}
	return now.Add(probeBackoff(a.rand, m.ProbeFailures))
}

// setActivity sets the activity that the status shows.
func (a *account) setActivity(what status.Activity) {
	a.mu.Lock()
	a.activity = what
	a.mu.Unlock()
}

func probeResult(e cookie.Evidence) string {
	switch e {
	case cookie.SignedIn, cookie.SignedOut, cookie.Drift, cookie.Action, cookie.Blocked, cookie.Limited:
		return e.String()
	case cookie.IdentityChanged:
		return cookie.Action.String()
	case cookie.WeakOut:
		return cookie.SignedOut.String()
	default:
		return cookie.Offline.String() // "network": transient and offline alike
	}
}
