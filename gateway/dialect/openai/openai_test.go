package openai_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/openai"
)

// TestClaims: all of /v1 and /openai, and NextChat's billing page.
func TestClaims(t *testing.T) {
	for path, want := range map[string]bool{
		"/v1": true, "/v1/anything": true, "/openai/v1/models": true, "/dashboard/billing/usage": true,
		"/v1beta/models": false, "/openaix": false, "/dashboard": false, "/": false,
	} {
		if got := openai.Dialect.Claims(httptest.NewRequest(http.MethodGet, path, nil)); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}
