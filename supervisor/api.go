package supervisor

import (
	"context"
	"errors"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
	"github.com/geminid/geminid/supervisor/status"
)

// State is the judgement of a session. [Supervisor.Accounts] lists them in the order
// of [status.States]; [Supervisor.Do] prefers Healthy and Expiring accounts alike to
// the others that serve.
type State = status.State

// The states of package status.
const (
	Healthy     = status.Healthy
	Expiring    = status.Expiring
	Degraded    = status.Degraded
	Unknown     = status.Unknown
	Suspect     = status.Suspect
	Unreachable = status.Unreachable
	RateLimited = status.RateLimited
	Blocked     = status.Blocked
	Expired     = status.Expired
	Missing     = status.Missing
	Unreadable  = status.Unreadable
	PausedState = status.PausedState // of the whole alone
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
	// record is there and cannot be read. err names the records that are unusable.
	// If the list of accounts itself cannot be read, records is nil.
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

// Lease is the loan of one account's cookies to a request: an immutable snapshot. A
// rotation or a new file does not change it.
type Lease struct {
	Account string
	Set     cookie.Set
	// Quotas are the account's allowances, nil if they are not known.
	Quotas []cookie.Quota
}

// Origin is where a generation came from.
type Origin = status.Origin

// The origins of package status.
const (
	FromFile     = status.FromFile
	FromPush     = status.FromPush
	FromRotation = status.FromRotation
	FromRollback = status.FromRollback
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
	// Rejection says why the file cannot even be read as cookies, nil if it can;
	// then there is no Set.
	Rejection *cookie.Rejection
	// Newer is the file that was offered before this older one for the same
	// account, empty if there is none. Once that is in use, the older one is
	// taken only if it belongs to a Google account that no account holds.
	Newer string
	// Nominal is the PSID's own expiry, for display; zero if it has none.
	Nominal time.Time
	// Warnings are the oddities of the file, for display.
	Warnings []cookie.Warning

	past   ledger.Entry // the known facts about the file, looked up once for each decision
	waited bool         // it was parked: meanwhile the file may hold another content
}

// Result is how an offer ended.
type Result = status.Result

// The results of package status. A parked offer is tried again by Tick.
const (
	Applied    = status.Applied
	Unchanged  = status.Unchanged
	Rejected   = status.Rejected
	Parked     = status.Parked
	RolledBack = status.RolledBack
)

// PassedOver is the result of a Candidate with a Newer file, where that is used
// for the same account. It is not counted, and logged as information only.
const PassedOver Result = "passed_over"

// Verdict answers an offer in words for a person.
type Verdict = status.Verdict

// Refusal is the error of [Supervisor.Do] if no account may serve.
type Refusal struct {
	// State is the best state among the accounts, Missing if there are none.
	State State
	// RetryAfter is the wait after which asking again may help; zero if a person
	// must act.
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

// Account is the snapshot of one account.
type Account = status.Account

// Generation is one set in an account's lineage, without its values.
type Generation = status.Generation
