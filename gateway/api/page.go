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
	whole := a.supervisor.Overall()
	view := page.View{
		State: string(whole.State), Fault: string(whole.Fault), Word: whole.State.Word(), Remedy: whole.Remedy, Ready: a.supervisor.Ready(), Base: pageBase(r),
	}
	for _, s := range whole.States.WorstFirst() {
		view.Accounts = append(view.Accounts, page.Count{State: string(s), N: whole.States[s]})
	}
	if !whole.RetryAt.IsZero() {
		view.Retry = max(1, whole.RetryAt.Sub(a.now()))
	}
	for _, model := range a.aliases.listModels(a.provider.Models(cookie.Set{})) {
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
