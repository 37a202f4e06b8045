package supervisor

import (
	"math/rand/v2"
	"time"

	"github.com/geminid/geminid/cookie"
)

// Source and its values let tests play findings.
type Source = source

const (
	ByProbe    = byProbe
	ByRotation = byRotation
	ByRequest  = byRequest
)

// HoldFor is the time to the next trial call.
var HoldFor = holdFor

// Play is the state machine alone.
type Play struct{ f facts }

func NewPlay() *Play { return &Play{} }

func (p *Play) Next(from Source, finding cookie.Finding, now time.Time) {
	p.f = nextFacts(p.f, from, finding, now)
}

func (p *Play) Judge(now time.Time) (State, bool) {
	state := judgeState(p.f, outlook{now: now, present: true, fresh: 12 * time.Minute})
	return state, mayLend(p.f, state)
}

// Memo, Facts and Lifetimes are what an account remembers.
type (
	Memo      = memo
	Facts     = facts
	Lifetimes = lifetimes
)

// Mend is what a jump of the clock does to the memo.
func (m *memo) Mend(now time.Time, by, slept time.Duration) {
	m.adjustToJump(now, clockJump{by, slept})
}

// MendSaved is what a start does to the memo.
func (m *memo) MendSaved(now time.Time) { m.adjustToJump(now, sinceStop(m.latestMoment(), now)) }

// Next is the state table.
func Next(f Facts, from Source, finding cookie.Finding, now time.Time) Facts {
	return nextFacts(f, from, finding, now)
}

// Outlook is what judge needs to know beside the facts.
type Outlook struct {
	Now, End       time.Time
	Fresh, Life    time.Duration
	Absent, Unread bool
	Waking         bool
}

func (o Outlook) inside() outlook {
	return outlook{now: o.Now, present: !o.Absent, unread: o.Unread, fresh: o.Fresh, end: o.End, life: o.Life, waking: o.Waking}
}

// Judge and Grounds read the state off the facts and say what it rests on.
func Judge(f Facts, o Outlook) State { return judgeState(f, o.inside()) }

func Grounds(f Facts, s State, o Outlook) string { return evidenceText(f, s, o.inside()) }

// The clockwork.
var (
	RotationInterval = rotationInterval
	Jittered         = addJitter
	Backoff          = backoff
	RotateBackoff    = rotateBackoff
	ProbeBackoff     = probeBackoff
	ExpiredBackoff   = expiredBackoff
	LimitedFor       = limitedFor
)

// Unanswered is a rotation whose answer is not known.
type Unanswered = unansweredRotation

// What is due.
const (
	Nothing  = nothingDue
	Probing  = probeDue
	Rotating = rotationDue
)

func (m *memo) Due(now time.Time, present bool) dueKind { return m.dueWork(now, present) }
func (m *memo) Bury(now time.Time) time.Duration        { return m.recordDeath(now) }
func (m *memo) Repeat(f cookie.Finding, now time.Time) bool {
	return m.planRepeat(f, now)
}
func (m *memo) AnsweredAgain(now time.Time)            { m.releaseRepeat(now) }
func (m *memo) Ask(now time.Time)                      { m.recordAttempt(now) }
func (m *memo) AskLimit() int                          { return m.attemptLimit() }
func (m *memo) NextAsk(now time.Time) time.Time        { return m.nextRotation(now) }
func (m *memo) Absorb(f cookie.Finding, now time.Time) { m.applyFinding(byRequest, f, now) }
func (m *memo) Turned(r *rand.Rand, f cookie.Finding, now time.Time) time.Duration {
	return m.applyRotation(r, f, now)
}

func (l *lifetimes) Estimate() time.Duration   { return l.estimateLife() }
func (l *lifetimes) Ended(now time.Time)       { l.recordSuddenEnd(now) }
func (l *lifetimes) Relax(now time.Time)       { l.forgetOldEnds(now) }
func (l *lifetimes) Shared(now time.Time) bool { return l.hasSecondHolder(now) }
func (l *lifetimes) Basis() string             { return l.basisText() }
func (l *lifetimes) IsShort() bool             { return l.isShort() }

func (l *lifetimes) Died(age time.Duration) bool { return l.recordDeath(age) }
func (l *lifetimes) Lived(age time.Duration)     { l.recordLife(age) }
func (l *lifetimes) Clean()                      { l.dropImplausible() }

// Watch notices jumps of the wall clock.
type Watch struct{ c clockWatch }

func NewWatch(wall time.Time, slept time.Duration) *Watch { return &Watch{startClock(wall, slept)} }

// Jump is how far the wall clock and elapsed time parted.
type Jump = clockJump

func NewJump(by, slept time.Duration) Jump { return clockJump{by, slept} }

func (w *Watch) Detect(wall time.Time, slept time.Duration) Jump { return w.c.detectJump(wall, slept) }

func (j clockJump) Unsure() bool                    { return j.makesAgesUnsure() }
func (j clockJump) Corrects() bool                  { return j.correctsEra() }
func (j clockJump) Move(t, now time.Time) time.Time { return j.moveTime(t, now) }
func SinceStop(latest, now time.Time) Jump          { return sinceStop(latest, now) }

func (m *memo) ResumeRotation(r *rand.Rand, now time.Time) { m.resumeRotation(r, now) }

// ProbePace is the input of ApplyProbe beside the memo.
type ProbePace struct {
	Rand     *rand.Rand
	Every    time.Duration
	Previous bool
}

func (m *memo) ApplyProbe(p ProbePace, f cookie.Finding, now time.Time) time.Duration {
	return m.applyProbe(probePace{rand: p.Rand, every: p.Every, previous: p.Previous}, f, now)
}

// TookBefore reports whether the ledger knows a file as taken in.
func (s *Supervisor) TookBefore(c Candidate) bool {
	c.past = s.ledger.Find(c.File)
	return s.wasTaken(c)
}

// AccountFor is the account that a file is for, before anything is asked.
func (s *Supervisor) AccountFor(c Candidate) string {
	c.past = s.ledger.Find(c.File)
	return s.accountFor(c)
}
