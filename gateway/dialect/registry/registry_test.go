package registry_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// TestTable is the contract of a dialect: a newcomer that forgets something
// learns it here.
func TestTable(t *testing.T) {
	names := make(map[string]bool)
	for _, d := range registry.All {
		if d.Name == "" || names[d.Name] {
			t.Errorf("dialect %q has no name of its own", d.Name)
		}
		names[d.Name] = true
		v := reflect.ValueOf(d)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s: %s is not set", d.Name, v.Type().Field(i).Name)
			}
		}
		seen := make(map[string]bool)
		for _, m := range d.Mounts {
			route := m.Method + " " + m.Pattern
			if seen[route] || m.Op == "" || !strings.HasPrefix(m.Pattern, "/") {
				t.Errorf("%s: route %s is doubled or incomplete", d.Name, route)
			}
			seen[route] = true
		}
	}
}

func TestFindDialect(t *testing.T) {
	google := http.Header{"X-Goog-Api-Key": {"k"}}
	client := http.Header{"X-Goog-Api-Client": {"c"}}
	bearer := http.Header{"Authorization": {"Bearer k"}}
	claude := http.Header{"Anthropic-Version": {"2023-06-01"}, "X-Api-Key": {"k"}}
	tests := []struct {
		line   string
		header http.Header
		want   string
		ok     bool
	}{
		{"GET /gemini/v1beta/models", bearer, "gemini", true},
		{"GET /gemini", nil, "gemini", true},
		{"GET /geminis", nil, "openai", false},
		{"GET /v1beta/models", nil, "gemini", true},
		{"POST /v1alpha/models/x:y", nil, "gemini", true},
		{"GET /v1/models", nil, "openai", true},
		{"GET /v1/models", bearer, "openai", true},
		{"GET /v1/models", google, "gemini", true},
		{"GET /v1/models", client, "gemini", true},
		{"GET /v1/models?key=k", nil, "gemini", true},
		{"GET /v1/models?user=u", bearer, "openai", true},
		{"GET /v1/models/m", google, "gemini", true},
		{"DELETE /v1/models/m", bearer, "openai", true},
		{"POST /v1/models/m:generateContent", bearer, "gemini", true},
		{"POST /v1/chat/completions?key=k", google, "openai", true},
		{"GET /v1/files", google, "gemini", true},
		{"GET /v1/files", bearer, "openai", true},
		{"POST /v1/models", bearer, "openai", true},
		{"POST /v1/models", google, "gemini", true},
		{"POST /v1/models/m", bearer, "openai", true},
		{"POST /v1/models/m", google, "gemini", true},
		{"POST /upload/v1beta/files", google, "gemini", true},
		{"POST /upload/v1alpha/files", google, "gemini", true},
		{"POST /upload/v1/files", google, "gemini", true},
		{"POST /upload/v1/files", bearer, "gemini", true},
		{"POST /upload/files", google, "openai", false},
		{"POST /v1/batches", google, "gemini", true},
		{"POST /v1/batches", bearer, "openai", true},
		{"GET /v1/operations/x", google, "gemini", true},
		{"POST /v1/interactions", client, "interactions", true},
		{"GET /gemini/v1beta/interactions/x", bearer, "interactions", true},
		{"POST /v1beta/interactionsx", bearer, "gemini", true},
		{"POST /v1/fileSearchStores", google, "gemini", true},
		{"GET /v1/fileSearchStores/x/documents?key=k", nil, "gemini", true},
		{"GET /v1/corpora", google, "gemini", true},
		{"GET /v1/tunedModels/x", google, "gemini", true},
		{"GET /v1/embeddings", google, "openai", true},
		{"GET /openai/v1/models", google, "openai", true},
		{"GET /dashboard/billing/usage", nil, "openai", true},
		{"GET /somewhere", google, "openai", false},
		{"POST /v1/messages", bearer, "anthropic", true},
		{"POST /v1/messages/batches", nil, "anthropic", true},
		{"GET /v1/models", claude, "anthropic", true},
		{"GET /v1/models/m", claude, "anthropic", true},
		{"POST /v1/models/m:generateContent", claude, "gemini", true},
		{"GET /v1/files", claude, "anthropic", true},
		{"POST /v1/chat/completions", claude, "openai", true},
		{"GET /v1beta/models", claude, "gemini", true},
	}
	for _, test := range tests {
		method, target, _ := strings.Cut(test.line, " ")
		r := httptest.NewRequest(method, target, nil)
		r.Header = test.header
		if d, ok := registry.FindDialect(r); d.Name != test.want || ok != test.ok {
			t.Errorf("%s %v: %s, %t; want %s, %t", test.line, test.header, d.Name, ok, test.want, test.ok)
		}
	}
}

// TestEveryPrefix: the same question under each base URL that is in use.
func TestEveryPrefix(t *testing.T) {
	s := dialecttest.NewServer()
	for _, prefix := range []string{"/gemini/v1beta", "/gemini/v1", "/gemini/v1alpha", "/v1beta", "/v1alpha", "/v1"} {
		w := s.SendLine(t, "POST "+prefix+"/models/gemini-2.5-flash:generateContent", `{"contents":[{"parts":[{"text":"a"}]}]}`)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "candidates") {
			t.Errorf("%s: %d %s", prefix, w.Code, w.Body)
		}
		for _, path := range []string{"/models?key=k", "/models/?key=k", "/models/gemini-2.5-flash?key=k", "/models/models/gemini-2.5-flash?key=k"} {
			if w := s.SendLine(t, "GET "+prefix+path, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "supportedGenerationMethods") {
				t.Errorf("%s%s: %d %s", prefix, path, w.Code, w.Body)
			}
		}
	}
	for _, prefix := range []string{"/v1", "/openai/v1"} {
		if w := s.SendLine(t, "GET "+prefix+"/models/models/gemini-2.5-flash", ""); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", prefix, w.Code, w.Body)
		}
	}
}

// TestSamples: each dialect has samples of the requests of its clients.
func TestSamples(t *testing.T) {
	for _, d := range registry.All {
		t.Run(d.Name, func(t *testing.T) { dialecttest.PlayScripts(t, filepath.Join("..", d.Name, "testdata")) })
	}
}
