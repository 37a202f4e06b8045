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
func (a *API) servePage(x *exchange, r *http.Request) {
	best, _, remedy := a.supervisor.Overall()
	view := page.View{
		State: string(best), Word: stateWord(best), Remedy: remedy, Ready: a.supervisor.Ready(), Base: x.base(r),
	}
	for _, model := range a.provider.Models(cookie.Set{}) {
		view.Models = append(view.Models, model.ID)
	}
	if err := page.ServePage(x, r, view); err != nil {
		x.fail(chat.AsError(err))
	}
}

// base is the address under which clients find the server, as the reader of the
// page came to it when none is configured.
func (x *exchange) base(r *http.Request) string {
	if public := strings.TrimSuffix(x.live.PublicURL, "/"); public != "" {
		return public
	}
	return "http://" + r.Host
}
