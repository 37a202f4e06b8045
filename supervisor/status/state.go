package status

import "slices"

// State is the judgement of a session. The work on it is an [Activity].
//
// A new state needs its constant and its place in [States] here, its words in words.go,
// its name for the rooms above in supervisor/api.go, and the facts that lead to it in
// supervisor/judge.go (judgeState). Further places choose by state: supervisor/status.go
// (log level, next action, remedy), supervisor/supervisor.go (servingTier),
// gateway/api/errors.go (the answer to a request), gateway/page/texts, daemon/notices.go,
// ops/doctor/server.go, ops/report/risk.go, cmd/gchat (status.go, internal/ssh/watch.go)
// and docs/openapi.yaml; README.md lists the states. Metrics and reports follow from
// States.
type State string

// The states of a session.
const (
	Healthy     State = "healthy"      // signed-in proof younger than two probe intervals
	Expiring    State = "expiring"     // signed in, but its end is near
	Degraded    State = "degraded"     // was healthy; the upstream fails or is not understood, and questions are tried
	Suspect     State = "suspect"      // signed out by one answer; a second one decides, and nothing is asked meanwhile
	Unknown     State = "unknown"      // not yet proven
	Unreachable State = "unreachable"  // the upstream cannot be reached; signed in when last asked, or never asked
	RateLimited State = "rate_limited" // the upstream said slow down
	Blocked     State = "blocked"      // this address or account is refused for now
	Expired     State = "expired"      // proven signed out
	Missing     State = "missing"      // no usable cookies
	Unreadable  State = "unreadable"   // its saved record cannot be read
)

// PausedState is how an account stands that its owner paused, whatever its own state,
// which is never this one. The whole stands so if nothing serves and the best account
// is paused.
const PausedState = State(Paused)

// States returns every state, best first: the overall state is the first that an
// account has, and accounts are listed from the last. The caller owns the slice.
func States() []State {
	return []State{Healthy, Expiring, Unknown, Degraded, Suspect, Unreachable, RateLimited, Blocked, Expired, Unreadable, Missing}
}

// ranks are the states, best first. What the owner paused is better off than what has
// ended, and worse than what comes back by itself.
var ranks = slices.Insert(States(), slices.Index(States(), Expired), PausedState)

// Rank returns the place of the state in the order of [States], where [PausedState]
// comes before [Expired]; the best one is 0. An unknown word comes after all of them.
func (s State) Rank() int {
	if i := slices.Index(ranks, s); i >= 0 {
		return i
	}
	return len(ranks)
}

// Known reports whether s is one of [States] or [PausedState]. A newer server may send
// others.
func (s State) Known() bool { return slices.Contains(ranks, s) }

// Serves reports whether questions are answered with a session in this state, as far
// as is known.
func (s State) Serves() bool {
	switch s {
	case Healthy, Expiring, Degraded, Unknown:
		return true
	default:
		return false
	}
}

// Word returns the state as the status field of a [Report] and the health routes
// spell it: "valid" for [Healthy], else the state itself.
func (s State) Word() string {
	if s == Healthy {
		return validWord
	}
	return string(s)
}

// validWord is the word by which scripts know a healthy session.
const validWord = "valid"

// ParseWord returns the state of a word that [State.Word] made.
func ParseWord(word string) State {
	if word == validWord {
		return Healthy
	}
	return State(word)
}

// Activity is the current work of the supervisor on an account.
type Activity string

// The activities. [Paused] lasts until the owner ends it.
const (
	Idle     Activity = "idle"
	Probing  Activity = "probing"
	Rotating Activity = "rotating"
	Paused   Activity = "paused"
)
