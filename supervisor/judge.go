package supervisor

import (
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

const (
	confirmAfter   = cookie.ConfirmAfter // between the OUT that closes the gate and the one that is believed
	transientLimit = 3                   // failures in a row that make a session degraded
	dryLimit       = 3                   // due rotations without a value that make it expiring
	dryNear        = 2                   // the same if the predicted end is near; one is chance
)

// outlook is the input of judgeState beside the facts.
type outlook struct {
	now     time.Time
	present bool          // there is a set
	unread  bool          // the saved record cannot be read
	fresh   time.Duration // how long a proof holds
	end     time.Time     // predicted end, zero if unknown
	life    time.Duration // the lifetime behind it
	waking  bool          // the clock has just jumped: the age of a proof says nothing yet
	reach   Reach         // the way to the upstream
}

// judgeState derives the state from the facts. It is pure.
func judgeState(f facts, o outlook) State {
	switch {
	case o.unread:
		return Unreadable
	case !o.present:
		return Missing
	case !f.Expired.IsZero():
		return Expired
	case f.Hold != "":
		return f.Hold
	case o.reach.Down():
		return Unreachable
	case !f.FirstOut.IsZero():
		return Suspect
	case !f.Proven:
		return Unknown
	case f.Transient >= transientLimit, f.Trouble != "", !o.waking && o.now.Sub(f.Proof) > o.fresh:
		return Degraded
	case f.DryRotations >= dryLimit, f.DryRotations >= dryNear && isEndNear(o):
		return Expiring
	}
	return Healthy
}

// evidenceText describes the evidence behind a state in words. It is pure.
func evidenceText(f facts, state State, o outlook) string {
	switch {
	case state == Unreachable:
		return unreachableText(f, o)
	case state == Expiring:
		return fmt.Sprintf("%d rotations in a row gave no new value, the first %s ago", f.DryRotations, status.FormatDuration(o.now.Sub(f.MissedSince)))
	case state == Degraded && f.Transient < transientLimit && f.Trouble == "":
		return "no proof of life for " + status.FormatDuration(o.now.Sub(f.Proof))
	case state == Missing && f.Evidence == "":
		return "no cookies were taken in yet"
	}
	return f.Evidence
}

// unreachableText says why nothing is asked, and how the session was found before.
func unreachableText(f facts, o outlook) string {
	text := fmt.Sprintf("Google cannot be reached: %s, for %s", o.reach.Fault.Cause(), status.FormatDuration(o.now.Sub(o.reach.Since)))
	if f.Proof.IsZero() {
		return text + "; the session was never proven"
	}
	return text + "; signed in when last asked, " + status.FormatDuration(o.now.Sub(f.Proof)) + " ago"
}

// isEndNear reports whether the predicted end is near. A session whose rotations
// give values is renewed long before, so only one whose rotations give nothing is
// checked.
func isEndNear(o outlook) bool {
	if o.end.IsZero() {
		return false
	}
	margin := max(10*time.Minute, min(90*time.Minute, o.life/2))
	return o.end.Sub(o.now) < margin
}

// mayLend reports whether requests may use a session with these facts. While the
// upstream cannot be reached they may too: a request that is answered is the first
// to show that it can be reached again.
func mayLend(f facts, state State) bool {
	return (state.Serves() || state == Unreachable) && f.FirstOut.IsZero()
}
