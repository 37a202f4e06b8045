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
