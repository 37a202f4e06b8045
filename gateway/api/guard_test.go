package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
)

func keys(keys ...auth.Key) option {
	return func(c *api.Config) { c.Keys = auth.StaticKeys(keys...) }
}

var (
	demoKey = auth.Key{Name: "demo", Role: auth.RoleAPI, Digest: auth.DigestOf(apiKey)}
	bossKey = auth.Key{Name: "boss", Role: auth.RoleAdmin, Digest: auth.DigestOf(adminKey)}
)

func public(s *api.Settings) { s.Loopback = false }

// Who may do what, by listener, kept keys and sent key.
func TestRoles(t *testing.T) {
	const status, list, chats = "/api/cookies/status", "/api/cookies", "/v1/models"
	both := keys(demoKey, bossKey)
	tests := []struct {
		name    string
		options []option
		key     string
		path    string
		want    int
	}{
		{"api key asks", []option{both}, apiKey, chats, 200},
		{"admin key asks", []option{both}, adminKey, chats, 200},
		{"no key", []option{both}, "", chats, 401},
		{"wrong key", []option{both}, "sk-wrong", chats, 401},
		{"key with a tail", []option{both}, apiKey + "x", chats, 401},
		{"open on loopback", []option{open}, "", chats, 200},
		{"open: any key is ignored", []option{open}, "sk-wrong", chats, 200},
		{"shut while only an admin key exists", []option{keys(bossKey)}, "", chats, 401},
		{"only an admin key: it asks", []option{keys(bossKey)}, adminKey, chats, 200},
		{"shut in public without keys", []option{open, with(public)}, "", chats, 401},
		{"shut in public, wrong key", []option{open, with(public)}, "sk-wrong", chats, 401},
		{"open in public by consent", []option{open, with(func(s *api.Settings) { s.InsecureNoAuth = true; s.Loopback = false })}, "", chats, 200},
		{"consent ends with the first key", []option{both, with(func(s *api.Settings) { s.InsecureNoAuth = true })}, "", chats, 401},
		{"status for the api key", []option{both}, apiKey, status, 200},
		{"status without a key", []option{both}, "", status, 401},
		{"status when open", []option{open}, "", status, 200},
		{"admin route for the admin", []option{both}, adminKey, list, 200},
		{"admin route for the api key", []option{both}, apiKey, list, 403},
		{"admin route without a key", []option{both}, "", list, 401},
		{"admin route, wrong key", []option{both}, "sk-wrong", list, 401},
		{"no admin key: no admin routes", []option{keys(demoKey)}, apiKey, list, 404},
		{"no admin key, no key sent", []option{keys(demoKey)}, "", list, 404},
		{"no keys at all: no admin routes", []option{open}, "", list, 404},
		{"requests for the api key", []option{both}, apiKey, "/api/requests", 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newRig(t, tt.options...).do(call{path: tt.path, key: tt.key})
			if w.Code != tt.want {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
			if w.Code != 200 && at(fields(t, w.Body.Bytes()), "error", "message") == nil {
				t.Errorf("no message: %s", w.Body)
			}
		})
	}
}

func TestEveryPlaceForAKey(t *testing.T) {
	g := newRig(t)
	tests := []struct {
		name   string
		path   string
		header map[string]string
		want   int
	}{
		{"bearer", "/v1/models", map[string]string{"Authorization": "Bearer " + apiKey}, 200},
		{"bearer in small letters", "/v1/models", map[string]string{"Authorization": "bearer " + apiKey}, 200},
		{"x-goog-api-key", "/v1beta/models", map[string]string{"x-goog-api-key": apiKey}, 200},
		{"x-api-key", "/v1/models", map[string]string{"x-api-key": apiKey}, 200},
		{"query", "/gemini/v1beta/models?key=" + apiKey, nil, 200},
		{"query behind others", "/gemini/v1beta/models?pageSize=5&key=" + apiKey, nil, 200},
		{"one of two is right", "/v1/models", map[string]string{"Authorization": "Bearer nope", "x-api-key": apiKey}, 200},
		{"basic", "/v1/models", map[string]string{"Authorization": "Basic " + apiKey}, 401},
		{"bare", "/v1/models", map[string]string{"Authorization": apiKey}, 401},
		{"another parameter", "/v1beta/models?monkey=" + apiKey, nil, 401},
		{"empty", "/v1/models", map[string]string{"Authorization": "Bearer ", "x-api-key": ""}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if w := g.do(call{path: tt.path, header: tt.header}); w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
		})
	}
}

// A key is asked for, and the answer sent, before a byte of the body is read.
func TestKeyComesBeforeTheBody(t *testing.T) {
	g := newRig(t)
	r := g.request(generate("openai", false).with(func(c *call) { c.key = "" }))
	w := httptest.NewRecorder()
	r.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
		if !w.Flushed {
			t.Error("the body was read")
		}
		return 0, io.EOF
	}))
	if g.api.Handler().ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestHost(t *testing.T) {
	loopback := with(func(s *api.Settings) {
		s.PublicURL = "https://ai.example:8443/base"
		s.AllowedHosts = []string{"Box.Local", "[2001:db8::1]:81"}
	})
	consent := func(c *api.Config) {
		open(c)
		c.Settings.InsecureNoAuth, c.Settings.Loopback = true, false
	}
	tests := []struct {
		host    string
		options []option
		want    int
	}{
		{"127.0.0.1:8100", nil, 200},
		{"127.8.9.1", nil, 200},
		{"localhost:8100", nil, 200},
		{"LOCALHOST.", nil, 200},
		{"geminid.localhost", nil, 200},
		{"[::1]:8100", nil, 200},
		{"evil.example", nil, 421},
		{"127.0.0.1.evil.example", nil, 421},
		{"localhost.evil.example", nil, 421},
		{"10.0.0.1", nil, 421},
		{"", nil, 421},
		{"ai.example", []option{loopback}, 200},
		{"ai.example:443", []option{loopback}, 200},
		{"box.local:8100", []option{loopback}, 200},
		{"[2001:db8::1]", []option{loopback}, 200},
		{"other.example", []option{loopback}, 421},
		{"evil.example", []option{with(public)}, 200}, // its keys protect a public listener
		{"rebind.evil.example:8100", []option{consent}, 421},
		{"192.168.1.7.evil.example", []option{consent}, 421},
		{"nas", []option{consent}, 421},
		{"", []option{consent}, 421},
		{"192.168.1.7:8100", []option{consent}, 200},
		{"[2001:db8::2]:8100", []option{consent}, 200},
		{"localhost", []option{consent}, 200},
		{"ai.example", []option{consent, loopback}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			g := newRig(t, tt.options...)
			for _, path := range []string{"/v1/models", "/gemini/v1beta/models", "/api/cookies/status", "/health"} {
				r := g.request(call{path: path, key: apiKey})
				r.Host = tt.host
				w, _ := g.serve(g.api.Handler(), r)
				if w.Code != tt.want {
					t.Errorf("%s: status %d, want %d", path, w.Code, tt.want)
				}
				if w.Code == 421 && at(fields(t, w.Body.Bytes()), "error", "message") == nil {
					t.Errorf("%s: %s", path, w.Body)
				}
			}
		})
	}
}

func TestControlNeedsNoKeyAndNoHost(t *testing.T) {
	g := newRig(t, keys(demoKey))
	for _, path := range []string{"/v1/models", "/api/cookies", "/api/cookies/status", "/metrics", "/health"} {
		r := g.request(call{path: path, header: map[string]string{"Host": "geminid.sock", "Origin": "null"}})
		r.RemoteAddr = "@"
		if w, _ := g.serve(g.api.ControlHandler(), r); w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %s", path, w.Code, w.Body)
		}
	}
}

func TestPanicCostsOneRequest(t *testing.T) {
	secret := "prompt text that must not be logged"
	for _, stream := range []bool{false, true} {
		for _, after := range []bool{false, true} {
			g := newRig(t)
			g.actor.plays(func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
				if after {
					yield(chat.Event{Kind: chat.Text, Text: "Hel"}, nil)
				}
				panic(secret)
			})
			w, cut := g.serve(g.api.Handler(), g.request(generate("gemini", stream)))
			if begun := stream && after; cut != begun || !begun && w.Code != http.StatusInternalServerError {
				t.Errorf("stream %v, after %v: cut %v, status %d", stream, after, cut, w.Code)
			}
			if !cut && at(fields(t, w.Body.Bytes()), "error", "code") != float64(500) {
				t.Errorf("body %s", w.Body)
			}
			log := g.log.String()
			if strings.Contains(log+w.Body.String(), secret) || !strings.Contains(log, "a handler panicked") || !strings.Contains(log, "guard_test.go") {
				t.Errorf("the log tells too much or too little:\n%s", log)
			}
			g.actor.plays(says("fine"))
			if w := g.do(generate("gemini", stream)); w.Code != http.StatusOK {
				t.Errorf("the next request: status %d", w.Code)
			}
			if got := testutil.ToFloat64(g.metrics.InFlight.WithLabelValues("gemini")); got != 0 {
				t.Errorf("%v still in flight", got)
			}
		}
	}
}

func TestRequestID(t *testing.T) {
	for sent, keep := range map[string]bool{
		"": false, "abc-123_X.y": true, strings.Repeat("a", 128): true, strings.Repeat("a", 129): false,
		"a b": false, "a\r\nb": false, "ü": false, "<script>": false,
	} {
		got := api.RequestID(sent)
		if (got == sent) != keep || len(got) < 8 && !keep {
			t.Errorf("%q became %q", sent, got)
		}
	}
	g := newRig(t)
	w := g.do(call{path: "/health", header: map[string]string{"X-Request-Id": "mine-1"}})
	if w.Header().Get("X-Request-Id") != "mine-1" {
		t.Errorf("id %q", w.Header().Get("X-Request-Id"))
	}
}
