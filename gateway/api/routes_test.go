package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// A pattern that dialects share goes to the one that claims the request, so the
// one that does must have mounted it.
func TestWhoeverClaimsARouteHasMountedIt(t *testing.T) {
	has := func(d *dialect.Dialect, m dialect.Mount) bool {
		for _, own := range d.Mounts {
			if own.Method == m.Method && own.Pattern == m.Pattern {
				return true
			}
		}
		return false
	}
	for _, d := range registry.All {
		for _, m := range d.Mounts {
			path := strings.Replace(m.Pattern, "*call", "some-model:verb", 1)
			for _, key := range []string{"", "X-Goog-Api-Key"} {
				r := httptest.NewRequestWithContext(t.Context(), m.Method, path, nil)
				if key != "" {
					r.Header.Set(key, "k")
				}
				if speaker, ok := registry.FindDialect(r); !ok || !has(speaker, m) {
					t.Errorf("%s %s with key header %q: claimed by %s (%v), which has not mounted it", m.Method, path, key, speaker.Name, ok)
				}
			}
		}
	}
}

// TestAnswersAreNotStored: no cache on the way may keep what was asked and answered,
// least of all under an address with a key in it.
func TestAnswersAreNotStored(t *testing.T) {
	g := newRig(t, with(public))
	question := `{"model":"` + flash + `","messages":[{"role":"user","content":"hi"}]`
	for _, c := range []call{
		{path: "/v1/models?key=" + apiKey}, {path: "/v1beta/models?key=" + apiKey}, {path: "/v1/models"}, {path: "/v1/models/none", key: apiKey},
		{path: "/v1/chat/completions", key: apiKey, body: question + "}"}, {path: "/v1/chat/completions", key: apiKey, body: question + `,"stream":true}`},
		{path: "/v1beta/models/" + flash + ":generateContent?key=" + apiKey, body: `{"contents":[{"parts":[{"text":"hi"}]}]}`},
		{path: "/v1beta/models/" + flash + ":countTokens?key=" + apiKey, body: `{"contents":[{"parts":[{"text":"hi"}]}]}`},
		{path: "/"}, {path: "/health"}, {path: "/api/cookies/status", key: apiKey},
	} {
		if w := g.do(c); w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, Cache-Control %q", c.path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

// Every route of ours answers: with a key as itself, without one as the table
// of roles says, and never with a page but at /.
func TestOwnRoutesAnswer(t *testing.T) {
	g := newRig(t, with(public))
	for _, route := range api.OwnRoutes() {
		method, path := route[0], strings.Replace(route[1], ":account", "main", 1)
		w := g.do(call{method: method, path: path})
		if strings.HasPrefix(path, "/api/") || path == "/metrics" {
			if w.Code != http.StatusUnauthorized {
				t.Errorf("%s %s without a key: status %d", method, path, w.Code)
			}
		}
		if w := g.do(call{method: method, path: path, key: adminKey}); w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden || w.Code == http.StatusNotFound && !strings.Contains(path, "/files") {
			t.Errorf("%s %s with the admin key: status %d: %s", method, path, w.Code, w.Body)
		}
		if html := strings.HasPrefix(w.Header().Get("Content-Type"), "text/html"); html != (path == "/") {
			t.Errorf("%s %s: HTML %v", method, path, html)
		}
	}
}

// What can be read can be looked at: HEAD answers as GET does, on a real
// connection without the body.
func TestHeadOfDialects(t *testing.T) {
	g := newRig(t)
	server := g.server()
	for path, want := range map[string]int{
		"/v1/models": 200, "/openai/v1/models/" + flash: 200, "/v1beta/models/" + flash + "?key=" + apiKey: 200, "/gemini/v1/models": 200,
		"/v1/models/nope": 404, "/v1beta/models/" + flash + ":generateContent": 405, "/v1/chat/completions": 405,
	} {
		lengths := make(map[string]string)
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+apiKey)
			resp, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != want || (len(body) == 0) != (method == http.MethodHead) {
				t.Errorf("%s %s: status %d, want %d, %d bytes, %v", method, path, resp.StatusCode, want, len(body), err)
			}
			lengths[method] = resp.Header.Get("Content-Length")
		}
		if want == http.StatusOK && lengths[http.MethodHead] != lengths[http.MethodGet] {
			t.Errorf("%s: lengths %v", path, lengths)
		}
	}
}

func TestMethodsOfOwnRoutes(t *testing.T) {
	g := newRig(t)
	w := g.do(admin("PATCH", "/api/cookies/history", ""))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, OPTIONS" {
		t.Errorf("status %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if at(fields(t, w.Body.Bytes()), "error", "code") != "method_not_allowed" {
		t.Errorf("body %s", w.Body)
	}
	w = g.do(call{method: "OPTIONS", path: "/api/cookies/history"})
	if w.Code != http.StatusNoContent || w.Header().Get("Allow") != "GET, OPTIONS" {
		t.Errorf("status %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

// No redirect: it would lose a body or a key.
func TestNoRedirects(t *testing.T) {
	g := newRig(t)
	for _, path := range []string{"/v1/models/", "/V1/MODELS", "/health/", "/v1//models", "//v1/models", "/gemini//v1beta/models", "/api/cookies/"} {
		w := g.do(call{path: path, key: adminKey})
		if w.Code >= 300 && w.Code < 400 {
			t.Errorf("%s: status %d to %s", path, w.Code, w.Header().Get("Location"))
		}
		if strings.Contains(path, "//") && w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	w := g.do(call{path: "/gemini//v1beta/models/" + flash + ":generateContent", key: apiKey, body: `{"contents":[{"parts":[{"text":"x"}]}]}`})
	if w.Code != http.StatusOK {
		t.Errorf("a POST with a double slash: status %d", w.Code)
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := api.New(api.Config{}); err == nil {
		t.Error("an empty configuration was taken")
	}
}
