package api_test

import (
	"net/http"
	"testing"
)

// shortAnswerLimit bounds what the surface allocates for a short answer in one
// piece: the request, its decoding, the provider's eight events, the encoding
// and the accounting. That is 132; under the race detector sync.Pool drops items
// at random, which costs about 8 more.
const shortAnswerLimit = 145

func shortAnswers(t testing.TB) func() {
	g := newRig(t)
	pieces := make([]string, 8)
	for i := range pieces {
		pieces[i] = "some words of an answer "
	}
	g.actor.plays(says(pieces...))
	return func() {
		g.api.Handler().ServeHTTP(&discard{header: make(http.Header)}, g.request(generate("openai", false)))
	}
}

func TestShortAnswerAllocates(t *testing.T) {
	if got := testing.AllocsPerRun(100, shortAnswers(t)); got > shortAnswerLimit {
		t.Errorf("%.0f allocations for a short answer, want %d at most", got, shortAnswerLimit)
	}
}

func BenchmarkShortAnswer(b *testing.B) {
	answer := shortAnswers(b)
	b.ReportAllocs()
	for b.Loop() {
		answer()
	}
}
