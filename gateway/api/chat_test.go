package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

func TestAnswerWhole(t *testing.T) {
	tests := []struct {
		dialect string
		text    []any
	}{
		{"openai", []any{"choices", 0, "message", "content"}},
		{"gemini", []any{"candidates", 0, "content", "parts", 0, "text"}},
	}
	for _, tt := range tests {
		t.Run(tt.dialect, func(t *testing.T) {
			g := newRig(t)
			w := g.do(generate(tt.dialect, false))
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if got := at(fields(t, w.Body.Bytes()), tt.text...); got != "Hello" {
				t.Errorf("got text %v, want Hello: %s", got, w.Body)
			}
			if got := w.Header().Get("X-Geminid-Served-Model"); got != "2.5 Flash" {
				t.Errorf("served model %q", got)
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("content type %q", got)
			}
			if w.Header().Get("X-Request-Id") == "" {
				t.Error("no request id")
			}
			if g.actor.calls() != 1 {
				t.Errorf("%d upstream calls for one answer", g.actor.calls())
			}
		})
	}
}

func TestAnswerStreamed(t *testing.T) {
	tests := []struct {
		dialect, first, last string
		events               int
	}{
		{"openai", `"content":"Hel"`, "data: [DONE]\n\n", 0},
		{"gemini", `"text":"Hel"`, "}\n\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.dialect, func(t *testing.T) {
			g := newRig(t)
			w := g.do(generate(tt.dialect, true))
			if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
				t.Fatalf("status %d, type %q: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
			body := w.Body.String()
			if !strings.Contains(body, tt.first) || !strings.HasSuffix(body, tt.last) {
				t.Errorf("want %q first and %q last:\n%s", tt.first, tt.last, body)
			}
			if !w.Flushed {
				t.Error("nothing was flushed")
			}
			if got := w.Header().Get("X-Geminid-Served-Model"); got != "2.5 Flash" {
				t.Errorf("served model %q", got)
			}
			if got := testutil.ToFloat64(g.metrics.Streams.WithLabelValues(tt.dialect)); got != 1 {
				t.Errorf("%v streams counted", got)
			}
		})
	}
}

// A failure before the first piece has its own status, one after it goes into
// the stream, and in Gemini's format the connection is cut, with time to read it.
func TestStreamFails(t *testing.T) {
	broke := chat.NewError(chat.Upstream, "the upstream broke")
	for _, name := range []string{"openai", "gemini"} {
		t.Run(name+" before the first piece", func(t *testing.T) {
			g := newRig(t)
			g.actor.plays(breaks(broke))
			w, cut := g.serve(g.api.Handler(), g.request(generate(name, true)))
			if cut || w.Code != http.StatusBadGateway || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("cut %v, status %d, type %s", cut, w.Code, w.Header().Get("Content-Type"))
			}
			if got := at(fields(t, w.Body.Bytes()), "error", "message"); got != "the upstream broke" {
				t.Errorf("message %v", got)
			}
		})
		t.Run(name+" gives time to read the error", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t)
				g.actor.plays(breaks(broke, "Hel"))
				began := time.Now()
				want := time.Duration(0)
				if name == "gemini" {
					want = 50 * time.Millisecond
				}
				if _, cut := g.serve(g.api.Handler(), g.request(generate(name, true))); cut != (want > 0) || time.Since(began) != want {
					t.Errorf("cut %v after %s", cut, time.Since(began))
				}
			})
		})
		t.Run(name+" in the middle", func(t *testing.T) {
			g := newRig(t)
			g.actor.plays(breaks(broke, "Hel"))
			w, cut := g.serve(g.api.Handler(), g.request(generate(name, true)))
			if cut != (name == "gemini") {
				t.Errorf("cut %v after an error in the stream", cut)
			}
			body := w.Body.String()
			if !strings.Contains(body, `"error"`) || !strings.Contains(body, "the upstream broke") {
				t.Errorf("no error event:\n%s", body)
			}
			if strings.Contains(body, "[DONE]") || strings.Contains(body, `"STOP"`) || strings.Contains(body, `"stop"`) {
				t.Errorf("a broken stream ended as if it were whole:\n%s", body)
			}
			if got := testutil.ToFloat64(g.metrics.StreamAborts.WithLabelValues("upstream_reset")); got != 1 {
				t.Errorf("%v aborts counted", got)
			}
			if got := testutil.ToFloat64(g.metrics.Requests.WithLabelValues(name, "stream", "POST", "200", "error", "true")); got != 1 {
				t.Errorf("the failure was not counted as one: %v", got)
			}
		})
	}
}

func TestAnswerWithoutEndIsBroken(t *testing.T) {
	endless := func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		yield(chat.Event{Kind: chat.Text, Text: "half"}, nil)
	}
	for _, stream := range []bool{false, true} {
		g := newRig(t)
		g.actor.plays(endless)
		w, cut := g.serve(g.api.Handler(), g.request(generate("openai", stream)))
		if cut || strings.Contains(w.Body.String(), "[DONE]") {
			t.Errorf("stream %v: cut %v: %s", stream, cut, w.Body)
		}
		if !stream && w.Code != http.StatusBadGateway {
			t.Errorf("status %d", w.Code)
		}
		if !strings.Contains(w.Body.String(), "broke off") {
			t.Errorf("stream %v: %s", stream, w.Body)
		}
	}
}

func TestErrorsReachTheClientWithTheirStatus(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
		retry  string
		inBody string
	}{
		{"upstream", chat.NewError(chat.Upstream, "it broke"), 502, "", "it broke"},
		{"timeout", chat.NewError(chat.Timeout, "too slow"), 504, "", "too slow"},
		{"quota", &chat.Error{Kind: chat.Quota, Message: "used up", RetryAfter: 90 * time.Second}, 429, "90", "used up"},
		{"downgraded", chat.NewError(chat.Downgraded, "asked A, got B"), 429, "60", "asked A"},
		{"signed out", chat.NewError(chat.SignedOut, "session ended"), 403, "", "session ended"},
		{"prompt too long", chat.NewError(chat.ContextLength, "too long"), 400, "", "too long"},
		{"unknown", errors.New("secret detail"), 500, "", "internal error"},
	}
	for _, tt := range tests {
		for _, dialect := range []string{"openai", "gemini"} {
			t.Run(tt.name+" "+dialect, func(t *testing.T) {
				g := newRig(t)
				g.actor.plays(breaks(tt.err))
				w := g.do(generate(dialect, false))
				if w.Code != tt.status || w.Header().Get("Retry-After") != tt.retry {
					t.Errorf("got %d, Retry-After %q, want %d, %q", w.Code, w.Header().Get("Retry-After"), tt.status, tt.retry)
				}
				if !strings.Contains(w.Body.String(), tt.inBody) || strings.Contains(w.Body.String(), "secret detail") {
					t.Errorf("body %s", w.Body)
				}
				if code := at(fields(t, w.Body.Bytes()), "error", "code"); dialect == "gemini" && code != float64(tt.status) {
					t.Errorf("error.code %v, want %d", code, tt.status)
				}
			})
		}
	}
}

func TestRefusalIsFastAndFree(t *testing.T) {
	g := rigWithoutSession(t, with(limited))
	for range 3 {
		w := g.do(generate("openai", false))
		if w.Code != http.StatusForbidden || at(fields(t, w.Body.Bytes()), "error", "code") != "cookies_missing" {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w.Header().Get("X-Should-Retry") != "false" {
			t.Error("SDKs would repeat it")
		}
		if w.Header().Get("X-Ratelimit-Remaining-Requests") != "" {
			t.Error("a refused question took a turn")
		}
	}
	if g.actor.calls() != 0 {
		t.Error("the upstream was called without a session")
	}
	if got := testutil.ToFloat64(g.metrics.Requests.WithLabelValues("openai", "generate", "POST", "403", "error", "true")); got != 3 {
		t.Errorf("%v failures counted, want 3: a missing session is ours", got)
	}
}

// deadSession is what a provider says when the upstream answers as signed out.
type deadSession struct{ error }

func (deadSession) Finding() cookie.Finding {
	return cookie.Finding{Evidence: cookie.SignedOut, Detail: "redirected to sign-in"}
}

func TestAnotherAccountAnswersBeforeTheFirstByte(t *testing.T) {
	g := newRig(t)
	second := g.supervisor.Offer(t.Context(), supervisor.Candidate{Account: "spare", Origin: supervisor.FromPush, Trigger: "push", Set: session("spare")})
	if second.Result != supervisor.Applied {
		t.Fatalf("%+v", second)
	}
	var dead cookie.Key
	g.actor.plays(func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
		if dead == (cookie.Key{}) || set.Key() == dead {
			dead = set.Key()
			g.judge.says(cookie.Finding{Evidence: cookie.SignedOut})
			yield(chat.Event{Kind: chat.Meta}, nil)
			yield(chat.Event{}, &chat.Error{Kind: chat.SignedOut, Message: "ended", Err: deadSession{errors.New("out")}})
			return
		}
		says("from the other")(ctx, set, req, yield)
	})
	w := g.do(generate("openai", true))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "from the other") {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if g.actor.calls() != 2 {
		t.Errorf("%d calls, want one an account", g.actor.calls())
	}
}

func TestModels(t *testing.T) {
	tests := []struct {
		name, path string
		header     map[string]string
		status     int
		want       []any
	}{
		{"openai list", "/v1/models", nil, 200, []any{"data", 0, "id"}},
		{"openai one", "/v1/models/" + flash, nil, 200, []any{"id"}},
		{"openai alias", "/openai/v1/models/" + flash, nil, 200, []any{"id"}},
		{"gemini list", "/v1beta/models", nil, 200, []any{"models", 0, "baseModelId"}},
		{"gemini list under v1", "/v1/models", map[string]string{"X-Goog-Api-Key": apiKey}, 200, []any{"models", 0, "baseModelId"}},
		{"gemini list by query key", "/v1/models?key=" + apiKey, nil, 200, []any{"models", 0, "baseModelId"}},
		{"gemini one", "/gemini/v1/models/" + flash, nil, 200, []any{"baseModelId"}},
		{"double slash", "/gemini//v1beta//models/" + flash, nil, 200, []any{"baseModelId"}},
		{"unknown", "/v1/models/gpt-9", nil, 404, nil},
	}
	g := rigWithoutSession(t) // the list needs no session
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := call{path: tt.path, key: apiKey, header: tt.header}
			if tt.header != nil || strings.Contains(tt.path, "key=") {
				c.key = ""
			}
			w := g.do(c)
			if w.Code != tt.status {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if tt.want != nil {
				if got := at(fields(t, w.Body.Bytes()), tt.want...); got != flash {
					t.Errorf("got %v: %s", got, w.Body)
				}
			}
		})
	}
}

func TestCountTokens(t *testing.T) {
	g := newRig(t, with(limited))
	w := g.do(call{path: "/v1beta/models/" + flash + ":countTokens", key: apiKey, body: `{"contents":[{"parts":[{"text":"one two three"}]}]}`})
	if n, _ := at(fields(t, w.Body.Bytes()), "totalTokens").(float64); w.Code != http.StatusOK || n <= 0 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w.Header().Get("X-Ratelimit-Limit-Requests") != "" {
		t.Error("counting tokens took a turn")
	}
}

func TestIgnoredFieldsAreNamed(t *testing.T) {
	g := newRig(t)
	body := `{"model":"` + flash + `","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"file_search"}]}`
	for _, stream := range []string{"", `,"stream":true`} {
		w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: strings.TrimSuffix(body, "}") + stream + "}"})
		if got := w.Header().Get("X-Geminid-Ignored"); got != "tools[]" {
			t.Errorf("ignored %q, status %d", got, w.Code)
		}
	}
}
