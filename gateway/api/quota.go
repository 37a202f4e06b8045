package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/geminid/geminid/cookie"
)

// setQuotaHeaders says what is left of the tightest allowance that every question uses
// up: the share, the window, and when it starts over.
func setQuotaHeaders(header http.Header, all []cookie.Quota) {
	q := cookie.TightestQuota(all)
	if q.Model == "" {
		return
	}
	header.Set("X-Geminid-Quota-Remaining", strconv.FormatFloat(q.Remaining, 'f', 3, 64))
	header.Set("X-Geminid-Quota-Window", q.Window)
	if !q.Reset.IsZero() {
		header.Set("X-Geminid-Quota-Reset", q.Reset.UTC().Format(time.RFC3339))
	}
}
