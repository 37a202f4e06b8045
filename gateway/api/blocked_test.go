package api_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// TestLastingBlock: a block is a 403 in every dialect, which all clients end on, until
// the next trial is so near that they may wait for it.
func TestLastingBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		g.judge.says(cookie.Finding{Evidence: cookie.Blocked, Detail: "sorry"})
		if _, err := g.supervisor.Probe(t.Context(), "main"); err != nil {
			t.Fatal(err)
		}
		wait := time.Until(g.supervisor.Overall().RetryAt)
		if wait < 2*time.Minute {
			t.Fatalf("the next trial is in %v", wait)
		}
		questions := map[string]struct {
			call call
			says string
			busy int
		}{
			"openai":    {generate("openai", true), `"code":"upstream_blocked"`, 503},
			"responses": {call{path: "/v1/responses", key: apiKey, body: `{"model":"` + flash + `","input":"hi"}`}, `"code":"upstream_blocked"`, 503},
			"anthropic": {call{path: "/v1/messages", key: apiKey, body: `{"model":"` + flash + `","messages":[{"role":"user","content":"hi"}]}`}, `"type":"permission_error"`, 529},
			"gemini":    {generate("gemini", false), `"status":"PERMISSION_DENIED"`, 503},
		}
		for name, q := range questions {
			w := g.do(q.call)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), q.says) || w.Header().Get("X-Should-Retry") != "false" || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: %d %v %s", name, w.Code, w.Header(), w.Body)
			}
		}
		if got := testutil.ToFloat64(g.metrics.Requests.WithLabelValues("openai", "stream", "POST", "403", "error", "true")); got != 1 {
			t.Errorf("%v counted as our failure", got)
		}
		if w := g.do(call{path: "/health"}); w.Code != http.StatusServiceUnavailable {
			t.Errorf("/health is %d", w.Code)
		}
		time.Sleep(wait - 30*time.Second)
		for name, q := range questions {
			if w := g.do(q.call); w.Code != q.busy || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s, half a minute before the trial: %d %s", name, w.Code, w.Body)
			}
		}
	})
}

// TestFailureOfLeavingClient: a client that leaves as soon as it reads the error of a
// stream is not the cause of it.
func TestFailureOfLeavingClient(t *testing.T) {
	for _, name := range []string{"openai", "gemini"} {
		g := newRig(t)
		g.actor.plays(breaks(chat.NewError(chat.Upstream, "it broke"), "half"))
		r := g.request(generate(name, true))
		ctx, leave := context.WithCancel(r.Context())
		g.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			g.api.Handler().ServeHTTP(leaver{w, leave}, r)
		}), r.WithContext(ctx))
		if got := testutil.ToFloat64(g.metrics.Requests.WithLabelValues(name, "stream", "POST", "200", "error", "true")); got != 1 {
			t.Errorf("%s: %v counted as our failure", name, got)
		}
		if got := testutil.ToFloat64(g.metrics.StreamAborts.WithLabelValues("upstream_reset")); got != 1 {
			t.Errorf("%s: %v counted as broken", name, got)
		}
	}
}

// leaver is the writer of a client that leaves when it reads an error.
type leaver struct {
	http.ResponseWriter
	leave func()
}

func (l leaver) Write(p []byte) (int, error) {
	n, err := l.ResponseWriter.Write(p)
	if bytes.Contains(p, []byte(`"error"`)) {
		l.leave()
	}
	return n, err
}

func (l leaver) Unwrap() http.ResponseWriter { return l.ResponseWriter }
