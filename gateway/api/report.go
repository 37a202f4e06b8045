package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
)

// usualSpan is what a report is about when nothing else is asked for.
const usualSpan = "7d"

// serveReport sums up the time since ?since=, a number of hours, days or weeks or a
// day, which is a week when it is left out.
func (a *API) serveReport(x *exchange, r *http.Request) {
	if a.makeReport == nil {
		x.fail(chat.NewError(chat.UnknownPath, "this server keeps no figures"))
		return
	}
	since := r.URL.Query().Get("since")
	if since == "" {
		since = usualSpan
	}
	body, err := a.makeReport(since)
	if err != nil {
		x.fail(chat.AsError(err))
		return
	}
	x.writeJSON(http.StatusOK, body)
}
