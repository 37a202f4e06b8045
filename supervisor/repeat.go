package supervisor

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/geminid/geminid/cookie"
)

// The answer of a rotation is the only copy of the new value. If it does not come,
// the upstream may have renewed anyway; then it takes the old value
// for about a minute more, and answers it with another new one. So the same
// value is asked for again within that grace, and never two times at once.
const (
	rotateGrace = time.Minute
	repeatAfter = 2 * time.Second  // the first repeat, and any that follows a time-out
	lastRepeat  = 45 * time.Second // the second one: after the upstream's own floor, before the end of the grace
	redialAfter = 5 * time.Second  // if no connection was made: nothing reached the upstream
	mostAsks    = 3                // for one value within its grace, and one more after an answer that gave nothing
	slowAnswer  = 10 * time.Second // an ask given up after that long may still be carried out
)

// unansweredRotation is a rotation that was sent and whose answer is not known. The
// zero value means that there is none. It is written before each ask, so that the
// next run of the daemon goes on where a crash ended this one.
type unansweredRotation struct {
	First    time.Time `json:"first,omitzero"` // when the value in use was first asked for
	Last     time.Time `json:"last,omitzero"`  // the latest ask without an answer
	Attempts int       `json:"asks,omitempty"` // how often since
	Next     time.Time `json:"next,omitzero"`  // no ask before that
	Slow     bool      `json:"slow,omitempty"` // one was given up after a long wait and may be carried out late
}

// hasGrace reports whether the value may still have its grace: any of the asks without
// an answer may be the one that renewed.
func (u unansweredRotation) hasGrace(now time.Time) bool {
	return !u.Last.IsZero() && now.Before(u.Last.Add(rotateGrace))
}

// isDue reports whether the same value is to be asked for again now.
func (u unansweredRotation) isDue(now time.Time) bool { return u.hasGrace(now) && !now.Before(u.Next) }

// recordAttempt notes an attempt that is about to be made.
func (m *memo) recordAttempt(now time.Time) {
	if !m.Unanswered.hasGrace(now) {
		if !m.Unanswered.Last.IsZero() {
			m.countUnanswered() // its repeat did not come in time
		}
		m.Unanswered = unansweredRotation{First: now, Last: now}
	}
	m.Unanswered.Attempts++
	m.Unanswered.Next = now
	m.LastAttempt = now
}

// countUnanswered counts a value that was asked for in vain.
func (m *memo) countUnanswered() {
	m.RotateFailures++
	m.UnansweredInRow++
}

// attemptLimit is how often one value is asked for in all. It falls while no answer
// comes, because an upstream that is down for an hour must not be hammered, and
// one that answers no probe renews nothing.
func (m *memo) attemptLimit() int {
	switch {
	case m.UnansweredInRow == 0:
		return mostAsks
	case m.UnansweredInRow < transientLimit || m.ProbeFailures == 0:
		return mostAsks - 1
	}
	return 1
}

// planRepeat plans to ask for the same value again after this finding and reports
// whether it did. A wait that the upstream named is kept, even if the grace
// is over by then.
func (m *memo) planRepeat(finding cookie.Finding, now time.Time) bool {
	u := &m.Unanswered
	limit, wait, last := m.attemptLimit(), repeatAfter, u.First.Add(lastRepeat)
	switch finding.Evidence {
	case cookie.Transient: // the answer may be lost
		m.LastUnanswered = m.LastAttempt
		u.Last, u.Slow = m.LastAttempt, u.Slow || now.Sub(m.LastAttempt) >= slowAnswer
	case cookie.Offline:
		if wait = redialAfter; u.Attempts > 1 {
			u.Attempts-- // this one was not sent
		} else {
			return false
		}
	case cookie.RotateLimited:
		// The value was renewed moments ago, by an ask whose answer is lost.
		if limit, last = mostAsks+1, u.Last.Add(lastRepeat); u.Attempts == 1 {
			return false
		}
	case cookie.NoNewTS, cookie.RotateRefused, cookie.Drift, cookie.Silent:
		// An answer that gives nothing; that of an earlier ask is still lost.
		if limit++; u.Attempts == 1 {
			return false
		}
	default:
		return false
	}
	next := now.Add(max(wait, finding.RetryAfter))
	if u.Attempts > 1 && next.Before(last) {
		next = last
	}
	if limit == 1 && finding.RetryAfter == 0 {
		// After a long outage a probe says whether a repeat is worth it.
		m.NextProbe, u.Next = now, u.Last.Add(rotateGrace)
		return true
	}
	if u.Attempts >= limit || !u.hasGrace(next) {
		return false
	}
	u.Next = next
	return true
}

// releaseRepeat lets the repeat that waits for a probe be made now.
func (m *memo) releaseRepeat(now time.Time) {
	if u := &m.Unanswered; u.hasGrace(now) && u.Next.Equal(u.Last.Add(rotateGrace)) {
		u.Next = now
	}
}

// nextRotation is the time of the next attempt of any kind, zero if none is planned.
func (m *memo) nextRotation(now time.Time) time.Time {
	if u := m.Unanswered; u.hasGrace(now) && u.Next.Before(m.NextRotation) {
		return u.Next
	}
	return m.NextRotation
}

// resumeRotation takes over an attempt that the last run of the daemon did not
// finish: the value is asked for again at once while its grace lasts, once more than
// attemptLimit allows. It counts as failed, so that a crash loop does not hammer.
func (m *memo) resumeRotation(r *rand.Rand, now time.Time) {
	if m.Unanswered.Last.IsZero() {
		return
	}
	m.Unanswered.Last, m.LastUnanswered = m.LastAttempt, m.LastAttempt
	if !m.Unanswered.hasGrace(now) || m.Unanswered.Attempts > m.attemptLimit() {
		m.Unanswered = unansweredRotation{}
	}
	m.countUnanswered()
	m.NextRotation = m.LastAttempt.Add(rotateBackoff(r, m.RotateFailures))
}

// finishRotation makes the repeat that is due in a moment before the daemon
// stops: the next run may begin after the grace. The work token is held.
func (a *account) finishRotation(ctx context.Context) {
	a.mu.Lock()
	now := a.s.now()
	u, wait := a.memo.Unanswered, a.memo.Unanswered.Next.Sub(now)
	due := u.hasGrace(now) && wait <= repeatAfter && a.memo.dueWork(u.Next, !a.set.IsZero()) == rotationDue
	a.mu.Unlock()
	if !due {
		return
	}
	select {
	case <-time.After(wait):
		a.rotateNow(ctx)
	case <-ctx.Done():
	}
}
