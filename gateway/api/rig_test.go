package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/internal/provenance"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

const (
	apiKey   = "sk-test-api"
	adminKey = "sk-test-admin"
	flash    = "gemini-2.5-flash"
	pro      = "gemini-2.5-pro"
)

// memory is a store that forgets at the end of the test.
type memory struct{}

func (memory) Load() (map[string]cookie.Record, map[string]error, error) { return nil, nil, nil }

func (memory) Reload(string) (cookie.Record, error) { return cookie.Record{}, fs.ErrNotExist }
func (memory) Remove(string) error                  { return nil }
func (memory) CopyAside(string) (string, error)     { return "", nil }
func (memory) Save(string, cookie.Record) error     { return nil }

// rig is a whole surface over a real supervisor, with an actor for the upstream.
type rig struct {
	t          testing.TB
	api        *api.API
	actor      *actor
	judge      *judge
	supervisor *supervisor.Supervisor
	metrics    *metrics.Metrics
	log        *safeBuffer
}

// option changes what a rig is made of.
type option func(*api.Config)

func with(change func(*api.Settings)) option {
	return func(c *api.Config) { change(&c.Settings) }
}

// open is a loopback listener without keys.
func open(c *api.Config) { c.Keys = nil }

// newRig has one account that serves, an api key and an admin key, on a loopback
// listener without limits.
func newRig(t testing.TB, options ...option) *rig {
	t.Helper()
	g := rigWithoutSession(t, options...)
	verdict := g.supervisor.Offer(t.Context(), supervisor.Candidate{
		Account: "main", Origin: supervisor.FromPush, Trigger: "push", Set: session("main"),
	})
	if verdict.Result != supervisor.Applied {
		t.Fatalf("the session was not taken in: %+v", verdict)
	}
	return g
}

func rigWithoutSession(t testing.TB, options ...option) *rig {
	t.Helper()
	g := &rig{
		t: t, actor: &actor{play: says("Hel", "lo")}, metrics: metrics.New(metrics.Build{}), log: new(safeBuffer),
		judge: &judge{finding: cookie.Finding{Evidence: cookie.SignedIn, Detail: "ok"}},
	}
	var err error
	if g.supervisor, err = supervisor.New(supervisor.Config{Upstream: g.judge, Store: memory{}, Metrics: g.metrics}); err != nil {
		t.Fatal(err)
	}
	cfg := api.Config{
		Supervisor: g.supervisor, Provider: g.actor, Metrics: g.metrics,
		Logger: slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Keys: auth.StaticKeys(
			auth.Key{Name: "demo", Role: auth.RoleAPI, Digest: auth.DigestOf(apiKey)},
			auth.Key{Name: "boss", Role: auth.RoleAdmin, Digest: auth.DigestOf(adminKey)},
		),
		Settings: api.Settings{Loopback: true},
		Report:   func(since string) (any, error) { return map[string]string{"since": since}, nil },
	}
	for _, o := range options {
		o(&cfg)
	}
	if g.api, err = api.New(cfg); err != nil {
		t.Fatal(err)
	}
	return g
}

func session(name string) cookie.Set {
	return cookie.NewSet(cookie.NewValue("g.a000"+name+strings.Repeat("x", 60)), cookie.NewValue("sidts-"+name+strings.Repeat("y", 60)), nil)
}

// call is one request to the rig.
type call struct {
	method, path, body, key string
	header                  map[string]string
	remote                  string // peer, 127.0.0.1 when empty
}

func (g *rig) request(c call) *http.Request {
	var body io.Reader
	if c.body != "" {
		body = strings.NewReader(c.body)
	}
	method := c.method
	if method == "" {
		method = http.MethodGet
		if c.body != "" {
			method = http.MethodPost
		}
	}
	r := httptest.NewRequestWithContext(g.t.Context(), method, c.path, body)
	r.Host = "127.0.0.1:8100"
	r.RemoteAddr = "127.0.0.1:40000"
	if c.remote != "" {
		r.RemoteAddr = c.remote + ":40000"
	}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	for name, value := range c.header {
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	return r
}

// do serves one request. A handler that cuts its connection shows as cut.
func (g *rig) do(c call) (w *httptest.ResponseRecorder) {
	g.t.Helper()
	w, _ = g.serve(g.api.Handler(), g.request(c))
	if !provenance.IsOwn(w.Header()) {
		g.t.Errorf("%s %s: the answer %d is not marked as the server's own", c.method, c.path, w.Code)
	}
	return w
}

func (g *rig) serve(h http.Handler, r *http.Request) (w *httptest.ResponseRecorder, cut bool) {
	g.t.Helper()
	w = httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			cut = true
		}
	}()
	h.ServeHTTP(w, r)
	return w, cut
}

// generate is a plain question in the dialect.
func generate(name string, stream bool) call {
	switch {
	case name == "gemini" && stream:
		return call{path: "/gemini/v1beta/models/" + flash + ":streamGenerateContent?alt=sse", key: apiKey, body: `{"contents":[{"parts":[{"text":"hi"}]}]}`}
	case name == "gemini":
		return call{path: "/gemini/v1beta/models/" + flash + ":generateContent", key: apiKey, body: `{"contents":[{"parts":[{"text":"hi"}]}]}`}
	case stream:
		return call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + flash + `","stream":true,"messages":[{"role":"user","content":"hi"}]}`}
	}
	return call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + flash + `","messages":[{"role":"user","content":"hi"}]}`}
}

func (c call) with(change func(*call)) call {
	change(&c)
	return c
}

// fields is a JSON object.
func fields(t testing.TB, body []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("the body is no JSON object: %v\n%s", err, body)
	}
	return out
}

// at walks down objects and lists by keys and indexes.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

// safeBuffer is a log that may be written and read at once.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
