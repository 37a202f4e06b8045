package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// house is the surface over the real provider and the pretend upstream.
type house struct {
	*rig
	upstream *simulator.Simulator
	client   *geminiweb.Client
	psid     string
}

// newHouse signs in and brings the session to the account main.
func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOver(t, func(upstream *simulator.Simulator) (*geminiweb.Client, error) {
		return geminiweb.New(geminiweb.Config{Transport: upstream})
	})
}

// newHouseOver is newHouse with a client of one's own.
func newHouseOver(t testing.TB, dial func(upstream *simulator.Simulator) (*geminiweb.Client, error)) *house {
	t.Helper()
	h := &house{rig: &rig{t: t, metrics: metrics.New(metrics.Build{}), log: new(safeBuffer)}}
	h.upstream = simulator.New(simulator.Config{PageBytes: 4 << 10})
	var err error
	if h.client, err = dial(h.upstream); err != nil {
		t.Fatal(err)
	}
	if h.supervisor, err = supervisor.New(supervisor.Config{Upstream: h.client, Store: memory{}, Metrics: h.metrics}); err != nil {
		t.Fatal(err)
	}
	h.api, err = api.New(api.Config{
		Supervisor: h.supervisor, Provider: h.client, Metrics: h.metrics, Keys: auth.StaticKeys(demoKey, bossKey),
		Logger: slog.New(slog.NewTextHandler(h.log, nil)), Settings: api.Settings{Loopback: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	signed := h.upstream.AddSession(simulator.SessionConfig{Name: "main"})
	h.psid = signed.PSID
	verdict := h.supervisor.Offer(t.Context(), supervisor.Candidate{
		Account: "main", Origin: supervisor.FromPush, Trigger: "push",
		Set: cookie.NewSet(cookie.NewValue(signed.PSID), cookie.NewValue(signed.PSIDTS), nil),
	})
	if verdict.Result != supervisor.Applied {
		t.Fatalf("the session was not taken in: %+v", verdict)
	}
	return h
}

// close ends what the client does in the background.
func (h *house) close() {
	if err := h.client.Close(context.Background()); err != nil {
		h.t.Error(err)
	}
}

// ask is a question whose prompt steers the simulator.
func ask(dialect, prompt string, stream bool) call {
	c := generate(dialect, stream)
	c.body = strings.Replace(c.body, `"hi"`, fmt.Sprintf("%q", prompt), 1)
	return c
}

// streamText gathers the text of a stream's events.
func streamText(t *testing.T, dialect, body string) string {
	t.Helper()
	var text strings.Builder
	for line := range strings.Lines(body) {
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		event := fields(t, []byte(data))
		path := []any{"choices", 0, "delta", "content"}
		if dialect == "gemini" {
			path = []any{"candidates", 0, "content", "parts", 0, "text"}
		}
		piece, _ := at(event, path...).(string)
		text.WriteString(piece)
	}
	return text.String()
}

func inBubble(t *testing.T, test func(t *testing.T, h *house)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		defer h.close()
		test(t, h)
	})
}

func TestWholeHouseAnswers(t *testing.T) {
	const said = "A whole answer with 😀 and 漢字 in it."
	for _, dialect := range []string{"openai", "gemini"} {
		t.Run(dialect, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				w := h.do(ask(dialect, "[say "+said+"]", false))
				path := []any{"choices", 0, "message", "content"}
				if dialect == "gemini" {
					path = []any{"candidates", 0, "content", "parts", 0, "text"}
				}
				if got := at(fields(t, w.Body.Bytes()), path...); w.Code != 200 || got != said {
					t.Errorf("status %d, text %v: %s", w.Code, got, w.Body)
				}
				w = h.do(ask(dialect, "[say "+said+"]", true))
				if got := streamText(t, dialect, w.Body.String()); w.Code != 200 || got != said {
					t.Errorf("status %d, stream %q", w.Code, got)
				}
				if w.Header().Get("X-Geminid-Served-Model") == "" {
					t.Error("the served model is not named")
				}
			})
		})
	}
}

// Who reads a stream keeps the words that came first; an answer in one piece is
// what the upstream made of it in the end.
func TestWholeHouseRewrites(t *testing.T) {
	for _, dialect := range []string{"openai", "gemini"} {
		t.Run(dialect, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				w := h.do(ask(dialect, "[rewrite] hello", true))
				if got := streamText(t, dialect, w.Body.String()); !strings.HasPrefix(got, "You wrote: hello") {
					t.Errorf("status %d, stream %.40q", w.Code, got)
				}
				w = h.do(ask(dialect, "[rewrite] hello", false))
				if body := w.Body.String(); !strings.Contains(body, `"You said: hello`) || !strings.Contains(body, "```python") || strings.Contains(body, "wrote") {
					t.Errorf("status %d: %s", w.Code, body)
				}
			})
		})
	}
}

// What goes wrong upstream reaches the client with its own status and is counted
// as what it is.
func TestWholeHouseFails(t *testing.T) {
	tests := []struct {
		prompt  string
		status  int
		origin  string
		outcome string
	}{
		{"[error 1037]", 429, "upstream_quota", "throttled"},
		{"[error 1060]", 403, "upstream_blocked", "error"},
		{"[sorry]", 403, "upstream_blocked", "error"},
		{"[http 500]", 502, "", "error"},
		{"[reset 0]", 502, "", "error"},
		{"[downgrade]", 429, "upstream_quota", "throttled"},
	}
	for _, tt := range tests {
		for _, dialect := range []string{"openai", "gemini"} {
			t.Run(tt.prompt+" "+dialect, func(t *testing.T) {
				inBubble(t, func(t *testing.T, h *house) {
					w := h.do(ask(dialect, tt.prompt+" hello", true))
					if w.Code != tt.status {
						t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
					}
					dialectError(t, dialect, w.Code, w.Header(), w.Body.Bytes())
					if tt.origin != "" {
						if got := testutil.ToFloat64(h.metrics.RateLimited.WithLabelValues(tt.origin)); got != 1 {
							t.Errorf("%v counted as %s", got, tt.origin)
						}
					}
					got := testutil.ToFloat64(h.metrics.Requests.WithLabelValues(dialect, "stream", "POST", fmt.Sprint(tt.status), tt.outcome, "true"))
					if got != 1 {
						t.Errorf("counted %v times as %s", got, tt.outcome)
					}
				})
			})
		}
	}
}

func TestWholeHouseBreaksInTheMiddle(t *testing.T) {
	tests := []struct{ prompt, cause string }{
		{"[long 40000] [reset 2]", "upstream_reset"},
		{"[long 40000] [stall 2]", "upstream_timeout"},
	}
	for _, tt := range tests {
		for _, dialect := range []string{"openai", "gemini"} {
			t.Run(tt.prompt+" "+dialect, func(t *testing.T) {
				inBubble(t, func(t *testing.T, h *house) {
					w, cut := h.serve(h.api.Handler(), h.request(ask(dialect, tt.prompt, true)))
					body := w.Body.String()
					if cut != (dialect == "gemini") || w.Code != 200 || !strings.Contains(body, `"error"`) || strings.Contains(body, "[DONE]") {
						t.Errorf("cut %v, status %d, end %q", cut, w.Code, body[max(len(body)-200, 0):])
					}
					if got := testutil.ToFloat64(h.metrics.StreamAborts.WithLabelValues(tt.cause)); got != 1 {
						t.Errorf("%v counted as %s", got, tt.cause)
					}
				})
			})
		}
	}
}

// A session that dies: the first failing request starts the check, the gate
// closes with 503, and after the confirmation a person is told with 403.
func TestWholeHouseNoticesADeadSession(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		if w := h.do(ask("openai", "[say hi]", false)); w.Code != 200 {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if err := h.upstream.Revoke(h.psid); err != nil {
			t.Fatal(err)
		}
		w := h.do(ask("openai", "[say hi]", false))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("the first failing request: status %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
		calls := h.upstream.Calls()["generate"]
		w = h.do(ask("gemini", "[say hi]", true))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "35" {
			t.Errorf("behind the closed gate: status %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
		time.Sleep(35 * time.Second)
		h.supervisor.Tick(t.Context())
		w = h.do(ask("openai", "[say hi]", false))
		if w.Code != http.StatusForbidden || at(fields(t, w.Body.Bytes()), "error", "code") != "cookies_expired" || w.Header().Get("X-Should-Retry") != "false" {
			t.Errorf("after the confirmation: status %d: %s", w.Code, w.Body)
		}
		if got := h.upstream.Calls()["generate"]; got != calls {
			t.Errorf("the upstream was asked %d more times", got-calls)
		}
		if w := h.do(call{path: "/health"}); w.Code != http.StatusServiceUnavailable || w.Body.String() != `{"status":"expired"}`+"\n" {
			t.Errorf("health: %d %s", w.Code, w.Body)
		}
	})
}

// Rotations in the middle of streams break none of them.
func TestWholeHouseRotatesUnderLoad(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, 20)
		for n := range answers {
			wg.Go(func() {
				time.Sleep(time.Duration(n) * 10 * time.Second)
				answers[n] = h.do(ask("openai", "[say one two three four five six seven] [frames 8] [slow 3s]", true))
			})
		}
		for range 3 {
			time.Sleep(65 * time.Second)
			if w := h.do(admin("POST", "/api/accounts/main/rotate", "")); w.Code != 200 || !strings.Contains(w.Body.String(), "rotated") {
				t.Errorf("rotation: %d %s", w.Code, w.Body)
			}
		}
		wg.Wait()
		for n, w := range answers {
			if got := streamText(t, "openai", w.Body.String()); w.Code != 200 || got != "one two three four five six seven" {
				t.Errorf("stream %d: status %d, %q", n, w.Code, got)
			}
		}
	})
}
