package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/geminid/geminid/api"
	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

const (
	apiKey   = "sk-test-api"
	adminKey = "sk-test-admin"
	flash    = "gemini-2.5-flash"
	pro      = "gemini-2.5-pro"
)

// script is what the provider answers: each call gets the next reply, and the
// last one again when there are no more.
type script func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool)

// actor is a Provider that plays a script and notes what it was asked.
type actor struct {
	mu    sync.Mutex
	asked []*chat.Request
	sets  []cookie.Set
	play  script
}

func (p *actor) Models(cookie.Set) []chat.Model {
	return []chat.Model{{ID: flash, Name: "Flash"}, {ID: pro, Name: "Pro"}}
}

func (p *actor) Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error] {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.sets = append(p.asked, req), append(p.sets, set)
	play := p.play
	return func(yield func(chat.Event, error) bool) { play(ctx, set, req, yield) }
}

func (p *actor) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

func (p *actor) plays(s script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.play = s
}

// says answers with the pieces and a proper end.
func says(pieces ...string) script {
	return func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		if !yield(chat.Event{Kind: chat.Meta, Served: chat.Served{ID: "up-1", Name: "2.5 Flash"}}, nil) {
			return
		}
		for _, piece := range pieces {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	}
}

// breaks says the pieces and then fails.
func breaks(err error, pieces ...string) script {
	return func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for _, piece := range pieces {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		yield(chat.Event{}, err)
	}
}

// waits says the pieces and then nothing until its context ends.
func waits(left chan<- struct{}, pieces ...string) script {
	return func(ctx context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for _, piece := range pieces {
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		<-ctx.Done()
		if left != nil {
			left <- struct{}{}
		}
		yield(chat.Event{}, ctx.Err())
	}
}

// judge is the supervisor's upstream: every session is what finding says.
type judge struct {
	mu      sync.Mutex
	finding cookie.Finding
}

func (j *judge) says(f cookie.Finding) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.finding = f
}

func (j *judge) Probe(context.Context, cookie.Set) cookie.Finding {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.finding
}

func (j *judge) Rotate(_ context.Context, set cookie.Set) cookie.Finding {
	return cookie.Finding{Evidence: cookie.Rotated, Detail: "new value", Set: set.WithPSIDTS(cookie.NewValue("sidts-next-" + strings.Repeat("z", 40)))}
}

func (j *judge) Renew(context.Context, cookie.Set, cookie.Set) {}

// memory is a store that forgets at the end of the test.
type memory struct{}

func (memory) Load() (map[string]cookie.Record, error) { return nil, nil }
func (memory) Save(string, cookie.Record) error        { return nil }

// rig is a whole surface over a real supervisor, with an actor for the upstream.
type rig struct {
	t          *testing.T
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
func newRig(t *testing.T, options ...option) *rig {
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

func rigWithoutSession(t *testing.T, options ...option) *rig {
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
		Keys: api.StaticKeys(
			api.Key{Name: "demo", Role: api.RoleAPI, Digest: api.DigestOf(apiKey)},
			api.Key{Name: "boss", Role: api.RoleAdmin, Digest: api.DigestOf(adminKey)},
		),
		Settings: api.Settings{Loopback: true},
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
func fields(t *testing.T, body []byte) map[string]any {
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

// digest64 is the digest of a style as a content security policy has it.
func digest64(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}
