package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
)

// Reloaded is the body of POST /api/reload: which keys of the configuration have
// another value now, and which will have one after a restart. Among the changed
// are "keys" and "certificate" when those files hold something else.
type Reloaded struct {
	Changed []string `json:"changed"`
	Restart []string `json:"restart_needed"`
}

// reloadConfig reads the configuration again. A broken one is a 400 that says where the
// fault is; what runs goes on with the old one.
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
