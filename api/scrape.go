package api

import (
	"crypto/subtle"
	"net/http"

	"github.com/geminid/geminid/chat"
)

// metrics serves the metrics to programs on this machine, and to others for the
// admin key or the key made for it.
func (a *API) metrics(x *exchange, r *http.Request) {
	if !x.mayScrape(r) {
		a.count.AuthFailures.WithLabelValues("missing").Inc()
		x.fail(chat.Fault(chat.Unauthorized, "metrics need the admin key or metrics_key as a bearer token"))
		return
	}
	a.count.Handler().ServeHTTP(x, r)
}

func (x *exchange) mayScrape(r *http.Request) bool {
	if x.door == backDoor || x.live.Loopback && x.local(r) {
		return true
	}
	key := bearer(r)
	if key == "" {
		return false
	}
	sum := DigestOf(key)
	known := subtle.ConstantTimeCompare(sum[:], x.live.MetricsKey[:]) == 1
	return known || x.api.keys.match([]string{key}) == RoleAdmin
}
