package api_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

// BenchmarkAnswer is a whole request over an upstream that costs nothing: what
// the surface itself takes for one question.
func BenchmarkAnswer(b *testing.B) {
	for _, dialect := range []string{"openai", "gemini"} {
		b.Run(dialect, func(b *testing.B) {
			g := newRig(b)
			b.ReportAllocs()
			for b.Loop() {
				g.api.Handler().ServeHTTP(&discard{header: make(http.Header)}, g.request(generate(dialect, false)))
			}
		})
	}
}

// BenchmarkEvent is the price of one event of a stream.
func BenchmarkEvent(b *testing.B) {
	const pieces = 1000
	text := make([]string, pieces)
	for i := range text {
		text[i] = "some words of an answer "
	}
	for _, dialect := range []string{"openai", "gemini"} {
		b.Run(dialect, func(b *testing.B) {
			g := newRig(b)
			g.actor.plays(says(text...))
			b.ReportAllocs()
			for b.Loop() {
				g.api.Handler().ServeHTTP(&discard{header: make(http.Header)}, g.request(generate(dialect, true)))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/pieces, "ns/event")
		})
	}
}

// BenchmarkScrape is the metrics page of a full house: eight accounts and a
// thousand streams that are being answered. A scrape must stay below 10 ms.
func BenchmarkScrape(b *testing.B) {
	g := newRig(b)
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		g.metrics.AddAccount(name, "healthy", "expiring", "unknown", "degraded", "rate_limited", "blocked", "expired", "unreadable", "missing")
	}
	g.actor.plays(waits(nil, "the beginning of an answer"))
	ctx, leave := context.WithCancel(b.Context())
	var crowd sync.WaitGroup
	defer crowd.Wait()
	defer leave()
	for range 1000 {
		crowd.Go(func() {
			g.serve(g.api.Handler(), g.request(generate("openai", true)).WithContext(ctx))
		})
	}
	for deadline := time.Now().Add(30 * time.Second); g.actor.calls() < 1000; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("only %d streams began", g.actor.calls())
		}
	}
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		w := g.do(call{path: "/metrics"})
		if size = w.Body.Len(); w.Code != http.StatusOK {
			b.Fatalf("got %d", w.Code)
		}
	}
	b.ReportMetric(float64(size)/1024, "KiB")
}
