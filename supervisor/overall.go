package supervisor

import (
	"cmp"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// Overall is how the accounts are as a whole: as the best of them.
type Overall struct {
	State State
	Since time.Time // when State began
	// Remedy is the advice to the owner, empty if there is none.
	Remedy string
	// RetryAt is when the upstream is asked again after it refused, zero if it did not.
	RetryAt time.Time
	// Fault is why the upstream cannot be reached, in Unreachable alone.
	Fault status.Fault
	// States counts the accounts by state; nil if there are fewer than two.
	States status.Tally
}

// Overall judges the accounts as a whole.
func (s *Supervisor) Overall() Overall {
	all := s.Accounts()
	best := bestOf(all)
	if best == nil {
		return Overall{State: Missing, Remedy: noAccount}
	}
	return Overall{State: best.Standing(), Since: best.Since, Remedy: remedyForClients(best), RetryAt: best.RetryAt, Fault: best.Fault, States: status.CountStates(all)}
}

const noAccount = "drop a cookie file into the inbox"

// unreadForClients is the remedy for clients, which need not know the server's paths.
const unreadForClients = "the server cannot read its saved session; its owner finds the reason and the cure with: geminid cookies status"

// resumeForClients is the remedy for clients, which need not know names of accounts.
const resumeForClients = "its owner lets it go on with: geminid cookies resume ACCOUNT"

// remedyForClients is the remedy of the account by which the whole is judged.
func remedyForClients(best *Account) string {
	switch best.Standing() {
	case Unreadable:
		return unreadForClients
	case PausedState:
		return resumeForClients
	default:
		return best.Remedy
	}
}

// bestOf returns the account by which the whole is judged: of those that serve, or
// else of all, the one in the best state. It is nil if there is none.
func bestOf(all []Account) *Account {
	if len(all) == 0 {
		return nil
	}
	best := slices.MinFunc(all, func(a, b Account) int {
		if a.Serving != b.Serving {
			return map[bool]int{true: -1, false: 1}[a.Serving]
		}
		return cmp.Compare(a.Standing().Rank(), b.Standing().Rank())
	})
	return &best
}

// Ready reports whether at least one account may serve.
func (s *Supervisor) Ready() bool {
	for _, a := range *s.accounts.Load() {
		if v := a.view.Load(); v != nil && v.serving {
			return true
		}
	}
	return false
}

// newRefusal explains why no account serves.
func (s *Supervisor) newRefusal() *Refusal {
	best := bestOf(s.Accounts())
	if best == nil {
		return &Refusal{State: Missing, Remedy: noAccount}
	}
	r := &Refusal{State: best.Standing(), Remedy: cmp.Or(remedyForClients(best), best.NextAction)}
	switch r.State {
	case Degraded, Suspect, Unreachable:
		r.RetryAfter = cookie.DoubtTime
	case RateLimited, Blocked:
		r.RetryAfter = max(time.Second, best.RetryAt.Sub(s.now()))
		r.Remedy = "one trial call in " + timeUntil(s.now(), best.RetryAt) // the command is the owner's
		if best.Remedy != "" {
			r.Remedy = best.Remedy + "; " + r.Remedy
		}
	default: // no time is known after which it is worth asking
	}
	return r
}
