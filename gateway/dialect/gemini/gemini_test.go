package gemini_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/gemini"
)

// TestClaims: below /v1, which OpenAI has too, a verb or a key decides.
func TestClaims(t *testing.T) {
	key := http.Header{"X-Goog-Api-Key": {"k"}}
	for _, test := range []struct {
		line   string
		header http.Header
		want   bool
	}{
		{"GET /gemini", nil, true}, {"GET /geminis", nil, false}, {"GET /v1beta/models", nil, true}, {"POST /v1alpha/models/x:y", nil, true},
		{"POST /upload/v1beta/files", nil, true}, {"POST /upload/v1/files", nil, true}, {"POST /upload/files", key, false},
		{"GET /v1/models", nil, false}, {"GET /v1/models", key, true}, {"GET /v1/models?key=k", nil, true}, {"GET /v1/models?user=k", nil, false},
		{"GET /v1/models", http.Header{"X-Goog-Api-Client": {"c"}}, true}, {"GET /v1", key, false},
		{"POST /v1/models/m:generateContent", nil, true}, {"GET /v1/models/m:generateContent", nil, false}, {"POST /v1/models/m", nil, false},
		{"POST /v1/models/m", key, true}, {"GET /v1/files", key, true}, {"GET /v1/files", nil, false}, {"GET /v1/tunedModels/x", key, true},
		{"GET /v1/tunedModels/x", nil, false}, {"GET /v1/embeddings", key, false}, {"POST /v1/chat/completions", key, false}, {"GET /openai/v1/models", key, false},
	} {
		method, target, _ := strings.Cut(test.line, " ")
		r := httptest.NewRequest(method, target, nil)
		r.Header = test.header
		if got := gemini.Dialect.Claims(r); got != test.want {
			t.Errorf("%s %v: %t", test.line, test.header, got)
		}
	}
}
