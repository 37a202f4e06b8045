package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
)

// Reloaded is the body of POST /api/reload: the keys of the configuration that have
// another value now, and those that will have one after a restart. Among the changed
// are "keys" and "certificate" if the contents of those files changed.
type Reloaded struct {
	Changed []string `json:"changed"`
	Restart []string `json:"restart_needed"`
}

// reloadConfig reads the configuration again. A broken one is a 400 that says where
// the fault is; the present one stays in use.
func (a *API) reloadConfig(w http.ResponseWriter, r *http.Request) {
	if a.readConfig == nil {
		a.writeError(w, r, chat.NewError(chat.BadRequest, "this server has no configuration to read again"))
		return
	}
	outcome, err := a.readConfig()
	if err != nil {
		a.writeError(w, r, &chat.Error{Kind: chat.BadRequest, Message: "the configuration can not be used; the present one stays: " + err.Error(), Err: err})
		return
	}
	a.writeJSON(w, r, http.StatusOK, Reloaded{nonNil(outcome.Changed), nonNil(outcome.Restart)})
}
