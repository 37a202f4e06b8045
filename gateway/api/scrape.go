package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
)

// serveMetrics serves the metrics to programs on this machine, and to others for the
// admin key or the key made for it.
func (a *API) serveMetrics(x *exchange, r *http.Request) {
	if err := a.mayScrape(x, r); err != nil {
		x.fail(err)
		return
	}
	a.count.Handler().ServeHTTP(x, r)
}

func (a *API) mayScrape(x *exchange, r *http.Request) *chat.Error {
	if x.door == backDoor || x.live.Loopback && x.local(r) {
		return nil
	}
	var keys []string
	if key := auth.BearerKey(r); key != "" {
		keys = append(keys, key)
	}
	refusal := a.lookUpKeys(x, keys, func() auth.Match {
		if x.live.MetricsKey.MatchesKey(keys[0]) {
			return auth.Match{Role: auth.RoleMetrics}
		}
		return a.keys.MatchKeys(keys)
	})
	switch {
	case x.role == auth.RoleMetrics, x.role == auth.RoleAdmin, refusal != nil:
		return refusal
	case len(keys) == 0:
		a.count.AuthFailures.WithLabelValues("missing").Inc()
	default:
		auth.DelayGuess(r.Context())
	}
	return chat.NewError(chat.Unauthorized, "metrics need the admin key or metrics_key as a bearer token")
}
