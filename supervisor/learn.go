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
	a.s.noteReach(byRequest, finding)
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
	switch finding.Evidence {
	case cookie.Blocked, cookie.Restricted, cookie.Limited:
		m.NextProbe = m.Facts.HoldUntil
	default:
	}
}

// setActivity sets the activity that the status shows.
func (a *account) setActivity(what status.Activity) {
	a.mu.Lock()
	a.activity = what
	a.mu.Unlock()
}
