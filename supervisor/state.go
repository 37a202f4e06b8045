package supervisor

import (
	"fmt"
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

// facts is all that an account's state follows from. It is plain data: next
// makes new facts from old ones and judge reads the state off them.
type facts struct {
	Proven    bool      `json:"proven"`              // signed-in proof since the set was loaded
	Proof     time.Time `json:"proof,omitzero"`      // last signed-in proof by a probe
	FirstOut  time.Time `json:"first_out,omitzero"`  // unconfirmed OUT: the gate is closed
	Expired   time.Time `json:"expired,omitzero"`    // confirmed OUT
	Refused   bool      `json:"refused,omitempty"`   // a rotation was refused since the last proof
	Transient int       `json:"transient,omitempty"` // failures in a row
	Trouble   string    `json:"trouble,omitempty"`   // drift or a step only a person can take
	Hold      State     `json:"hold,omitempty"`      // RateLimited or Blocked
	HoldSince time.Time `json:"hold_since,omitzero"`
	HoldUntil time.Time `json:"hold_until,omitzero"`
	Dry       int       `json:"dry,omitempty"`    // due rotations answered without a value since the last one
	Missed    time.Time `json:"missed,omitzero"`  // when a renewal first failed while the session lived
	Barren    bool      `json:"barren,omitempty"` // the upstream answered that it gives no value
	Evidence  string    `json:"evidence"`         // what the present state rests on
}

// rule is one row of the state table: what a piece of evidence does when it
// comes from one of the sources. The first row that fits is taken; evidence
// without a row changes nothing.
type rule struct {
	evidence cookie.Evidence
	from     source
	effect   func(f *facts, finding cookie.Finding, now time.Time)
}

var rules = []rule{
	{cookie.SignedIn, byProbe, proven},
	{cookie.SignedIn, byRequest, answered},
	{cookie.SignedOut, byProbe, signedOut},
	{cookie.Drift, anySource, troubled},
	{cookie.Action, anySource, troubled},
	{cookie.IdentityChanged, anySource, troubled},
	{cookie.Blocked, anySource, hold(Blocked)},
	{cookie.Limited, byProbe | byRequest, hold(RateLimited)},
	{cookie.Transient, byProbe | byRequest, failed},
	{cookie.Offline, byProbe, unheard},
	{cookie.WeakOut, byProbe, unheard},
	{cookie.Rotated, byRotation, renewed},
	{cookie.NoNewTS, byRotation, barren},
	{cookie.RotateLimited, byRotation, dry},
	{cookie.RotateRefused, byRotation, refused},
	{cookie.Transient, byRotation, missed},
	{cookie.Offline, byRotation, missed},
	{cookie.Silent, byRotation, missed},
}

// next returns the facts after a finding. It is pure.
func next(f facts, from source, finding cookie.Finding, now time.Time) facts {
	for _, r := range rules {
		if r.evidence == finding.Evidence && r.from&from != 0 {
			r.effect(&f, finding, now)
			return f
		}
	}
	return f
}

// proven: one IN heals everything but the count of dry rotations, which only a
// new value ends. A rotation refused before it turns out to be a renewal missed.
func proven(f *facts, finding cookie.Finding, now time.Time) {
	since := f.Missed
	if f.Refused && since.IsZero() {
		since = now
	}
	*f = facts{Proven: true, Proof: now, Dry: f.Dry, Missed: since, Barren: f.Barren || f.Refused,
		Evidence: "signed in: " + finding.Detail}
}

// answered: a live answer shows that the upstream works. It is no proof of the
// login, because guests are answered too.
func answered(f *facts, _ cookie.Finding, _ time.Time) {
	if f.Transient >= transientLimit {
		f.Evidence = "requests are answered again"
	}
	f.Transient = 0
}

// signedOut: the first OUT closes the gate, a second one at least confirmAfter
// later is believed. A refused rotation before it counts as the first.
func signedOut(f *facts, finding cookie.Finding, now time.Time) {
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

func troubled(f *facts, finding cookie.Finding, now time.Time) {
	f.Trouble = finding.Evidence.String() + ": " + finding.Detail
	f.Evidence = f.Trouble
	unheard(f, finding, now)
}

// unheard: a trial call that brought no verdict leaves the hold in place and
// the next trial as far away as the last refusal would.
func unheard(f *facts, _ cookie.Finding, now time.Time) {
	if f.Hold != "" && !now.Before(f.HoldUntil) {
		f.HoldUntil = now.Add(holdFor(f.Hold, now.Sub(f.HoldSince), 0))
	}
}

// hold: the clock of a hold starts when it is first seen; each further refusal
// makes the next trial later. Holds belong to the account and the address, so a
// new file does not end them.
func hold(state State) func(*facts, cookie.Finding, time.Time) {
	return func(f *facts, finding cookie.Finding, now time.Time) {
		if f.Hold != state {
			f.Hold, f.HoldSince = state, now
		}
		f.HoldUntil = now.Add(holdFor(state, now.Sub(f.HoldSince), finding.RetryAfter))
		f.Evidence = string(state) + ": " + finding.Detail
	}
}

func failed(f *facts, finding cookie.Finding, now time.Time) {
	f.Transient++
	unheard(f, finding, now)
	if f.Transient >= transientLimit {
		f.Evidence = "upstream fails: " + finding.Detail
	}
}

func renewed(f *facts, _ cookie.Finding, _ time.Time) {
	f.Dry, f.Refused, f.Barren, f.Transient, f.Missed = 0, false, false, 0, time.Time{}
}

func barren(f *facts, finding cookie.Finding, now time.Time) {
	f.Barren = true
	dry(f, finding, now)
}

func dry(f *facts, finding cookie.Finding, now time.Time) {
	f.Dry++
	missed(f, finding, now)
}

// missed: an outage says nothing about the session, but its value grows older
// than planned.
func missed(f *facts, _ cookie.Finding, now time.Time) {
	if f.Missed.IsZero() {
		f.Missed = now
	}
}

func refused(f *facts, _ cookie.Finding, _ time.Time) {
	f.Dry++
	f.Refused = true
}

const (
	confirmAfter   = 30 * time.Second // between the OUT that closes the gate and the one that is believed
	transientLimit = 3                // failures in a row that make a session degraded
	dryLimit       = 3                // due rotations without a value that make it expiring
	dryNear        = 2                // the same when the predicted end is near; one is chance
)

// outlook is what judge needs to know beside the facts.
type outlook struct {
	now     time.Time
	present bool          // there is a set
	fresh   time.Duration // how long a proof holds
	end     time.Time     // predicted end, zero when unknown
	life    time.Duration // the lifetime behind it
}

// judge reads the state off the facts. It is pure.
func judge(f facts, o outlook) State {
	switch {
	case !o.present:
		return Missing
	case !f.Expired.IsZero():
		return Expired
	case f.Hold != "":
		return f.Hold
	case !f.FirstOut.IsZero():
		return Degraded
	case !f.Proven:
		return Unknown
	case f.Transient >= transientLimit, f.Trouble != "", o.now.Sub(f.Proof) > o.fresh:
		return Degraded
	case f.Dry >= dryLimit, f.Dry >= dryNear && ending(o):
		return Expiring
	}
	return Healthy
}

// grounds says in words what a state rests on. It is pure.
func grounds(f facts, state State, o outlook) string {
	switch {
	case state == Expiring:
		return fmt.Sprintf("%d rotations in a row gave no new value, the last %s ago", f.Dry, short(o.now.Sub(f.Missed)))
	case state == Degraded && f.FirstOut.IsZero() && f.Transient < transientLimit && f.Trouble == "":
		return "no proof of life for " + short(o.now.Sub(f.Proof))
	case state == Missing && f.Evidence == "":
		return "no cookies were brought yet"
	}
	return f.Evidence
}

// ending reports whether the predicted end is near. A session whose rotations
// give values is renewed long before, so only one that went dry is asked.
func ending(o outlook) bool {
	if o.end.IsZero() {
		return false
	}
	margin := max(10*time.Minute, min(90*time.Minute, o.life/2))
	return o.end.Sub(o.now) < margin
}

// serves reports whether requests may use a session with these facts.
func serves(f facts, state State) bool {
	switch state {
	case Healthy, Expiring, Degraded, Unknown:
		return f.FirstOut.IsZero()
	}
	return false
}

// rank orders states for picking: the lower the better.
func rank(s State) int {
	for i, candidate := range []State{Healthy, Expiring, Unknown, Degraded, RateLimited, Blocked, Expired, Missing} {
		if s == candidate {
			return i
		}
	}
	return len(s)
}
