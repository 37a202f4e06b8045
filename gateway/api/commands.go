package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// Found is the body of a forced probe or rotation: the finding about the session.
type Found struct {
	Account string           `json:"account"`
	Result  string           `json:"result"`
	Detail  string           `json:"detail,omitempty"`
	State   supervisor.State `json:"state"`
}

func (a *API) rotateAccount(w http.ResponseWriter, r *http.Request) {
	a.runCall(w, r, a.supervisor.Rotate)
}

func (a *API) probeAccount(w http.ResponseWriter, r *http.Request) {
	a.runCall(w, r, a.supervisor.Probe)
}

// runCall runs a call to the upstream about an account. It goes on if the client
// leaves: a rotation whose answer is not read would lose the session.
func (a *API) runCall(w http.ResponseWriter, r *http.Request, do func(context.Context, string) (cookie.Finding, error)) {
	account := r.PathValue("account")
	finding, err := do(context.WithoutCancel(r.Context()), account)
	if err != nil {
		a.writeCommandError(w, r, err)
		return
	}
	a.writeJSON(w, r, http.StatusOK, Found{account, finding.Evidence.String(), finding.Detail, a.stateOf(account)})
}

func (a *API) rollBackAccount(w http.ResponseWriter, r *http.Request) {
	verdict, err := a.supervisor.Rollback(context.WithoutCancel(r.Context()), r.PathValue("account"))
	if err != nil {
		a.writeCommandError(w, r, err)
		return
	}
	status := http.StatusOK
	if verdict.Result != supervisor.RolledBack && verdict.Result != supervisor.Applied {
		status = verdictStatus(verdict)
	}
	a.writeJSON(w, r, status, verdict)
}

func (a *API) pauseAccount(w http.ResponseWriter, r *http.Request) {
	a.runCommand(w, r, a.supervisor.Pause)
}

func (a *API) resumeAccount(w http.ResponseWriter, r *http.Request) {
	a.runCommand(w, r, a.supervisor.Resume)
}

func (a *API) removeAccount(w http.ResponseWriter, r *http.Request) {
	a.runCommand(w, r, func(account string) error {
		return a.supervisor.Remove(context.WithoutCancel(r.Context()), account)
	})
}

// runCommand runs a command whose only answer is the account's state.
func (a *API) runCommand(w http.ResponseWriter, r *http.Request, do func(account string) error) {
	account := r.PathValue("account")
	if err := do(account); err != nil {
		a.writeCommandError(w, r, err)
		return
	}
	a.writeJSON(w, r, http.StatusOK, struct {
		Account string           `json:"account"`
		State   supervisor.State `json:"state"`
	}{account, a.stateOf(account)})
}

func (a *API) stateOf(account string) supervisor.State {
	for _, acc := range a.supervisor.Accounts() {
		if acc.Name == account {
			return acc.State
		}
	}
	return supervisor.Missing
}

// writeCommandError answers with the error of a command on an account.
func (a *API) writeCommandError(w http.ResponseWriter, r *http.Request, err error) {
	var soon *supervisor.TooSoon
	switch {
	case errors.Is(err, supervisor.ErrNoAccount):
		a.writeError(w, r, chat.NewError(chat.UnknownPath, "there is no account of this name; GET /api/cookies/status lists them"))
	case errors.Is(err, supervisor.ErrNoPrevious), errors.Is(err, supervisor.ErrNotAsked):
		a.writeError(w, r, &chat.Error{Kind: chat.BadRequest, Message: err.Error(), Err: err})
	case errors.As(err, &soon):
		a.writeError(w, r, &chat.Error{Kind: chat.RateLimited, RetryAfter: soon.RetryAfter, Message: soon.Error(), Err: err})
	default:
		a.writeError(w, r, chat.AsError(err))
	}
}
