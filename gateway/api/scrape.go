package api

import (
	"crypto/subtle"
	"net/http"

	"github.com/geminid/geminid/chat"
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
	if key := BearerKey(r); key != "" {
		keys = append(keys, key)
	}
	may := false
	if refusal := a.lookUp(x, keys, func() (known, stray bool) {
		sum := DigestOf(keys[0])
		role, _ := a.keys.MatchKeys(keys)
		may = subtle.ConstantTimeCompare(sum[:], x.live.MetricsKey[:]) == 1 || role == RoleAdmin
		known = may || role != "" // an api key may not read them, and is no guess
		return known, !known
	}); may || refusal != nil {
		return refusal
	}
	if len(keys) == 0 {
		a.count.AuthFailures.WithLabelValues("missing").Inc()
	} else {
		sleepUnlessGone(r.Context(), guessDelay)
	}
	return chat.NewError(chat.Unauthorized, "metrics need the admin key or metrics_key as a bearer token")
}
