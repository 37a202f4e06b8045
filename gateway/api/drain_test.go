package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/gateway/api"
)

func TestDrainWaitsForStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		g.actor.plays(pausing(4*time.Second, nil, "Hel", "lo"))
		var running *httptest.ResponseRecorder
		var wg sync.WaitGroup
		wg.Go(func() { running = g.do(generate("openai", true)) })
		synctest.Wait()

		began := time.Now()
		drained := make(chan error)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() { drained <- g.api.Drain(ctx) }()
		synctest.Wait()
		for _, dialect := range []string{"openai", "gemini"} {
			w := g.do(generate(dialect, true))
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s: a new question got %d while stopping", dialect, w.Code)
			}
		}
		if w := g.do(call{path: "/readyz"}); w.Code != http.StatusServiceUnavailable {
			t.Errorf("readyz %d while stopping", w.Code)
		}
		if w := g.do(call{path: "/livez"}); w.Code != http.StatusOK {
			t.Errorf("livez %d while stopping", w.Code)
		}
		if err := <-drained; err != nil || time.Since(began) != 12*time.Second {
			t.Errorf("drained after %v: %v", time.Since(began), err)
		}
		wg.Wait()
		if !strings.HasSuffix(running.Body.String(), "data: [DONE]\n\n") {
			t.Errorf("the running stream was cut:\n%s", running.Body)
		}
		if err := g.api.Drain(t.Context()); err != nil {
			t.Errorf("a second drain: %v", err)
		}
	})
}

func TestDrainCutsWhatIsLeft(t *testing.T) {
	for _, dialect := range []string{"openai", "gemini"} {
		t.Run(dialect, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t)
				g.actor.plays(waits(nil, "Hel"))
				var streamed, whole *httptest.ResponseRecorder
				var cut bool
				var wg sync.WaitGroup
				wg.Go(func() { streamed, cut = g.serve(g.api.Handler(), g.request(generate(dialect, true))) })
				wg.Go(func() { whole = g.do(generate(dialect, false)) })
				synctest.Wait()

				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began, want := time.Now(), 10*time.Second
				if dialect == "gemini" {
					want += 50 * time.Millisecond // to read the error
				}
				err := g.api.Drain(ctx)
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "2 requests") || time.Since(began) != want {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
				wg.Wait()
				if cut != (dialect == "gemini") || !strings.Contains(streamed.Body.String(), "stopping") || strings.Contains(streamed.Body.String(), "[DONE]") {
					t.Errorf("cut %v:\n%s", cut, streamed.Body)
				}
				if whole.Code != http.StatusServiceUnavailable || whole.Header().Get("Retry-After") == "" {
					t.Errorf("status %d: %s", whole.Code, whole.Body)
				}
				if got := testutil.ToFloat64(g.metrics.StreamAborts.WithLabelValues("shutdown")); got != 1 {
					t.Errorf("%v counted as shutdown", got)
				}
			})
		})
	}
}

// Who waits for a model's turn has not begun, and is sent away at once.
func TestDrainEmptiesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(limited))
		g.do(generate("openai", false))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if w := g.do(generate("openai", false)); w.Code != http.StatusServiceUnavailable {
					t.Errorf("status %d", w.Code)
				}
			})
		}
		synctest.Wait()
		began := time.Now()
		if err := g.api.Drain(t.Context()); err != nil || time.Since(began) != 0 {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		wg.Wait()
	})
}

func TestNoMoreThanFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(func(s *api.Settings) { s.Limits.MaxInFlight = 2 }))
		g.actor.plays(pausing(time.Second, nil, "a"))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { g.do(generate("openai", false)) })
		}
		synctest.Wait()
		if got := testutil.ToFloat64(g.metrics.InFlight.WithLabelValues("openai")); got != 2 {
			t.Errorf("%v in flight", got)
		}
		w := g.do(generate("gemini", false))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "2" {
			t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		wg.Wait()
		if w := g.do(generate("gemini", false)); w.Code != http.StatusOK {
			t.Errorf("status %d when there is room again", w.Code)
		}
		if got := testutil.ToFloat64(g.metrics.InFlight.WithLabelValues("openai")); got != 0 {
			t.Errorf("%v in flight at the end", got)
		}
	})
}
