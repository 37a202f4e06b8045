package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/gateway/api"
)

// limited are the limits of a polite server.
func limited(s *api.Settings) {
	s.Limits = api.Limits{PerHour: 60, ModelGap: 5 * time.Second, Queue: 8, QueueWait: 40 * time.Second}
}

func hourly(n int) option {
	return with(func(s *api.Settings) { s.Limits.PerHour = n })
}

func TestHourlyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, hourly(3))
		for i := range 3 {
			w := g.do(generate("openai", false))
			if w.Code != http.StatusOK {
				t.Fatalf("question %d: status %d", i, w.Code)
			}
			if got, want := w.Header().Get("X-Ratelimit-Remaining-Requests"), fmt.Sprint(2-i); got != want {
				t.Errorf("question %d: %s left, want %s", i, got, want)
			}
			time.Sleep(10 * time.Minute)
		}
		w := g.do(generate("openai", false))
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1800" || w.Header().Get("X-Should-Retry") != "false" {
			t.Errorf("status %d, Retry-After %s, X-Should-Retry %s", w.Code, w.Header().Get("Retry-After"), w.Header().Get("X-Should-Retry"))
		}
		if w.Header().Get("X-Ratelimit-Reset-Requests") != "1800s" {
			t.Errorf("reset %s", w.Header().Get("X-Ratelimit-Reset-Requests"))
		}
		if w := g.do(generate("gemini", false)); !strings.Contains(w.Body.String(), `"retryDelay":"1800s"`) {
			t.Errorf("gemini: %s", w.Body)
		}
		for _, free := range []call{{path: "/v1/models", key: apiKey}, {path: "/api/cookies/status", key: apiKey}, {path: "/health"}} {
			if w := g.do(free); w.Code != http.StatusOK {
				t.Errorf("%s counts as a question: %d", free.path, w.Code)
			}
		}
		other := generate("openai", false).with(func(c *call) { c.remote, c.key = "127.0.0.2", adminKey })
		if w := g.do(other); w.Code != http.StatusOK {
			t.Errorf("one client's limit met another: %d", w.Code)
		}
		time.Sleep(30*time.Minute - time.Second)
		if w := g.do(generate("openai", false)); w.Code != http.StatusTooManyRequests {
			t.Errorf("a second early: status %d", w.Code)
		}
		time.Sleep(time.Second)
		if w := g.do(generate("openai", false)); w.Code != http.StatusOK {
			t.Errorf("when the oldest has left: status %d", w.Code)
		}
		if got := testutil.ToFloat64(g.metrics.RateLimited.WithLabelValues("limiter_ip")); got != 3 {
			t.Errorf("%v refusals counted", got)
		}
	})
}

// TestManyAddresses asks from 40 addresses in turn: a limit of 3 questions holds for
// the key, and without one for the site that the addresses belong to.
func TestManyAddresses(t *testing.T) {
	tests := []struct {
		name, format string // of the address
		keyless      bool
		want         int
	}{
		{"one key, IPv4", "203.0.113.%d", false, 3},
		{"one key, one site", "[2001:db8:1:%x::1]", false, 3},
		{"one key, many sites", "[2001:db8:%x::1]", false, 3},
		{"no key, one address", "[2001:db8:1:2::%x]", true, 3},
		{"no key, one site", "[2001:db8:1:%x::1]", true, 12},
		{"no key, many sites", "[2001:db8:%x::1]", true, 40},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			options := []option{hourly(3)}
			if tt.keyless {
				options = append(options, open, with(func(s *api.Settings) { s.InsecureNoAuth = true }))
			}
			g := newRig(t, options...)
			answered := 0
			for n := range 40 {
				w := g.do(generate("openai", false).with(func(c *call) {
					c.remote = fmt.Sprintf(tt.format, n+1)
					if tt.keyless {
						c.key = ""
					}
				}))
				switch w.Code {
				case http.StatusOK:
					answered++
				case http.StatusTooManyRequests:
				default:
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
			}
			if answered != tt.want {
				t.Errorf("%d of 40 answered, want %d", answered, tt.want)
			}
		})
	}
}

func TestLimitsOutliveTheirSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, hourly(2))
		g.do(generate("openai", false))
		g.do(generate("openai", false))
		set := api.Settings{Loopback: true}
		for _, tt := range []struct{ limit, status int }{{2, 429}, {3, 200}, {3, 429}, {0, 200}, {1, 429}} {
			set.Limits.PerHour = tt.limit
			g.api.Reconfigure(set)
			if w := g.do(generate("openai", false)); w.Code != tt.status {
				t.Errorf("limit %d: status %d, want %d", tt.limit, w.Code, tt.status)
			}
		}
	})
}

func TestBadQuestionsTakeNoTurn(t *testing.T) {
	g := newRig(t, hourly(1))
	for _, body := range []string{"{", `{"model":"nope","messages":[{"role":"user","content":"hi"}]}`} {
		g.do(call{path: "/v1/chat/completions", key: apiKey, body: body})
	}
	if w := g.do(generate("openai", false)); w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

// A file that is not fetched fails the question for its client alone: whole,
// streamed and drawn. Where files are fetched the attempt is paid for.
func TestRefusedFilesTakeNoTurn(t *testing.T) {
	image := `{"url":"https://127.0.0.1/y.png"}`
	asks := map[string]call{
		"whole":    {path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[{"role":"user","content":[{"type":"image_url","image_url":` + image + `}]}]}`},
		"streamed": {path: "/v1/chat/completions", body: `{"model":"` + flash + `","stream":true,"messages":[{"role":"user","content":[{"type":"image_url","image_url":` + image + `}]}]}`},
		"drawn":    {path: "/v1/images/edits", body: `{"prompt":"blue","images":[{"image_url":"https://127.0.0.1/y.png"}]}`, header: map[string]string{"Content-Type": "application/json"}},
	}
	for name, c := range asks {
		for fetch, left := range map[bool]string{false: "2", true: "1"} {
			t.Run(fmt.Sprintf("%s, fetch_remote %v", name, fetch), func(t *testing.T) {
				g := newRig(t, hourly(2), with(func(s *api.Settings) { s.FetchRemote = fetch }))
				w := g.do(c.with(func(c *call) { c.key = apiKey }))
				if got := w.Header().Get("X-Ratelimit-Remaining-Requests"); w.Code != http.StatusBadRequest || got != left {
					t.Errorf("status %d, %s left, want %s: %s", w.Code, got, left, w.Body)
				}
				if w := g.do(generate("openai", false)); w.Header().Get("X-Ratelimit-Remaining-Requests") != map[bool]string{false: "1", true: "0"}[fetch] {
					t.Errorf("then %s left", w.Header().Get("X-Ratelimit-Remaining-Requests"))
				}
			})
		}
	}
}

func TestControlSocketHasNoHourlyLimit(t *testing.T) {
	g := newRig(t, hourly(1))
	for range 3 {
		w, _ := g.serve(g.api.ControlHandler(), g.request(generate("openai", false).with(func(c *call) { c.key = "" })))
		if w.Code != http.StatusOK {
			t.Errorf("status %d", w.Code)
		}
	}
}

// A client's second question to the same model is served after the gap, not
// refused.
func TestQuestionsToOneModelQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(limited))
		began := time.Now()
		var mu sync.Mutex
		served := make(map[time.Duration]int)
		refused := 0
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				w := g.do(generate("openai", false))
				mu.Lock()
				defer mu.Unlock()
				switch w.Code {
				case http.StatusOK:
					served[time.Since(began)]++
				case http.StatusTooManyRequests:
					refused++
					if w.Header().Get("Retry-After") == "" {
						t.Error("no Retry-After")
					}
				default:
					t.Errorf("status %d", w.Code)
				}
			})
		}
		synctest.Wait()
		if got := testutil.ToFloat64(g.metrics.QueueDepth.WithLabelValues(flash)); got != 8 {
			t.Errorf("%v are waiting, want 8", got)
		}
		// Another model has a lane of its own.
		w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + pro + `","messages":[{"role":"user","content":"hi"}]}`})
		if w.Code != http.StatusOK || time.Since(began) != 0 {
			t.Errorf("another model: status %d after %v", w.Code, time.Since(began))
		}
		wg.Wait()
		if refused != 3 || len(served) != 9 {
			t.Errorf("%d refused, served at %v", refused, served)
		}
		for at, n := range served {
			if n != 1 || at%(5*time.Second) != 0 {
				t.Errorf("%d served at %v", n, at)
			}
		}
		if got := testutil.ToFloat64(g.metrics.RateLimited.WithLabelValues("queue_full")); got != 3 {
			t.Errorf("%v counted as queue_full", got)
		}
		if got := testutil.ToFloat64(g.metrics.RateLimited.WithLabelValues("limiter_model")); got != 8 {
			t.Errorf("%v counted as delayed", got)
		}
		if got := testutil.ToFloat64(g.metrics.QueueDepth.WithLabelValues(flash)); got != 0 {
			t.Errorf("%v are still said to wait", got)
		}
	})
}

func TestRefusedByTheQueueTakesNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(func(s *api.Settings) {
			s.Limits = api.Limits{PerHour: 2, ModelGap: 5 * time.Second}
		}))
		for i, want := range []int{200, 429, 429} {
			w := g.do(generate("openai", i == 2))
			if left := w.Header().Get("X-Ratelimit-Remaining-Requests"); w.Code != want || left != "1" {
				t.Errorf("question %d: status %d, want %d; %s left, want 1", i, w.Code, want, left)
			}
		}
		time.Sleep(5 * time.Second)
		if w := g.do(generate("openai", false)); w.Code != http.StatusOK {
			t.Errorf("the second turn was lost: status %d: %s", w.Code, w.Body)
		}
	})
}
