package status

import "time"

// Result is how an offer of new cookies ended. It is a label value of the
// metrics too.
type Result string

// The results of an offer.
const (
	Applied    Result = "applied"
	Unchanged  Result = "unchanged"
	Rejected   Result = "rejected"
	Parked     Result = "parked" // not proven yet; the server tries again
	RolledBack Result = "rolled_back"
)

// Verdict answers an offer of cookies, or a command on an account, in words for
// a person.
type Verdict struct {
	Account string `json:"account"`
	Result  Result `json:"result"`
	Code    string `json:"code,omitempty"` // E_… if rejected
	Message string `json:"message"`
	State   State  `json:"state,omitempty"` // of the account, if there is one
	// Since is when the account entered that state; for cookies that were just
	// taken into use, when they were.
	Since    time.Time `json:"since,omitzero"`
	Warnings []Warning `json:"warnings,omitempty"` // of accepted cookies
}

// IsUnproven reports whether the cookies are in use although the upstream could not
// be asked about them.
func (v Verdict) IsUnproven() bool {
	return v.Result == Applied && (v.State == Unknown || v.State == Unreachable)
}

// Warning is a remark about accepted cookies.
type Warning struct {
	Code    string `json:"code"` // W_…
	Message string `json:"message"`
}

// History is the body of GET /api/cookies/history.
type History struct {
	Accounts []Lineage `json:"accounts"`
}

// Lineage is the history of one account.
type Lineage struct {
	Account     string       `json:"account"`
	Generations []Generation `json:"generations"` // newest first
}

// Generation is one set in an account's lineage, without its values.
type Generation struct {
	Number     int       `json:"number"`
	Mark       string    `json:"mark"`
	Parent     string    `json:"parent,omitempty"`
	Origin     Origin    `json:"origin"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until,omitzero"` // zero while it is in use
	LastIn     time.Time `json:"last_proof,omitzero"`
	End        string    `json:"end,omitempty"` // rotated, replaced, died, rolled_back, removed
	Probes     int       `json:"probes"`
	Restorable bool      `json:"restorable"`
}

// Origin is where a generation came from.
type Origin string

// The origins of a generation.
const (
	FromFile     Origin = "file"
	FromPush     Origin = "push"
	FromRotation Origin = "rotation"
	FromRollback Origin = "rollback"
)
