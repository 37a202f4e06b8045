package api

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
)

// metrics serves the metrics to whoever sits at this machine, and to others for
// the admin key or the key made for it.
func (a *API) metrics(x *exchange, r *http.Request) {
	if !x.mayScrape(r) {
		a.count.AuthFailures.WithLabelValues("missing").Inc()
		x.fail(chat.Fault(chat.Unauthorized, "metrics need the admin key or metrics_key as a bearer token"))
		return
	}
	a.count.Handler().ServeHTTP(x, r)
}

func (x *exchange) mayScrape(r *http.Request) bool {
	if x.door == backDoor || x.live.Loopback && !forwarded(r) {
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

// forwarded reports whether a proxy brought the request: its peer is near, its
// client need not be.
func forwarded(r *http.Request) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" {
			return true
		}
	}
	return false
}
