package api_test

import (
	"net/http"
	"runtime"
	"testing"
)

// The limits bound what the surface allocates for a short answer in one piece: the
// request with the headers that an SDK sends, its decoding, the provider's eight
// events, the encoding and the accounting. That is 154 objects of 19 KB; under the
// race detector sync.Pool drops items at random, which costs half as many bytes again.
const (
	shortAnswerObjects = 170
	shortAnswerBytes   = 40 << 10
)

var answerCosts = []struct {
	name    string
	options []option
}{
	{"with a key", nil},
	{"without keys", []option{open}},
}

func shortAnswers(t testing.TB, options ...option) func() {
	g := newRig(t, options...)
	pieces := make([]string, 8)
	for i := range pieces {
		pieces[i] = "some words of an answer "
	}
	g.actor.plays(says(pieces...))
	question := generate("openai", false).with(func(c *call) {
		c.header = map[string]string{
			"User-Agent": "OpenAI/Python 1.99.9", "Accept": "application/json", "Accept-Encoding": "gzip, deflate",
			"Content-Type": "application/json", "Connection": "keep-alive", "X-Stainless-Lang": "python",
			"X-Stainless-Async": "false", "X-Stainless-Retry-Count": "0",
		}
	})
	return func() {
		w := &discardingRecorder{header: make(http.Header)}
		if g.api.Handler().ServeHTTP(w, g.request(question)); w.status != http.StatusOK {
			t.Fatalf("got status %d", w.status)
		}
	}
}

func TestShortAnswerAllocates(t *testing.T) {
	const times = 200
	for _, tt := range answerCosts {
		t.Run(tt.name, func(t *testing.T) {
			answer := shortAnswers(t, tt.options...)
			answer()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range times {
				answer()
			}
			runtime.ReadMemStats(&after)
			objects, bytes := (after.Mallocs-before.Mallocs)/times, (after.TotalAlloc-before.TotalAlloc)/times
			if objects > shortAnswerObjects || bytes > shortAnswerBytes {
				t.Errorf("%d allocations of %d bytes for a short answer, want %d of %d at most", objects, bytes, shortAnswerObjects, shortAnswerBytes)
			}
		})
	}
}

func BenchmarkShortAnswer(b *testing.B) {
	for _, tt := range answerCosts {
		b.Run(tt.name, func(b *testing.B) {
			answer := shortAnswers(b, tt.options...)
			b.ReportAllocs()
			for b.Loop() {
				answer()
			}
		})
	}
}
