package supervisor

import (
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
	p.f = next(p.f, from, finding, now)
}

func (p *Play) Judge(now time.Time) (State, bool) {
	state := judge(p.f, outlook{now: now, present: true, fresh: 12 * time.Minute})
	return state, serves(p.f, state)
}

// Memo, Facts and Lifetimes are what an account remembers.
type (
	Memo      = memo
	Facts     = facts
	Lifetimes = lifetimes
)

// Mend is what a jump of the clock does to the memo.
func (m *memo) Mend(now time.Time, by, slept time.Duration) { m.mend(now, jump{by, slept}) }

// MendSaved is what a start does to the memo.
func (m *memo) MendSaved(now time.Time) { m.mend(now, sinceStop(m.latest(), now)) }

func (l *lifetimes) Died(age time.Duration) bool { return l.died(age) }
func (l *lifetimes) Lived(age time.Duration)     { l.lived(age) }
func (l *lifetimes) Clean()                      { l.clean() }
