package supervisor

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

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
		a.setQuotasLocked(finding)
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
	if !finding.PageRead.IsZero() {
		a.s.metrics.UpstreamPageRead.WithLabelValues(a.name).Set(unixSeconds(finding.PageRead))
	}
	a.s.metrics.CookieProbes.WithLabelValues(a.name, probeResult(finding.Evidence)).Inc()
	a.s.recordEvent(AuditEntry{Event: Event{Kind: status.EventProbe, Account: a.name, Result: finding.Evidence.String(), Detail: finding.Detail}, Set: a.s.mark(set)})
}

// probeSet is one bounded probe.
func (a *account) probeSet(ctx context.Context, set cookie.Set) cookie.Finding {
	return a.s.probeSet(ctx, set)
}

func (s *Supervisor) probeSet(ctx context.Context, set cookie.Set) cookie.Finding {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	finding := s.upstream.Probe(ctx, set)
	s.noteReach(byProbe, finding)
	return finding
}

func identityChanged(known string, finding cookie.Finding) bool {
	return finding.Evidence == cookie.SignedIn && known != "" && finding.Account != "" && known != finding.Account
}

// applyProbeLocked applies a probe's finding to the account, and asks for a tick if
// the next step cannot wait for the regular one.
func (a *account) applyProbeLocked(m *memo, finding cookie.Finding, now time.Time) {
	if finding.Evidence == cookie.SignedIn && !finding.Set.IsZero() && finding.Set.Key() == a.set.Key() {
		a.set = finding.Set // refreshed extra cookies
	}
	pace := probePace{rand: a.rand, every: a.s.probeEvery, previous: !a.previous.IsZero()}
	if after := m.applyProbe(pace, finding, now); after > 0 {
		a.s.wake(after + wakeLate)
	}
}

// probePace is the input of applyProbe beside the memo.
type probePace struct {
	rand     *rand.Rand
	every    time.Duration // between probes
	previous bool          // there is a set to go back to
}

// applyProbe applies a probe's finding: the facts, the lineage and the next probe.
// It returns after how long a tick is needed, zero if the regular ticks will do. It
// is pure but for the draws.
func (m *memo) applyProbe(pace probePace, finding cookie.Finding, now time.Time) (wake time.Duration) {
	first := !m.Facts.Proven
	m.LastProbe = now
	m.applyFinding(byProbe, finding, now)
	if g := m.newestGeneration(); g != nil {
		g.Probes++
	}
	if finding.Evidence != cookie.SignedIn {
		m.ProbeFailures++
		m.NextProbe = m.nextProbe(pace.rand, now)
		if finding.Evidence == cookie.Offline && m.Facts.Hold == "" && m.Facts.Expired.IsZero() {
			return m.planRedial(pace.rand, now)
		}
		if f := m.Facts; f.FirstOut.Equal(now) && f.Expired.IsZero() {
			return confirmAfter
		}
		return 0
	}
	back := m.ProbeFailures > 0
	m.ProbeFailures, m.Halted = 0, false
	m.releaseRepeat(now)
	m.NextProbe = now.Add(addJitter(pace.rand, pace.every))
	if pace.previous && m.isOnTrial() {
		m.NextProbe = capTime(m.NextProbe, now.Add(trialProbes))
	}
	if finding.Account != "" {
		m.Identity = finding.Account
	}
	if g := m.newestGeneration(); g != nil {
		g.LastIn = now
	}
	switch {
	case first && m.NextRotation.IsZero():
		m.NextRotation = now.Add(firstRotation)
		if m.Lifetimes.isShort() {
			return firstRotation
		}
	case back && m.RotateFailures > 0 && m.NextRotation.After(now) && m.Facts.DryRotations == 0:
		// Only the network had failed, and it is back.
		m.NextRotation = now
	}
	return 0
}

// nextProbe is the time of the next probe after one that did not find the session
// signed in.
func (m *memo) nextProbe(r *rand.Rand, now time.Time) time.Time {
	switch f := m.Facts; {
	case f.Hold != "":
		return f.HoldUntil
	case !f.Expired.IsZero():
		return now.Add(expiredBackoff(r, m.ProbeFailures))
	case now.Before(f.FirstOut.Add(confirmAfter)):
		return f.FirstOut.Add(confirmAfter)
	case !f.FirstOut.IsZero(): // the confirming probe got no answer
		return now.Add(ladderStep(requestProbes, m.ProbeFailures))
	}
	return now.Add(probeBackoff(r, m.ProbeFailures))
}

// planRedial plans the probe after one that did not reach the upstream, and returns
// after how long a tick is needed for it: the first is confirmed soon, the others
// follow with the regular ticks.
func (m *memo) planRedial(r *rand.Rand, now time.Time) (wake time.Duration) {
	wait := addJitter(r, redialEvery)
	if m.ProbeFailures == 1 {
		wait, wake = redialFirst, redialFirst
	}
	m.NextProbe = capTime(m.NextProbe, now.Add(wait))
	return wake
}

func probeResult(e cookie.Evidence) string {
	switch e {
	case cookie.SignedIn, cookie.SignedOut, cookie.Drift, cookie.Action, cookie.Blocked, cookie.Limited:
		return e.String()
	case cookie.IdentityChanged:
		return cookie.Action.String()
	case cookie.Restricted:
		return cookie.Blocked.String()
	case cookie.WeakOut:
		return cookie.SignedOut.String()
	default:
		return cookie.Offline.String() // "network": transient and offline alike
	}
}
