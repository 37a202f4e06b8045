package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
)

// serveMetrics serves the metrics to programs on this machine, and to others with
// the admin key or metrics_key.
func (a *API) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if err := a.mayScrape(r); err != nil {
		a.writeError(w, r, err)
		return
	}
	a.count.Handler().ServeHTTP(w, r)
}

func (a *API) mayScrape(r *http.Request) *chat.Error {
	st := stateOf(r)
	if st.trusted || st.settings.Loopback && isLocal(r) {
		return nil
	}
	var keys []string
	if key := auth.BearerKey(r); key != "" {
		keys = append(keys, key)
	}
	refusal := a.lookUpKeys(st, keys, func() auth.Match {
		if st.settings.MetricsKey.MatchesKey(keys[0]) {
			return auth.Match{Role: auth.RoleMetrics}
		}
		return a.keys.MatchKeys(keys)
	})
	switch {
	case st.role == auth.RoleMetrics, st.role == auth.RoleAdmin, refusal != nil:
		return refusal
	case len(keys) == 0:
		a.count.AuthFailures.WithLabelValues("missing").Inc()
	default:
		auth.DelayGuess(r.Context())
	}
	return chat.NewError(chat.Unauthorized, "metrics need the admin key or metrics_key as a bearer token")
}
