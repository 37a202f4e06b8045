package api

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/page"
)

// servePage serves the status page: the state in a word and the remedy. Everything
// more needs a key.
func (a *API) servePage(w http.ResponseWriter, r *http.Request) {
	best, _, remedy := a.supervisor.OverallState()
	view := page.View{
		State: string(best), Fault: string(a.faultOf(best)), Word: stateWord(best), Remedy: remedy, Ready: a.supervisor.Ready(), Base: pageBase(r),
	}
	for _, model := range a.provider.Models(cookie.Set{}) {
		view.Models = append(view.Models, model.ID)
	}
	if err := page.ServePage(w, r, view); err != nil {
		a.writeError(w, r, chat.AsError(err))
	}
}

// pageBase returns the address at which clients find the server: public_url, or the
// host by which the page was asked for.
func pageBase(r *http.Request) string {
	if public := strings.TrimSuffix(stateOf(r).settings.PublicURL, "/"); public != "" {
		return public
	}
	return "http://" + r.Host
}
