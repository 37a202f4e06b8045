package api

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/page"
)

// servePage is the front door for people: the state in a word and what to do.
// Everything more needs a key.
func (a *API) servePage(w http.ResponseWriter, r *http.Request) {
	best, _, remedy := a.supervisor.OverallState()
	view := page.View{
		State: string(best), Word: stateWord(best), Remedy: remedy, Ready: a.supervisor.Ready(), Base: pageBase(r),
	}
	for _, model := range a.provider.Models(cookie.Set{}) {
		view.Models = append(view.Models, model.ID)
	}
	if err := page.ServePage(w, r, view); err != nil {
		a.writeError(w, r, chat.AsError(err))
	}
}

// pageBase is the address under which clients find the server, as the reader of the
// page came to it when none is configured.
func pageBase(r *http.Request) string {
	if public := strings.TrimSuffix(stateOf(r).settings.PublicURL, "/"); public != "" {
		return public
	}
	return "http://" + r.Host
}
