package supervisor

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
)

// Bounds of the calls to the upstream that the supervisor makes.
const (
	probeTimeout  = 20 * time.Second
	rotateTimeout = 30 * time.Second
)

// wakeLate puts the tick asked for safely after the deadline that it is for: the
// wall clock may be slewed meanwhile.
const wakeLate = 100 * time.Millisecond

// learn takes in how a live request ended and reports whether the session was
// to blame, so that another account may serve it. An answer that puts the login
// in doubt is settled by a probe before learn returns: the request that noticed
// is the one that waits.
func (a *account) learn(ctx context.Context, lease Lease, finding cookie.Finding) (blame bool) {
	current := a.view.Load().lease.Set.Key() == lease.Set.Key()
	switch finding.Evidence {
	case cookie.SignedIn:
		if current {
			a.answered()
		}
		return false
	case cookie.WeakOut, cookie.SignedOut:
		if current {
			a.doubt(ctx)
		}
		return true
	case cookie.Blocked, cookie.Limited, cookie.Action, cookie.IdentityChanged, cookie.Drift:
		if current {
			a.change(func(m *memo, now time.Time) { m.absorb(byRequest, finding, now) })
		}
		return finding.Evidence != cookie.Drift
	case cookie.Transient:
		if current {
			a.change(func(m *memo, now time.Time) { m.absorb(byRequest, finding, now) })
		}
	}
	return false
}

// answered is the path of every good request, so it writes only when there is
// something to heal.
func (a *account) answered() {
	a.mu.Lock()
	heal := a.memo.Facts.Transient > 0 || a.memo.RequestProbes > 0
	a.mu.Unlock()
	if heal {
		a.confirm(func(m *memo, now time.Time) {
			m.RequestProbes = 0
			m.absorb(byRequest, cookie.Finding{Evidence: cookie.SignedIn}, now)
		})
	}
}

// doubt probes now, unless another request's probe answered meanwhile or the
// last ones are too recent. It outlives the request: a half-done probe would
// leave the question open for all others.
func (a *account) doubt(ctx context.Context) {
	asked := a.s.now()
	ctx = context.WithoutCancel(ctx)
	if !a.lock(ctx) {
		return
	}
	defer a.unlock()
	a.mu.Lock()
	m := &a.memo
	due := !m.LastProbe.After(asked) && !asked.Before(m.LastProbe.Add(rung(requestProbes, m.RequestProbes))) &&
		m.Facts.FirstOut.IsZero() && m.Facts.Hold == "" && m.Facts.Expired.IsZero()
	if due {
		m.RequestProbes++
	}
	a.mu.Unlock()
	if due {
		a.probe(ctx)
	}
}

// absorb applies one finding to the facts.
func (m *memo) absorb(from source, finding cookie.Finding, now time.Time) {
	m.Facts = next(m.Facts, from, finding, now)
	if finding.Evidence == cookie.IdentityChanged {
		m.Halted = true
	}
	if finding.Evidence == cookie.Blocked || finding.Evidence == cookie.Limited {
		m.NextProbe = m.Facts.HoldUntil
	}
}

// probe asks the upstream and settles what follows. The work token is held.
func (a *account) probe(ctx context.Context) cookie.Finding {
	a.act("probing")
	defer a.act("idle")
	a.mu.Lock()
	set := a.set
	a.mu.Unlock()
	began := time.Now() // elapsed time, whatever happens to the wall clock
	finding := a.ask(ctx, set)
	if finding.Evidence == cookie.Silent {
		if ctx.Err() != nil {
			return finding // we were stopped: nothing was learned
		}
		finding.Evidence = cookie.Transient // an answer that says nothing is a failed probe
	}
	a.s.metrics.CookieProbeDuration.WithLabelValues(a.name).Observe(time.Since(began).Seconds())
	if finding.Evidence == cookie.SignedOut {
		found, back := a.fallBack(ctx, finding)
		if finding = found; back {
			a.probed(set, finding)
			return finding
		}
	}
	apply := a.change
	if finding.Evidence == cookie.SignedIn {
		apply = a.confirm
	}
	apply(func(m *memo, now time.Time) {
		if changed(m.Identity, finding) {
			finding = cookie.Finding{Evidence: cookie.IdentityChanged, Detail: "another Google account answers than before"}
		}
		a.proved(m, finding, now)
	})
	a.probed(set, finding)
	return finding
}

// probed counts and records a probe.
func (a *account) probed(set cookie.Set, finding cookie.Finding) {
	a.s.metrics.CookieProbes.WithLabelValues(a.name, probeResult(finding.Evidence)).Inc()
	a.s.note("probe", a.name, map[string]string{"result": finding.Evidence.String(), "detail": finding.Detail, "set": a.s.mark(set)})
}

// ask is one bounded probe.
func (a *account) ask(ctx context.Context, set cookie.Set) cookie.Finding {
	return a.s.ask(ctx, set)
}

func (s *Supervisor) ask(ctx context.Context, set cookie.Set) cookie.Finding {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return s.upstream.Probe(ctx, set)
}

func changed(known string, finding cookie.Finding) bool {
	return finding.Evidence == cookie.SignedIn && known != "" && finding.Account != "" && known != finding.Account
}

// proved applies a probe's finding: the facts, the lineage and the next probe.
func (a *account) proved(m *memo, finding cookie.Finding, now time.Time) {
	first := !m.Facts.Proven
	m.LastProbe = now
	m.absorb(byProbe, finding, now)
	if g := m.newest(); g != nil {
		g.Probes++
	}
	if finding.Evidence != cookie.SignedIn {
		m.ProbeFailures++
		m.NextProbe = a.nextProbe(m, now)
		if f := m.Facts; f.FirstOut.Equal(now) && f.Expired.IsZero() {
			a.s.wake(confirmAfter + wakeLate)
		}
		return
	}
	back := m.ProbeFailures > 0
	m.ProbeFailures, m.Halted = 0, false
	m.answeredAgain(now)
	m.NextProbe = now.Add(jittered(a.rand, a.s.probeEvery))
	if a.onTrial() {
		m.NextProbe = earlier(m.NextProbe, now.Add(trialProbes))
	}
	if finding.Account != "" {
		m.Identity = finding.Account
	}
	if g := m.newest(); g != nil {
		g.LastIn = now
	}
	if !finding.Set.IsZero() && finding.Set.Key() == a.set.Key() {
		a.set = finding.Set // refreshed extra cookies
	}
	switch {
	case first && m.NextRotation.IsZero():
		m.NextRotation = now.Add(firstRotation)
		if m.Lifetimes.short() {
			a.s.wake(firstRotation + wakeLate)
		}
	case back && m.RotateFailures > 0 && m.NextRotation.After(now) && m.Facts.Dry == 0:
		// Only the network had failed, and it is back.
		m.NextRotation = now
	}
}

// nextProbe is when to ask again after a probe that did not say IN.
func (a *account) nextProbe(m *memo, now time.Time) time.Time {
	switch f := m.Facts; {
	case f.Hold != "":
		return f.HoldUntil
	case !f.Expired.IsZero():
		return now.Add(expiredBackoff(a.rand, m.ProbeFailures))
	case now.Before(f.FirstOut.Add(confirmAfter)):
		return f.FirstOut.Add(confirmAfter)
	case !f.FirstOut.IsZero(): // the confirming probe was not heard
		return now.Add(rung(requestProbes, m.ProbeFailures))
	}
	return now.Add(probeBackoff(a.rand, m.ProbeFailures))
}

// act shows what is being done.
func (a *account) act(what string) {
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
	}
	return cookie.Offline.String() // "network": transient and offline alike
}
