package api

import (
	"net/http"
	"net/netip"
)

// ClientOf is the address a request counts for.
func ClientOf(r *http.Request, trusted []netip.Prefix) netip.Addr { return clientAddr(r, trusted) }

// Shown is an address as the log has it.
func Shown(addr netip.Addr, masked bool) string { return displayAddr(addr, masked) }

// RequestID is the id a request gets that was sent with one.
func RequestID(sent string) string { return requestID(sent) }

// OwnRoutes are the patterns of the daemon's own routes.
func OwnRoutes() (routes [][2]string) {
	for _, r := range serverRoutes {
		routes = append(routes, [2]string{r.method, r.pattern})
	}
	return routes
}

// SetQuotaHeaders exposes setQuotaHeaders.
var SetQuotaHeaders = setQuotaHeaders
