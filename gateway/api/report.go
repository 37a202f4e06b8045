package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
)

// usualSpan is what a report is about when nothing else is asked for.
const usualSpan = "7d"

// serveReport sums up the time since ?since=, a number of hours, days or weeks or a
// day, which is a week when it is left out.
func (a *API) serveReport(w http.ResponseWriter, r *http.Request) {
	if a.makeReport == nil {
		a.writeError(w, r, chat.NewError(chat.UnknownPath, "this server keeps no figures"))
		return
	}
	since := r.URL.Query().Get("since")
	if since == "" {
		since = usualSpan
	}
	body, err := a.makeReport(since)
	if err != nil {
		a.writeError(w, r, chat.AsError(err))
		return
	}
	a.writeJSON(w, r, http.StatusOK, body)
}
