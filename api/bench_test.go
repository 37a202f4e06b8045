package api_test

import (
	"net/http"
	"testing"
)

// BenchmarkAnswer is a whole exchange over an upstream that costs nothing: what
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
