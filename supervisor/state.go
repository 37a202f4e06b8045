package supervisor

import (
	"time"

	"github.com/geminid/geminid/cookie"
)

// source says where a piece of evidence comes from: the same words weigh
// differently in a probe's answer and in a live request's.
type source uint8

const (
	byProbe source = 1 << iota
	byRotation
	byRequest

	anySource = byProbe | byRotation | byRequest
)

// facts is the input of an account's state. It is plain data: [nextFacts] makes new
// facts from old ones, and [judgeState] derives the state from them.
type facts struct {
	Proven       bool      `json:"proven"`              // signed-in proof since the set was loaded
	Proof        time.Time `json:"proof,omitzero"`      // last signed-in proof by a probe
	FirstOut     time.Time `json:"first_out,omitzero"`  // unconfirmed OUT: the gate is closed
	Expired      time.Time `json:"expired,omitzero"`    // confirmed OUT
	Refused      bool      `json:"refused,omitempty"`   // a rotation was refused since the last proof
	Transient    int       `json:"transient,omitempty"` // failures in a row
	Trouble      string    `json:"trouble,omitempty"`   // drift or a step only a person can take
	Hold         State     `json:"hold,omitempty"`      // RateLimited or Blocked
	HoldSince    time.Time `json:"hold_since,omitzero"`
	HoldUntil    time.Time `json:"hold_until,omitzero"`
	DryRotations int       `json:"dry,omitempty"`    // due rotations answered without a value since the last one
	MissedSince  time.Time `json:"missed,omitzero"`  // when a renewal first failed while the session lived
	NoValue      bool      `json:"barren,omitempty"` // the upstream answered that it gives no value
	Evidence     string    `json:"evidence"`         // the reason for the present state
}

// rule is one row of the state table: the effect of a piece of evidence if it comes
// from one of the sources. The first row that fits is taken; evidence
// without a row changes nothing.
type rule struct {
	evidence cookie.Evidence
	from     source
	effect   func(f *facts, finding cookie.Finding, now time.Time)
}

var rules = []rule{
	{cookie.SignedIn, byProbe, applyProof},
	{cookie.SignedIn, byRequest, applyAnswer},
	{cookie.SignedOut, byProbe, applySignedOut},
	{cookie.Drift, anySource, applyTrouble},
	{cookie.Action, anySource, applyTrouble},
	{cookie.IdentityChanged, anySource, applyTrouble},
	{cookie.Blocked, anySource, beginHold(Blocked)},
	{cookie.Restricted, byProbe, beginHold(Blocked)},
	{cookie.Limited, byProbe | byRequest, beginHold(RateLimited)},
	{cookie.Transient, byProbe | byRequest, countFailure},
	{cookie.Offline, byProbe, postponeTrial},
	{cookie.WeakOut, byProbe, postponeTrial},
	{cookie.Rotated, byRotation, applyRenewal},
	{cookie.NoNewTS, byRotation, applyNoValue},
	{cookie.RotateLimited, byRotation, countDry},
	{cookie.RotateRefused, byRotation, applyRefusal},
	{cookie.Transient, byRotation, markMissed},
	{cookie.Offline, byRotation, markMissed},
	{cookie.Silent, byRotation, markMissed},
}

// nextFacts returns the facts after a finding. It is pure.
func nextFacts(f facts, from source, finding cookie.Finding, now time.Time) facts {
	for _, r := range rules {
		if r.evidence == finding.Evidence && r.from&from != 0 {
			r.effect(&f, finding, now)
			return f
		}
	}
	return f
}

// applyProof: one IN heals everything but the count of dry rotations, which only a
// new value ends. A rotation refused before it turns out to be a renewal missed.
func applyProof(f *facts, finding cookie.Finding, now time.Time) {
	since := f.MissedSince
	if f.Refused && since.IsZero() {
		since = now
	}
	*f = facts{Proven: true, Proof: now, DryRotations: f.DryRotations, MissedSince: since, NoValue: f.NoValue || f.Refused,
		Evidence: "signed in: " + finding.Detail}
}

// applyAnswer: a live answer shows that the upstream works. It is no proof of the
// login, because guests are answered too.
func applyAnswer(f *facts, _ cookie.Finding, _ time.Time) {
	if f.Transient >= transientLimit {
		f.Evidence = "requests are answered again"
	}
	f.Transient = 0
}

// applySignedOut: the first OUT closes the gate, a second one at least confirmAfter
// later is believed. A refused rotation before it counts as the first.
func applySignedOut(f *facts, finding cookie.Finding, now time.Time) {
	f.Evidence = "signed out: " + finding.Detail
	f.Transient = 0
	if f.FirstOut.IsZero() {
		f.FirstOut = now
	}
	if f.Expired.IsZero() && (f.Refused || now.Sub(f.FirstOut) >= confirmAfter) {
		f.Expired = now
	}
	f.Hold = ""
}

func applyTrouble(f *facts, finding cookie.Finding, now time.Time) {
	f.Trouble = finding.Evidence.String() + ": " + finding.Detail
	f.Evidence = f.Trouble
	postponeTrial(f, finding, now)
}

// postponeTrial: a trial call without a verdict leaves the hold in place and
// the next trial as far away as the last refusal would.
func postponeTrial(f *facts, _ cookie.Finding, now time.Time) {
	if f.Hold != "" && !now.Before(f.HoldUntil) {
		f.HoldUntil = now.Add(holdFor(f.Hold, now.Sub(f.HoldSince), 0))
	}
}

// beginHold: the clock of a hold starts when it is first seen; each further refusal
// makes the next trial later. Holds belong to the account and the address, so a
// new file does not end them; another route does (memo.reroute).
func beginHold(state State) func(*facts, cookie.Finding, time.Time) {
	return func(f *facts, finding cookie.Finding, now time.Time) {
		if f.Hold != state {
			f.Hold, f.HoldSince = state, now
		}
		f.HoldUntil = now.Add(holdFor(state, now.Sub(f.HoldSince), finding.RetryAfter))
		f.Evidence = string(state) + ": " + finding.Detail
	}
}

func countFailure(f *facts, finding cookie.Finding, now time.Time) {
	f.Transient++
	postponeTrial(f, finding, now)
	if f.Transient >= transientLimit {
		f.Evidence = "upstream fails: " + finding.Detail
	}
}

func applyRenewal(f *facts, _ cookie.Finding, _ time.Time) {
	f.DryRotations, f.Refused, f.NoValue, f.Transient, f.MissedSince = 0, false, false, 0, time.Time{}
}

func applyNoValue(f *facts, finding cookie.Finding, now time.Time) {
	f.NoValue = true
	countDry(f, finding, now)
}

func countDry(f *facts, finding cookie.Finding, now time.Time) {
	f.DryRotations++
	markMissed(f, finding, now)
}

// markMissed: an outage says nothing about the session, but its value grows older
// than planned.
func markMissed(f *facts, _ cookie.Finding, now time.Time) {
	if f.MissedSince.IsZero() {
		f.MissedSince = now
	}
}

func applyRefusal(f *facts, _ cookie.Finding, _ time.Time) {
	f.DryRotations++
	f.Refused = true
}
