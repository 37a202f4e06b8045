package supervisor

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// rotateNow fetches a new PSIDTS and takes it into use. The work token is held. That a
// rotation is due is decided by dueWork (tick.go), the moment of the next one by
// applyRotation.
// Order matters: the attempt is written down before the call, so that a crash
// loop cannot hammer and the next run repeats it in time. The new value is saved
// before it is used, because the old one may already be dying. The page token
// follows; then requests see it.
func (a *account) rotateNow(ctx context.Context) cookie.Finding {
	a.setActivity(status.Rotating)
	defer a.setActivity(status.Idle)
	a.dispatch(saveNow, func(m *memo, now time.Time) { m.recordAttempt(now) })
	a.mu.Lock()
	before := a.set
	a.mu.Unlock()

	// A rotation that was sent must be finished: its answer is the only copy.
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), rotateTimeout)
	finding := a.s.upstream.Rotate(call, before)
	cancel()
	a.s.noteReach(byRotation, finding)

	after := finding.Set
	if finding.Evidence == cookie.Rotated && (after.IsZero() || after.Key() == before.Key()) {
		finding = cookie.Finding{Evidence: cookie.NoNewTS, Detail: "the answer repeated the value in use", Interval: finding.Interval}
	}
	if finding.Evidence == cookie.Rotated {
		a.saveRotated(before, finding)
		renew, done := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout)
		a.s.upstream.Renew(renew, before, after)
		done()
		a.dispatch(saveLater, nil)
	} else {
		a.dispatch(saveNow, func(m *memo, now time.Time) { a.applyRotationLocked(m, finding, now) })
	}
	result := rotationResult(finding.Evidence)
	a.s.metrics.CookieRotations.WithLabelValues(a.name, result).Inc()
	a.s.recordEvent(AuditEntry{Event: Event{Kind: status.EventRotation, Account: a.name, Result: result, Detail: finding.Detail},
		Set: a.s.mark(before), Next: a.s.mark(after)})
	return finding
}

// saveRotated saves a rotated value before anything uses it: the record holds it as
// current while requests are still lent the old one.
func (a *account) saveRotated(before cookie.Set, finding cookie.Finding) {
	a.dispatch(saveHidden, func(m *memo, now time.Time) {
		if !m.Unsure {
			m.Lifetimes.recordLife(now.Sub(m.Issued))
		}
		a.appendGenerationLocked(m, generation{set: finding.Set, origin: FromRotation, parent: before, end: "rotated"}, now)
		m.LastRotation = now
		a.applyRotationLocked(m, finding, now)
	})
}

// applyRotationLocked applies a rotation's finding, plans the next one, and asks for
// a tick if that cannot wait for the regular one.
func (a *account) applyRotationLocked(m *memo, finding cookie.Finding, now time.Time) {
	if after := m.applyRotation(a.rand, finding, now); after > 0 {
		a.s.wake(after + wakeLate)
	}
}

// applyRotation applies a rotation's finding and plans the next one. It returns after
// how long a tick is needed for that, zero if the regular ticks will do.
func (m *memo) applyRotation(r *rand.Rand, finding cookie.Finding, now time.Time) (wake time.Duration) {
	asked := m.Unanswered
	m.applyFinding(byRotation, finding, now)
	if finding.Evidence == cookie.RotateRefused {
		m.NextProbe = now // a refusal is a hint; a probe decides
	}
	if m.planRepeat(finding, now) {
		m.NextRotation = now.Add(rotateBackoff(r, m.RotateFailures+1)) // if that tick comes too late
		return m.Unanswered.Next.Sub(now)
	}
	m.Unanswered = unansweredRotation{}
	if 0 < finding.Interval && finding.Interval <= rotateAnswer {
		m.Wish = max(finding.Interval, rotateFloor)
	}
	m.Lifetimes.forgetOldEnds(now)
	regular := now.Add(rotationInterval(r, m.Wish, m.Lifetimes.estimateLife(), m.Lifetimes.rotationCeiling()))
	switch finding.Evidence {
	case cookie.Rotated:
		m.RotateFailures, m.UnansweredInRow = 0, 0
		m.NextRotation, m.DueBy = regular, regular
		if asked.Slow {
			// The ask that was given up may be carried out late and replace the new
			// value: renewing once more comes before the end of its grace.
			m.NextRotation = m.LastAttempt.Add(rotateFloor)
		}
		if asked.Slow || m.Lifetimes.isShort() {
			return m.NextRotation.Sub(now)
		}
	case cookie.NoNewTS:
		m.RotateFailures, m.UnansweredInRow = 0, 0
		m.NextRotation = regular
		if n := m.Facts.DryRotations; n <= len(dryRetries) {
			m.NextRotation = now.Add(dryRetries[n-1])
		}
	case cookie.RotateLimited:
		m.RotateFailures, m.UnansweredInRow = m.RotateFailures+1, 0
		m.NextRotation = now.Add(limitedFor(finding.RetryAfter, m.RotateFailures))
	case cookie.RotateRefused:
		m.RotateFailures, m.UnansweredInRow = m.RotateFailures+1, 0
		m.NextRotation = now.Add(rotateBackoff(r, m.RotateFailures))
	case cookie.Offline: // nothing was sent
		m.RotateFailures++
		m.NextRotation = now.Add(rotateBackoff(r, m.RotateFailures))
	default:
		m.countUnanswered()
		m.NextRotation = now.Add(rotateBackoff(r, m.RotateFailures))
	}
	return 0
}

func rotationResult(e cookie.Evidence) string {
	switch e {
	case cookie.Rotated, cookie.NoNewTS, cookie.RotateRefused, cookie.IdentityChanged:
		return e.String()
	case cookie.RotateLimited, cookie.Limited:
		return cookie.Limited.String()
	case cookie.Silent, cookie.Blocked:
		return "skipped"
	default:
		return cookie.Offline.String()
	}
}
