package gemini_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
)

// Sources are grounding and citations of the candidate, in a stream of its last
// chunk.
func TestSourcesAreGrounding(t *testing.T) {
	t.Parallel()
	passage := chat.Passage{Start: 0, End: 4, FirstRune: 0, EndRune: 2, Text: "é世"}
	sources := []chat.Source{
		{URL: "https://a.example/x", Title: "A", Passages: []chat.Passage{passage, {Start: 5, End: 6, FirstRune: 3, EndRune: 4, Text: "b"}}},
		{URL: "https://b.example", Site: "B", Passages: []chat.Passage{passage}},
		{URL: "https://c.example"},
	}
	const chunks = `"groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example/x","title":"A"}},{"web":{"uri":"https://b.example","title":"B"}},{"web":{"uri":"https://c.example","title":""}}],`
	const citation = `"citationMetadata":{"citationSources":[{"startIndex":0,"endIndex":4,"uri":"https://a.example/x","title":"A"},`
	support := func(part string) string {
		return `"groundingSupports":[{"segment":{` + part + `"startIndex":0,"endIndex":4,"text":"é世"},"groundingChunkIndices":[0,1]},{"segment":{` + part + `"startIndex":5,"endIndex":6,"text":"b"},"groundingChunkIndices":[0]}]}`
	}
	answer := chat.Answer{Thoughts: "hm", Text: "é世 b", Reason: chat.Stop, Sources: sources}
	got := dialecttest.BodyText(t, gemini.Dialect.EncodeAnswer(dialecttest.NewStreamCall(nil), answer))
	if !strings.Contains(got, `"finishReason":"STOP","index":0,`+chunks+support(`"partIndex":1,`)+`,`+citation) {
		t.Errorf("whole: %s", got)
	}
	written := dialecttest.PlayEvents(t, gemini.Dialect, dialecttest.NewStreamCall(nil), []chat.Event{{Kind: chat.Text, Text: "é世 b"}, {Kind: chat.Cited, Sources: sources}})
	last := string(written[len(written)-1])
	if !strings.Contains(last, `"finishReason":"STOP","index":0,`+chunks+support("")+`,`+citation) || bytes.Contains(bytes.Join(written[:len(written)-1], nil), []byte("grounding")) {
		t.Errorf("stream: %s", last)
	}
}
