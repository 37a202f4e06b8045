package openai_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

var sources = []chat.Source{
	{URL: "https://a.example/x", Title: "A \"page\"", Passages: []chat.Passage{{Start: 0, End: 4, FirstRune: 0, EndRune: 2, Text: "é世"}, {Start: 5, End: 6, FirstRune: 3, EndRune: 4, Text: "b"}}},
	{URL: "https://b.example", Site: "B"},
}

const annotations = `"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":2,"url":"https://a.example/x","title":"A \"page\""}},` +
	`{"type":"url_citation","url_citation":{"start_index":3,"end_index":4,"url":"https://a.example/x","title":"A \"page\""}},` +
	`{"type":"url_citation","url_citation":{"start_index":0,"end_index":0,"url":"https://b.example","title":"B"}}]`

// Sources are annotations of the message, and of a chunk before the last one.
func TestSourcesAreAnnotations(t *testing.T) {
	t.Parallel()
	answer := chat.Answer{Text: "é世 b", Reason: chat.Stop, Sources: sources}
	if got := dialecttest.BodyText(t, openai.Dialect.EncodeAnswer(dialecttest.NewStreamCall(nil), answer)); !strings.Contains(got, `"content":"é世 b",`+annotations) {
		t.Errorf("whole: %s", got)
	}
	written := string(bytes.Join(dialecttest.PlayEvents(t, openai.Dialect, dialecttest.NewStreamCall(nil), []chat.Event{{Kind: chat.Text, Text: "é世 b"}, {Kind: chat.Cited, Sources: sources}}), nil))
	if !strings.Contains(written, `"delta":{`+annotations+`},"finish_reason":null`) {
		t.Errorf("stream: %s", written)
	}
	many := make([]chat.Source, 100)
	for i := range many {
		many[i] = chat.Source{URL: "https://a.example/" + strings.Repeat("<", 2000)}
	}
	for _, written := range dialecttest.PlayEvents(t, openai.Dialect, dialecttest.NewStreamCall(nil), []chat.Event{{Kind: chat.Cited, Sources: many}}) {
		for line := range bytes.Lines(written) {
			if len(line) >= 64<<10 {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
	}
}
