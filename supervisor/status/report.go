package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
)

// Report is the body of GET /api/cookies/status. An API key without admin rights
// sees no names and only states and ages; the fields it may not see are zero.
type Report struct {
	// Status is the best state among the accounts, as [State.Word] spells it.
	Status string `json:"status"`
	// Remedy says in one sentence what a person should do, empty for nothing.
	Remedy string `json:"remedy"`
	// States counts the accounts by state; nil if there are fewer than two.
	States Tally `json:"states,omitempty"`
	// Accounts are ordered worst first.
	Accounts []Account `json:"accounts"`
	// StrayFile is how the last file ended that belonged to no account, nil if there
	// was none since the start.
	StrayFile *Event `json:"stray_file,omitempty"`
	// GeneratedAt is the server's clock; ages count from it.
	GeneratedAt time.Time `json:"generated_at"`
}

// State returns the state behind the word in Status.
func (r Report) State() State { return ParseWord(r.Status) }

// Account is the snapshot of one account. It holds no cookie value; Mark is a
// keyed hash.
type Account struct {
	Name         string    `json:"name"`
	State        State     `json:"state"`
	Activity     Activity  `json:"activity"`
	Since        time.Time `json:"since"` // when State began
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
	// Quotas are the account's allowances, as the upstream last said.
	Quotas []cookie.Quota `json:"quotas,omitempty"`
	// Fault is why the upstream cannot be reached, in [Unreachable] alone.
	Fault Fault `json:"fault,omitempty"`
	// RotationsFailed is how many renewals in a row gave no new value.
	RotationsFailed int `json:"rotations_failed,omitempty"`
	// SecondHolder says that something else seems to renew the session too.
	SecondHolder bool `json:"second_holder,omitempty"`
	// LastFile is how the last file or push for the account ended, nil if there
	// was none since the start.
	LastFile *Event `json:"last_file,omitempty"`
}

// EventKind is what happened to an account.
type EventKind string

// The kinds of events. Swap and Rejected stand in the audit log alone: File says
// more about the same in the status.
const (
	EventState    EventKind = "state"
	EventProbe    EventKind = "probe"
	EventRotation EventKind = "rotation"
	EventFile     EventKind = "file"
	EventRollback EventKind = "rollback"
	EventPaused   EventKind = "paused"
	EventResumed  EventKind = "resumed"
	EventRemoved  EventKind = "removed"
	EventSwap     EventKind = "swap"
	EventRejected EventKind = "rejected"
)

// Standing is the state of the account, [PausedState] if its owner paused it.
func (a Account) Standing() State {
	if a.Activity == Paused {
		return PausedState
	}
	return a.State
}

// Event is one thing that happened to an account, as a timeline shows it. It
// holds no cookie value.
type Event struct {
	Time time.Time `json:"time"`
	// Account is empty if a file could not be assigned to an account.
	Account string    `json:"account,omitempty"`
	Kind    EventKind `json:"kind"`
	// Result is how it ended: the new State of a state, the evidence of a probe
	// or a rotation, the Result of a file. The other kinds have none.
	Result string `json:"result,omitempty"`
	// From is the State before a state.
	From State `json:"from,omitempty"`
	// Code is the E_… of a file that was rejected.
	Code string `json:"code,omitempty"`
	// File names the file of a file, if it has a name.
	File string `json:"file,omitempty"`
	// Detail describes the observation in words.
	Detail string `json:"detail,omitempty"`
}

// ParseReport decodes the body of GET /api/cookies/status. It refuses JSON
// without the field status, which some other program sent.
func ParseReport(body []byte) (Report, error) {
	var r Report
	if err := json.Unmarshal(body, &r); err != nil {
		return Report{}, fmt.Errorf("reading the status: %w", err)
	}
	if r.Status == "" {
		return Report{}, errors.New("reading the status: the field status is missing")
	}
	return r, nil
}
