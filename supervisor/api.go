package supervisor

import (
	"context"
	"errors"
	"time"

	"github.com/geminid/geminid/cookie"
)

// State is the judgement of a session. The work that is being done on it is the
// snapshot's Activity.
type State string

// The states. [Supervisor.Do] prefers Healthy and Expiring accounts to the others
// that serve; [Supervisor.Accounts] lists the best state first.
const (
	Healthy     State = "healthy"      // signed-in proof younger than two probe intervals
	Expiring    State = "expiring"     // signed in, but its end is near
	Degraded    State = "degraded"     // was healthy; the upstream fails or is not understood
	Unknown     State = "unknown"      // not yet proven
	RateLimited State = "rate_limited" // the upstream said slow down
	Blocked     State = "blocked"      // this address or account is refused for now
	Expired     State = "expired"      // proven signed out
	Missing     State = "missing"      // no usable cookies
	Unreadable  State = "unreadable"   // its saved record cannot be read
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
	// Renew fetches the page token that requests with the set after a rotation need.
	// If that fails, it keeps the token that was used with the set before.
	Renew(ctx context.Context, before, after cookie.Set)
}

// Store is the durable memory, one record an account. Save returns after the
// record is on disk.
type Store interface {
	// Load returns all records, and an *cookie.UnreadError for each account whose
	// record is there and cannot be read. err names the records that are unusable. If the list of accounts itself cannot
	// be read, records is nil.
	Load() (records map[string]cookie.Record, unread map[string]error, err error)
	// Reload tries to read a record again that could not be read; the error is an
	// *cookie.UnreadError as long as it cannot.
	Reload(account string) (cookie.Record, error)
	Save(account string, record cookie.Record) error
	// Remove deletes everything stored for an account, including copies aside.
	Remove(account string) error
	// CopyAside keeps a copy of the record on disk and returns its name.
	CopyAside(account string) (name string, err error)
}

// Lease is the loan of one account's cookies to a request: an immutable snapshot. A rotation or a new file does not change it.
type Lease struct {
	Account string
	Set     cookie.Set
}

// Origin is the source of a cookie set.
type Origin string

// The origins of a generation.
const (
	FromFile     Origin = "file"
	FromPush     Origin = "push"
	FromRotation Origin = "rotation"
	FromRollback Origin = "rollback"
)

// Candidate is an offered cookie set. It is probed before it is used.
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
	// account, empty if there is none. Once that is in use, the older one is
	// taken only if it belongs to a Google account that no account holds.
	Newer string
	// Nominal is the PSID's own expiry, for display; zero if it has none.
	Nominal time.Time
	// Warnings are the oddities of the file, for display.
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
// for the same account. It is not counted, logged or remembered.
const PassedOver Result = "passed_over"

// Verdict answers an offer in words for a person.
type Verdict struct {
	Account string `json:"account"`
	Result  Result `json:"result"`
	Code    string `json:"code,omitempty"` // E_… if rejected
	Message string `json:"message"`
	State   State  `json:"state,omitempty"` // of the account, if there is one
	// Since is the beginning of that state, or, if new cookies were just taken into use,
	// the moment of that.
	Since    time.Time        `json:"since,omitzero"`
	Warnings []cookie.Warning `json:"warnings,omitempty"` // of the candidate, unless rejected
}

// Refusal is the error of [Supervisor.Do] if no account may serve.
type Refusal struct {
	// State is the best state among the accounts, Missing if there are none.
	State State
	// RetryAfter is the wait after which asking again may help; zero if a person must act.
	RetryAfter time.Duration
	// Remedy is one sentence of advice to the owner.
	Remedy string
}

// Error implements error.
func (r *Refusal) Error() string {
	return "no account can serve (" + string(r.State) + "): " + r.Remedy
}

// TooSoon is the error of [Supervisor.Rotate] within a minute of the last rotation.
type TooSoon struct{ RetryAfter time.Duration }

// Error implements error.
func (e *TooSoon) Error() string {
	return "rotated too recently; try again in " + e.RetryAfter.Round(time.Second).String()
}

// Errors of the account commands.
var (
	ErrNoAccount  = errors.New("no such account")
	ErrNoPrevious = errors.New("no earlier session is kept for this account")
	ErrNotAsked   = errors.New("nothing is asked for this account now") // neither probe nor rotation; wrapped with the reason
	ErrEnded      = errors.New("the server is stopping; nothing was done")
)

// Account is the snapshot of one account for people and scripts. It holds no cookie
// value; Mark is a keyed hash.
type Account struct {
	Name         string    `json:"name"`
	State        State     `json:"state"`
	Activity     string    `json:"activity"` // idle, probing, rotating, loading, paused
	Since        time.Time `json:"since"`
	Evidence     string    `json:"evidence"`
	NextAction   string    `json:"next_action"`
	Remedy       string    `json:"remedy,omitempty"`
	PredictedEnd time.Time `json:"predicted_end,omitzero"`
	Basis        string    `json:"basis"` // of the prediction
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
	// LastFile is how the last file or push for the account ended, nil if
	// there was none since the start.
	LastFile *Event `json:"last_file,omitempty"`
}

// Generation is one set in an account's lineage, without its values.
type Generation struct {
	Number int       `json:"number"`
	Mark   string    `json:"mark"`
	Parent string    `json:"parent,omitempty"`
	Origin Origin    `json:"origin"`
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until,omitzero"`
	LastIn time.Time `json:"last_proof,omitzero"`
	End    string    `json:"end,omitempty"` // rotated, replaced, died, rolled_back, removed
	Probes int       `json:"probes"`
	// Restorable says that the cookies themselves are kept: those in use, and those
	// that a rollback goes back to.
	Restorable bool `json:"restorable"`
}
