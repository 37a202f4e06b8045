package api

import (
	"net/http"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

// state is the body of the health routes, and no more: they need no key.
type state struct {
	Status string `json:"status"`
	// Fault is why the upstream cannot be reached, empty if it can.
	Fault cookie.Fault `json:"fault,omitempty"`
	// States counts the accounts by state, if there are several.
	States status.Tally `json:"states,omitempty"`
	// RetryAt is when the upstream is asked again after it refused.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// serveHealth answers whether questions can be answered now. A server that is
// stopping is not ready, whatever its sessions are.
func (a *API) serveHealth(w http.ResponseWriter, r *http.Request) {
	whole, code := a.supervisor.Overall(), http.StatusOK
	if !a.supervisor.Ready() || a.gate.Closing().Err() != nil {
		code = http.StatusServiceUnavailable
	}
	w.Header().Set("Cache-Control", "no-store")
	a.writeJSON(w, r, code, state{whole.State.Word(), whole.Fault, whole.States, whole.RetryAt})
}

// serveLiveness answers that the process serves requests at all.
func (a *API) serveLiveness(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	a.writeJSON(w, r, http.StatusOK, state{Status: "alive"})
}

// Status is the body of GET /api/cookies/status, for an api key or an admin. The
// first field is the one word that a script needs.
type Status[Seen AccountSummary | supervisor.Account] struct {
	Status      string       `json:"status"`
	Remedy      string       `json:"remedy"`
	States      status.Tally `json:"states,omitempty"` // how many accounts are in which, if there are several
	Accounts    []Seen       `json:"accounts"`
	GeneratedAt time.Time    `json:"generated_at"`
	// StrayFile is the outcome of the last file that could not be assigned to an
	// account, nil when none was or a later file was good.
	StrayFile *supervisor.Event `json:"stray_file,omitempty"`
}

// AccountSummary is the part of an account that an api key may see: neither its name
// nor the observations about it.
type AccountSummary struct {
	State        supervisor.State `json:"state"` // [supervisor.PausedState] if it is paused
	Since        time.Time        `json:"since,omitzero"`
	PredictedEnd time.Time        `json:"predicted_end,omitzero"`
	LastProbe    time.Time        `json:"last_probe,omitzero"`
	LastRotation time.Time        `json:"last_rotation,omitzero"`
	RetryAt      time.Time        `json:"retry_at,omitzero"`
}

func (a *API) cookieStatus(w http.ResponseWriter, r *http.Request) {
	whole := a.supervisor.Overall()
	all, now := a.supervisor.Accounts(), a.now().UTC().Truncate(time.Second)
	if stateOf(r).role == auth.RoleAdmin {
		a.writeJSON(w, r, http.StatusOK, Status[supervisor.Account]{whole.State.Word(), whole.Remedy, whole.States, nonNil(all), now, strayFile(a.supervisor.LastUnplacedFile(), all)})
		return
	}
	seen := make([]AccountSummary, 0, len(all))
	for _, acc := range all {
		seen = append(seen, AccountSummary{acc.Standing(), acc.Since, acc.PredictedEnd, acc.LastProbe, acc.LastRotation, acc.RetryAt})
	}
	a.writeJSON(w, r, http.StatusOK, Status[AccountSummary]{whole.State.Word(), whole.Remedy, whole.States, seen, now, nil})
}

// strayFile returns a file that is no account's, unless one that was taken in
// came later.
func strayFile(stray *supervisor.Event, accounts []supervisor.Account) *supervisor.Event {
	for _, acc := range accounts {
		if last := acc.LastFile; stray != nil && last != nil && last.Result != string(supervisor.Rejected) && last.Time.After(stray.Time) {
			return nil
		}
	}
	return stray
}

// nonNil makes an empty list of none, so that it is [] in JSON and not null.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
