package api_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
)

// pausing says each piece after a pause, then ends as end says.
func pausing(pause time.Duration, end error, pieces ...string) script {
	return func(ctx context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for _, piece := range pieces {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				yield(chat.Event{}, ctx.Err())
				return
			}
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		if time.Sleep(pause); end != nil {
			yield(chat.Event{}, end)
			return
		}
		yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	}
}

func TestSilenceIsBridged(t *testing.T) {
	tests := []struct {
		name  string
		pause time.Duration
		pings int // three silences
	}{
		{"short", 9 * time.Second, 0},
		{"first too long", 12 * time.Second, 1},
		{"each too long", 20 * time.Second, 1 + 1 + 1},
		{"very long", 65 * time.Second, 4 + 4 + 4},
	}
	for _, dialect := range []string{"openai", "gemini"} {
		for _, tt := range tests {
			t.Run(dialect+" "+tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newRig(t)
					g.actor.plays(pausing(tt.pause, nil, "Hel", "lo"))
					w := g.do(generate(dialect, true))
					if w.Code != http.StatusOK {
						t.Fatalf("status %d: %s", w.Code, w.Body)
					}
					ping := ": ping"
					if dialect == "gemini" {
						ping = `"text":""`
						if n := strings.Count(w.Body.String(), "\n:"); n > 0 {
							t.Errorf("%d comments in a Gemini stream, which breaks its readers", n)
						}
					}
					got := strings.Count(w.Body.String(), ping)
					if dialect == "gemini" {
						got -= strings.Count(w.Body.String(), `"finishReason"`) // its last chunk has an empty part
					}
					if got != tt.pings {
						t.Errorf("%d pings, want %d:\n%s", got, tt.pings, w.Body)
					}
				})
			})
		}
	}
}

// The status is held back while a failure may still come with its own.
func TestStatusIsHeldBackForTenSeconds(t *testing.T) {
	for _, tt := range []struct {
		after  time.Duration
		status int
	}{
		{9 * time.Second, http.StatusBadGateway},
		{11 * time.Second, http.StatusOK},
	} {
		t.Run(tt.after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t)
				g.actor.plays(pausing(tt.after, chat.NewError(chat.Upstream, "it broke")))
				w, cut := g.serve(g.api.Handler(), g.request(generate("openai", true)))
				if w.Code != tt.status || cut || !strings.Contains(w.Body.String(), "it broke") {
					t.Errorf("status %d, cut %v: %s", w.Code, cut, w.Body)
				}
			})
		})
	}
}

// TestBrokenStreams: half an answer ends with an error and nothing that makes it look
// whole. The connection is cut only in formats whose clients go by that.
func TestBrokenStreams(t *testing.T) {
	for name, tt := range map[string]struct {
		call      call
		cut       bool
		last, end string
	}{
		"openai":       {generate("openai", true), false, "data: {\"error\":{", "[DONE]"},
		"responses":    {call{path: "/v1/responses", key: apiKey, body: `{"model":"` + flash + `","stream":true,"input":"hi"}`}, false, `response.failed`, "response.completed"},
		"anthropic":    {call{path: "/v1/messages", key: apiKey, body: `{"model":"` + flash + `","stream":true,"messages":[{"role":"user","content":"hi"}]}`}, false, "event: error\ndata: {\"type\":\"error\"", "message_stop"},
		"gemini":       {generate("gemini", true), true, `data: {"error":{`, "finishReason"},
		"gemini array": {call{path: "/v1beta/models/" + flash + ":streamGenerateContent", key: apiKey, body: `{"contents":[{"parts":[{"text":"hi"}]}]}`}, true, "{\"error\":{", "finishReason"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t)
				g.actor.plays(breaks(chat.NewError(chat.Upstream, "it broke"), "half"))
				began := time.Now()
				w, cut := g.serve(g.api.Handler(), g.request(tt.call))
				text := w.Body.String()
				at := strings.LastIndex(text, tt.last)
				if w.Code != http.StatusOK || cut != tt.cut || at < 0 || !strings.Contains(text[at:], "it broke") || strings.Contains(text, tt.end) {
					t.Errorf("status %d, cut %t: %s", w.Code, cut, text)
				}
				if waited := time.Since(began); cut != (waited >= 50*time.Millisecond) {
					t.Errorf("the connection ended after %v", waited)
				}
				if got := testutil.ToFloat64(g.metrics.StreamAborts.WithLabelValues("upstream_reset")); got != 1 {
					t.Errorf("%v broken streams are counted", got)
				}
			})
		})
	}
}

// The wait for a model's turn is bridged too, and what follows still works.
func TestQueueIsBridged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(func(s *api.Settings) {
			s.Limits = api.Limits{ModelGap: 30 * time.Second, Queue: 1, QueueWait: time.Minute}
		}))
		g.do(generate("openai", true))
		w := g.do(generate("openai", true))
		if got := strings.Count(w.Body.String(), ": ping"); got != 2 {
			t.Errorf("%d pings, want one after 10 s and one 15 s later:\n%s", got, w.Body)
		}
		if !strings.HasSuffix(w.Body.String(), "data: [DONE]\n\n") {
			t.Errorf("no proper end:\n%s", w.Body)
		}
	})
}

// A ping is no part of the answer: the supervisor may still try another account.
func TestPingDoesNotCommitAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		calls := 0
		g.actor.plays(func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
			if calls++; calls == 1 {
				time.Sleep(12 * time.Second)
				g.supervisor.Rotate(t.Context(), "main")
				yield(chat.Event{}, &chat.Error{Kind: chat.SignedOut, Message: "ended", Err: deadSession{errors.New("out")}})
				return
			}
			says("second try")(ctx, set, req, yield)
		})
		time.Sleep(2 * time.Minute) // past the floor between rotations
		w, _ := g.serve(g.api.Handler(), g.request(generate("openai", true)))
		if !strings.Contains(w.Body.String(), "second try") {
			t.Errorf("after %d calls:\n%s", calls, w.Body)
		}
	})
}

// stuck is a writer whose reader takes nothing: its writes end at their deadline.
type stuck struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (s *stuck) SetWriteDeadline(at time.Time) error { s.deadline = at; return nil }

func (s *stuck) FlushError() error {
	return &net.OpError{Op: "write", Err: os.ErrDeadlineExceeded}
}

func TestDeadReaderFreesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		left := make(chan struct{}, 1)
		g.actor.plays(waits(left, "Hel", "lo"))
		w := &stuck{ResponseRecorder: httptest.NewRecorder()}
		began := time.Now()
		func() {
			defer func() {
				if p := recover(); p != http.ErrAbortHandler {
					t.Errorf("the connection was not cut: %v", p)
				}
			}()
			g.api.Handler().ServeHTTP(w, g.request(generate("openai", true)))
		}()
		if got := w.deadline.Sub(began); got != 30*time.Second {
			t.Errorf("the write had %v", got)
		}
		if got := testutil.ToFloat64(g.metrics.StreamAborts.WithLabelValues("slow_client")); got != 1 {
			t.Errorf("%v counted as slow_client", got)
		}
	})
}

// discard is a writer that costs nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header                { return d.header }
func (d *discard) Write(p []byte) (int, error)        { return len(p), nil }
func (d *discard) WriteHeader(int)                    {}
func (d *discard) FlushError() error                  { return nil }
func (d *discard) SetWriteDeadline(time.Time) error   { return nil }
func (d *discard) SetReadDeadline(at time.Time) error { return nil }

// An event may cost what its encoding costs, and nothing on top.
func TestEventsAreCheap(t *testing.T) {
	for _, dialect := range []string{"openai", "gemini"} {
		g := newRig(t)
		cost := func(pieces int) float64 {
			text := make([]string, pieces)
			for i := range text {
				text[i] = "some words of an answer "
			}
			g.actor.plays(says(text...))
			return testing.AllocsPerRun(20, func() {
				g.api.Handler().ServeHTTP(&discard{header: make(http.Header)}, g.request(generate(dialect, true)))
			})
		}
		if per := (cost(1100) - cost(100)) / 1000; per > 2 {
			t.Errorf("%s: %.2f allocations an event", dialect, per)
		}
	}
}

// A provider that panics leaves no heartbeat behind: it would write to a
// connection that serves another request by then.
func TestPanicStopsTheHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		g.actor.plays(func(context.Context, cookie.Set, *chat.Request, func(chat.Event, error) bool) { panic("x") })
		w := g.do(generate("openai", true))
		before := w.Body.String()
		time.Sleep(time.Minute)
		if w.Code != http.StatusInternalServerError || w.Body.String() != before {
			t.Errorf("status %d, written later: %q", w.Code, strings.TrimPrefix(w.Body.String(), before))
		}
	})
}
