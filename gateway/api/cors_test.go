package api_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/api"
)

// TestOwnPageOnAPublicHost: the status page calls the API of the host it was served
// by, whatever its name is, with and without public_url.
func TestOwnPageOnAPublicHost(t *testing.T) {
	tests := []struct {
		name, public, host, origin string
		status                     int
	}{
		{"the same host", "", "ai.example", "https://ai.example", 200},
		{"the same host in other letters", "", "AI.example", "https://ai.Example", 200},
		{"the same host and port", "", "ai.example:8443", "https://ai.example:8443", 200},
		{"another port", "", "ai.example:8443", "https://ai.example", 403},
		{"another host", "", "ai.example", "https://evil.example", 403},
		{"a host below", "", "ai.example", "https://evil.ai.example", 403},
		{"public_url, behind a proxy that changes Host", "https://ai.example", "10.0.0.1:8100", "https://ai.example", 200},
		{"not public_url", "https://ai.example", "10.0.0.1:8100", "https://evil.example", 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newRig(t, with(func(s *api.Settings) { s.Loopback, s.PublicURL = false, tt.public }))
			w := g.do(call{path: "/api/cookies", key: adminKey, header: map[string]string{"Host": tt.host, "Origin": tt.origin}})
			if w.Code != tt.status {
				t.Errorf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
		})
	}
}

func TestCrossOrigin(t *testing.T) {
	const evil, near = "https://evil.example", "http://localhost:5173"
	keyed, keyless := keys(demoKey, bossKey), option(open)
	tests := []struct {
		name, path, origin string
		option             option
		status             int
		allow              string
	}{
		{"keyed: any page", "/v1/models", evil, keyed, 200, "*"},
		{"keyed: a file", "/v1/models", "null", keyed, 200, "*"},
		{"keyed: no page", "/v1/models", "", keyed, 200, "*"},
		{"keyed: unknown path", "/v1/nothing", evil, keyed, 404, "*"},
		{"keyed: gemini", "/v1beta/models", evil, keyed, 200, "*"},
		{"keyless: this machine", "/v1/models", near, keyless, 200, near},
		{"keyless: ourselves", "/v1/models", "http://127.0.0.1:8100", keyless, 200, "http://127.0.0.1:8100"},
		{"keyless: no page", "/v1/models", "", keyless, 200, ""},
		{"keyless: any page", "/v1/models", evil, keyless, 403, evil},
		{"keyless: an app", "/v1/chat/completions", "app://obsidian.md", keyless, 403, "app://obsidian.md"},
		{"keyless: gemini", "/v1beta/models", evil, keyless, 403, evil},
		{"keyless: a file", "/v1/models", "null", keyless, 403, "null"},
		{"keyless: look-alike", "/v1/models", "http://localhost.evil.example", keyless, 403, "http://localhost.evil.example"},
		{"admin: any page", "/api/cookies", evil, keyed, 403, ""},
		{"admin: a file", "/api/cookies", "null", keyed, 403, ""},
		{"admin: our page", "/api/cookies", "http://127.0.0.1:8100", keyed, 200, ""},
		{"status: any page", "/api/cookies/status", evil, keyed, 403, ""},
		{"metrics: any page", "/metrics", evil, keyed, 403, ""},
		{"front page: any page", "/", evil, keyed, 403, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newRig(t, tt.option)
			c := call{path: tt.path, key: adminKey}
			if tt.origin != "" {
				c.header = map[string]string{"Origin": tt.origin}
			}
			w := g.do(c)
			if w.Code != tt.status || w.Header().Get("Access-Control-Allow-Origin") != tt.allow {
				t.Errorf("status %d, allow %q, want %d, %q", w.Code, w.Header().Get("Access-Control-Allow-Origin"), tt.status, tt.allow)
			}
			if w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("credentials are allowed")
			}
			if tt.allow != "" && w.Code == 403 && !strings.Contains(w.Body.String(), "geminid keys add NAME") {
				t.Errorf("the refusal does not say what to do: %s", w.Body)
			}
			for _, name := range []string{"Retry-After", "X-Geminid-Quota-Remaining"} {
				if tt.allow != "" && !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), name) {
					t.Errorf("scripts cannot read %s", name)
				}
			}
			if tt.option != nil && strings.HasPrefix(tt.name, "keyless") && w.Header().Get("Vary") != "Origin" {
				t.Errorf("Vary %q: a cache would mix origins up", w.Header().Get("Vary"))
			}
		})
	}
}

func TestCrossOriginOnFailures(t *testing.T) {
	g := newRig(t, hourly(1))
	header := map[string]string{"Origin": "https://app.example"}
	g.do(generate("openai", false))
	for _, c := range []call{
		{path: "/v1/models", header: header},                                                                                                           // 401
		generate("openai", true).with(func(c *call) { c.header = header }),                                                                             // 429
		{path: "/v1/chat/completions", key: apiKey, body: "{", header: header},                                                                         // 400
		{path: "/v1/chat/completions", key: apiKey, method: "GET", header: header},                                                                     // 405
		{path: "/gemini/v1beta/nothing", key: apiKey, header: header, body: "{}"},                                                                      // 404
		{path: "/v1/chat/completions", key: apiKey, header: map[string]string{"Origin": "https://app.example", "Content-Encoding": "gzip"}, body: "x"}, // 415
	} {
		if w := g.do(c); w.Code < 400 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: status %d without CORS headers", c.path, w.Code)
		}
	}
}

// TestRefusalsOfTheConnection: a page can read why its request was refused before
// anybody looked at its path, and the preflight before it passes.
func TestRefusalsOfTheConnection(t *testing.T) {
	for _, tt := range []struct {
		name   string
		option option
		header map[string]string
		status int
	}{
		{"a host name that is not served", nil, map[string]string{"Host": "gemini.lan"}, 421},
		{"the same without keys", open, map[string]string{"Host": "gemini.lan", "Origin": "http://localhost:5173"}, 421},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var options []option
			if tt.option != nil {
				options = append(options, tt.option)
			}
			g, c := newRig(t, options...), generate("openai", false)
			c.header = map[string]string{"Origin": "https://app.example"}
			maps.Copy(c.header, tt.header)
			w := g.do(c)
			if w.Code != tt.status || w.Header().Get("Access-Control-Allow-Origin") == "" {
				t.Errorf("status %d, %v", w.Code, w.Header())
			}
			c.method, c.body = http.MethodOptions, ""
			if w := g.do(c); w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") == "" {
				t.Errorf("preflight: status %d, %v", w.Code, w.Header())
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	asked := "authorization,content-type,x-stainless-os"
	tests := []struct {
		name, path, asked string
		want              string
	}{
		{"chat", "/v1/chat/completions", asked, asked},
		{"gemini", "/gemini/v1beta/models/x:generateContent", asked, asked},
		{"unknown path", "/v1/nothing", asked, asked},
		{"no headers", "/v1/chat/completions", "", ""},
		{"odd headers", "/v1/chat/completions", "a\tb;c", ""},
		{"too many", "/v1/chat/completions", strings.Repeat("x", 4000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newRig(t).do(call{method: http.MethodOptions, path: tt.path, header: map[string]string{
				"Origin": "https://app.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": tt.asked,
				"Access-Control-Request-Private-Network": "true",
			}})
			h := w.Header()
			if w.Code != http.StatusNoContent || w.Body.Len() != 0 {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Headers") != tt.want ||
				h.Get("Access-Control-Allow-Methods") != "GET, POST, DELETE, OPTIONS" || h.Get("Access-Control-Max-Age") != "86400" ||
				h.Get("Access-Control-Allow-Private-Network") != "true" {
				t.Errorf("headers %v", h)
			}
		})
	}
	t.Run("admin", func(t *testing.T) {
		w := newRig(t).do(call{method: http.MethodOptions, path: "/api/cookies", header: map[string]string{"Origin": "http://127.0.0.1:8100"}})
		for name := range w.Header() {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s on an admin route", name)
			}
		}
	})
	t.Run("keyless from elsewhere", func(t *testing.T) {
		// It passes, so that the page can read why its request is refused.
		w := newRig(t, open).do(call{method: http.MethodOptions, path: "/v1/models", header: map[string]string{"Origin": "https://evil.example"}})
		if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "https://evil.example" {
			t.Errorf("status %d, %v", w.Code, w.Header())
		}
	})
	t.Run("our public name is ours", func(t *testing.T) {
		g := newRig(t, open, with(func(s *api.Settings) { s.PublicURL, s.InsecureNoAuth = "https://ai.example", true }))
		w := g.do(call{path: "/v1/models", header: map[string]string{"Origin": "https://ai.example", "Host": "ai.example"}})
		if w.Code != http.StatusOK || w.Header().Get("Access-Control-Allow-Origin") != "https://ai.example" {
			t.Errorf("status %d, %v", w.Code, w.Header())
		}
	})
}
