package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
)

// usualSpan is the span of a report if the request names none.
const usualSpan = "7d"

// serveReport sums up the time since ?since=, which is a number of hours, days or
// weeks, or a date. It is a week if it is left out.
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
