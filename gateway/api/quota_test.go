package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
)

// TestQuotaHeaders: the tightest allowance of every question is told, and none when
// there is none.
func TestQuotaHeaders(t *testing.T) {
	t.Parallel()
	reset := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	header := make(http.Header)
	api.SetQuotaHeaders(header, []cookie.Quota{
		{Model: "pro", Window: "current", Remaining: 0},
		{Model: cookie.EveryModel, Window: "5h", Remaining: 0.8},
		{Model: cookie.EveryModel, Window: cookie.WeekWindow, Remaining: 0.25, Reset: reset},
	})
	for name, want := range map[string]string{
		"X-Geminid-Quota-Remaining": "0.250", "X-Geminid-Quota-Window": "week", "X-Geminid-Quota-Reset": "2026-11-30T00:00:00Z",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	header = make(http.Header)
	if api.SetQuotaHeaders(header, []cookie.Quota{{Model: "pro", Remaining: 1}}); len(header) != 0 {
		t.Errorf("headers without an allowance: %v", header)
	}
}
