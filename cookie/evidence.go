package cookie

import (
	"errors"
	"time"
)

// How long a doubt lasts: from the first proof that a session is signed out until it is
// decided. The supervisor obeys it, and clients are asked to retry after it.
const (
	// ConfirmAfter is the wait before the proof that is believed.
	ConfirmAfter = 30 * time.Second
	// DoubtTime leaves that proof a moment to arrive.
	DoubtTime = ConfirmAfter + 5*time.Second
)

// Evidence is the meaning of one upstream answer for a session. It is a claim, not a
// verdict: only the supervisor decides.
type Evidence uint8

// The classes of evidence (docs/protocol.md, "What an answer proves").
const (
	Silent          Evidence = iota // says nothing about the session
	SignedIn                        // IN: proof of life
	SignedOut                       // OUT: proof of the opposite
	WeakOut                         // points to OUT; a probe must decide
	Drift                           // the upstream's format changed
	Action                          // a person must accept terms or consent
	Blocked                         // this address or account is refused for now
	Limited                         // the upstream said slow down
	Transient                       // outage, reset, timeout: says nothing, but counts
	Offline                         // the upstream cannot be reached; Finding.Fault says why
	Rotated                         // a rotation gave a new value
	NoNewTS                         // a rotation succeeded and gave none
	RotateRefused                   // a rotation was answered 401 or 403
	RotateLimited                   // a rotation was answered 429
	IdentityChanged                 // another account answers than before
	Restricted                      // signed in, but the account is restricted and a question was refused
)

var evidenceNames = [...]string{
	"silent", "signed_in", "signed_out", "weak_out", "drift", "action", "blocked", "rate_limited",
	"transient", "network", "rotated", "no_new_ts", "unauthorized", "rotate_limited", "identity_changed", "restricted",
}

// String returns the word used in status, logs and metrics.
func (e Evidence) String() string {
	if int(e) < len(evidenceNames) {
		return evidenceNames[e]
	}
	return "unknown"
}

// Finding is the result of a probe or a rotation.
type Finding struct {
	Evidence Evidence
	// Detail describes the observation in a few words for a person, without a value:
	// "status RPC 1016", "page without access token".
	Detail string
	// Fault is why the upstream cannot be reached, set with Offline alone.
	Fault Fault
	// RetryAfter is the delay that the upstream asked for, zero if it asked for none.
	RetryAfter time.Duration
	// Account is an opaque id of the Google account behind the answer (already hashed),
	// empty if the answer did not name it.
	Account string
	// Set is the set as it is after the call: with the new PSIDTS after a
	// rotation, with refreshed extra cookies. The zero Set means unchanged.
	Set Set
	// PageRead is when the page behind the session's calls was read, zero if the
	// finding is of no page.
	PageRead time.Time
	// Quotas are the account's allowances, nil if they are not known. They are shared
	// and must not be changed.
	Quotas []Quota
	// Restriction is the code of a restriction that the upstream put on the account, 0
	// for none.
	Restriction int
	// Interval is when the upstream wants the next rotation, zero if it did
	// not say (identity.hfcr).
	Interval time.Duration
}

// Witness is an error that also says something about the session.
type Witness interface {
	error
	Finding() Finding
}

// FindingOf returns the evidence of err about the session; a nil error is proof of
// life, an error that is no Witness is Silent.
func FindingOf(err error) Finding {
	if err == nil {
		return Finding{Evidence: SignedIn, Detail: "a request was answered"}
	}
	var w Witness
	if errors.As(err, &w) {
		return w.Finding()
	}
	return Finding{}
}
