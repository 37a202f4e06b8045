// Package supervisor keeps sessions alive and knows the truth about them. It
// lends the current cookies to requests (Do), learns from how they end, probes
// and rotates when due (Tick), and takes in new cookies only when they are
// proven (Offer). It reads no clock but Config.Now, opens no file and knows no
// HTTP: what it needs stands in Config.
package supervisor

import (
	"context"
	"errors"
	"time"

	"github.com/geminid/geminid/cookie"
)

// State is what is believed of a session. What is being done about it is the
// snapshot's Activity.
type State string

// The states, best first; the order decides which account serves.
const (
	Healthy     State = "healthy"      // signed-in proof younger than two probe intervals
	Expiring    State = "expiring"     // signed in, but its end is near
	Degraded    State = "degraded"     // was healthy; the upstream fails or is not understood
	Unknown     State = "unknown"      // not yet proven
	RateLimited State = "rate_limited" // the upstream said slow down
	Blocked     State = "blocked"      // this address or account is refused for now
	Expired     State = "expired"      // proven signed out
	Missing     State = "missing"      // no usable cookies
	Unreadable  State = "unreadable"   // what is saved of it cannot be read
)

// Upstream is the part of a provider that the supervisor drives. The calls
// block until the answer or ctx, whichever is first, and never return an error:
// a failure is evidence like any other. An upstream that has a method
// CloseIdleConnections has it called after a jump of the clock: connections do
// not outlive a suspend.
type Upstream interface {
	// Probe asks whether the set is signed in.
	Probe(ctx context.Context, set cookie.Set) cookie.Finding
	// Rotate asks for a new PSIDTS and returns as soon as it is known, so that
	// it can be saved before anything else happens.
	Rotate(ctx context.Context, set cookie.Set) cookie.Finding
	// Renew makes ready what requests with the set after a rotation need (the
	// page token); when that fails it keeps what was used with the set before.
	Renew(ctx context.Context, before, after cookie.Set)
}

// Store is the durable memory, one record an account. Save returns when the
// record is on disk.
type Store interface {
	// Load returns all records, and an *cookie.UnreadError for each account whose
	// record is there and cannot be read. err names what was of no use; records is
	// nil when it is not even known which there are.
	Load() (records map[string]cookie.Record, unread map[string]error, err error)
	// Reload tries to read a record again that could not be read; the error is an
	// *cookie.UnreadError as long as it cannot.
	Reload(account string) (cookie.Record, error)
	Save(account string, record cookie.Record) error
	// Remove deletes all that is kept of an account, copies aside included.
	Remove(account string) error
	// CopyAside keeps a copy of what is on disk, and names it.
	CopyAside(account string) (name string, err error)
}

// Lease is what a request gets to work with: an immutable snapshot of one
// account. A rotation or a new file does not change it.
type Lease struct {
	Account string
	Set     cookie.Set
}

// Origin says what brought a set into the house.
type Origin string

// The origins of a generation.
const (
	FromFile     Origin = "file"
	FromPush     Origin = "push"
	FromRotation Origin = "rotation"
	FromRollback Origin = "rollback"
)

// Candidate is a set that somebody offers. It is probed before it is used.
type Candidate struct {
	// Account is the name the candidate asks for. Empty: found by identity.
	Account string
	// File is the name of the file, for messages and for finding the account.
	File string
	// Origin is FromFile or FromPush.
	Origin Origin
	// Trigger is the metrics label: start, watch, poll, signal or push.
	Trigger string
	// Hash is the content's SHA-256 in hex; a file that was seen before is not
	// probed again.
	Hash string
	Set  cookie.Set
	// Newer is the file that was offered before this older one for the same
	// account, empty when there is none. Once that is in use, the older one is
	// taken only when it is of a Google account that no account holds.
	Newer string
	// Nominal is the PSID's own expiry, for show; zero when it has none.
	Nominal time.Time
	// Warnings are what is odd about the file, for show.
	Warnings []cookie.Warning
}

// Result is how an offer ended.
type Result string

// The results of an offer; they are metric label values too.
const (
	Applied    Result = "applied"
	Unchanged  Result = "unchanged"
	Rejected   Result = "rejected"
	Parked     Result = "parked" // could not be proven yet; tried again by Tick
	RolledBack Result = "rolled_back"
)

// PassedOver is the result of a Candidate with a Newer file, where that is used
// for the same account. It is no news: nothing counts, logs or remembers it.
const PassedOver Result = "passed_over"

// Verdict answers an offer in words for a person.
type Verdict struct {
	Account string `json:"account"`
	Result  Result `json:"result"`
	Code    string `json:"code,omitempty"` // E_… when rejected
	Message string `json:"message"`
	State   State  `json:"state,omitempty"` // of the account, when there is one
	// Since is since when the account is in that state; of cookies that were just
	// taken into use, since when they are.
	Since    time.Time        `json:"since,omitzero"`
	Warnings []cookie.Warning `json:"warnings,omitempty"` // of the candidate, unless rejected
}

// Refusal is the error of Do when no account may serve.
type Refusal struct {
	// State is the best state among the accounts, Missing when there are none.
	State State
	// RetryAfter is when it is worth asking again; zero when a person must act.
	RetryAfter time.Duration
	// Remedy says in one sentence what to do.
	Remedy string
}

// Error implements error.
func (r *Refusal) Error() string {
	return "no account can serve (" + string(r.State) + "): " + r.Remedy
}

// TooSoon is the error of a forced rotation inside the floor.
type TooSoon struct{ RetryAfter time.Duration }

// Error implements error.
func (e *TooSoon) Error() string {
	return "rotated too recently; try again in " + e.RetryAfter.Round(time.Second).String()
}

// Errors of the account commands.
var (
	ErrNoAccount   = errors.New("no such account")
	ErrNoPrevious  = errors.New("no earlier session is kept for this account")
	ErrNotRotating = errors.New("nothing is asked for this account now") // wrapped with the reason
	ErrEnded       = errors.New("the server is stopping; nothing was done")
)

// Account is the snapshot of one account: what people and scripts are shown. It
// holds no value; Mark is a keyed hash.
type Account struct {
	Name         string    `json:"name"`
	State        State     `json:"state"`
	Activity     string    `json:"activity"` // idle, probing, rotating, loading, paused
	Since        time.Time `json:"since"`
	Evidence     string    `json:"evidence"`
	NextAction   string    `json:"next_action"`
	Remedy       string    `json:"remedy,omitempty"`
	PredictedEnd time.Time `json:"predicted_end,omitzero"`
	Basis        string    `json:"basis"` // what the prediction rests on
	Nominal      time.Time `json:"nominal_expiry,omitzero"`
	LastProbe    time.Time `json:"last_probe,omitzero"`
	LastProof    time.Time `json:"last_proof,omitzero"`
	LastRotation time.Time `json:"last_rotation,omitzero"`
	NextProbe    time.Time `json:"next_probe,omitzero"`
	NextRotation time.Time `json:"next_rotation,omitzero"`
	RetryAt      time.Time `json:"retry_at,omitzero"`
	Generation   int       `json:"generation"`
	Mark         string    `json:"mark,omitempty"`
	Persisted    bool      `json:"persisted"`
	Serving      bool      `json:"serving"`
	Notes        []string  `json:"notes,omitempty"` // suspicions and warnings, in plain words
	// RotationsFailed is how many renewals in a row gave no new value.
	RotationsFailed int `json:"rotations_failed,omitempty"`
	// SecondHolder says that something else seems to renew the session too.
	SecondHolder bool `json:"second_holder,omitempty"`
	// LastFile is how the last file or push for the account ended, nil when
	// there was none since the start.
	LastFile *Event `json:"last_file,omitempty"`
}

// Generation is one set in an account's lineage, without its values.
type Generation struct {
	Number     int       `json:"number"`
	Mark       string    `json:"mark"`
	Parent     string    `json:"parent,omitempty"`
	Origin     Origin    `json:"origin"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until,omitzero"`
	LastIn     time.Time `json:"last_proof,omitzero"`
	End        string    `json:"end,omitempty"` // rotated, replaced, died, rolled_back, removed
	Probes     int       `json:"probes"`
	Restorable bool      `json:"restorable"`
}
