package interactions_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/interactions"
)

// event is an event as a client sees it.
type event struct {
	Type        string `json:"event_type"`
	ID          string `json:"interaction_id"`
	Status      string
	Index       *int
	Step        *step
	Delta       *delta
	Error       *struct{ Code, Message string }
	Interaction *struct {
		ID, Object, Model, Status, Created, Updated string
		Usage                                       map[string]int
	}
}

type step struct {
	Type, ID, Name string
	Arguments      map[string]any
	Content        []delta
}

type delta struct {
	Type, Text, Data, Arguments string
	MIME                        string `json:"mime_type"`
	Content                     *struct{ Type, Text string }
	Annotations                 []struct {
		Type, URL string
		Start     int `json:"start_index"`
		End       int `json:"end_index"`
	}
}

// heard is what a client makes of a stream.
type heard struct {
	dialecttest.Said
	steps     []step
	arguments string
	pages     []string
	status    string // of the end
	failed    string
}

// listen reads a stream, of which each event must be allowed where it comes. It shares
// nothing with the encoder.
func listen(written [][]byte) (h heard, err error) {
	stream := string(bytes.Join(written, nil))
	if !strings.HasSuffix(stream, "\n\n") {
		return h, fmt.Errorf("the last event is not closed")
	}
	open, ended, n := false, false, 0
	for block := range strings.SplitSeq(strings.TrimSuffix(stream, "\n\n"), "\n\n") {
		if strings.HasPrefix(block, ":") {
			continue
		}
		if block == "event: done\ndata: [DONE]" && h.status != "" && !ended {
			ended = true
			continue
		}
		name, data, _ := strings.Cut(block, "\ndata: ")
		var e event
		if err := json.Unmarshal([]byte(data), &e); err != nil || name != "event: "+e.Type || strings.ContainsAny(data, "\n\u0085\u2028\u2029") {
			return h, fmt.Errorf("a broken event %.80q: %v", block, err)
		}
		if h.status != "" || h.failed != "" || (e.Type == "interaction.created") != (n == 0) || (e.Type == "interaction.status_update") != (n == 1) {
			return h, fmt.Errorf("event %d is out of order: %.80q", n, block)
		}
		n++
		switch e.Type {
		case "interaction.created":
			if i := e.Interaction; i.ID == "" || i.Object != "interaction" || i.Status != "in_progress" || i.Created == "" || i.Updated == "" {
				return h, fmt.Errorf("an interaction that does not begin: %s", data)
			}
		case "interaction.status_update":
			if e.ID == "" || e.Status != "in_progress" {
				return h, fmt.Errorf("a status that is none: %s", data)
			}
		case "step.start":
			if open || *e.Index != len(h.steps) {
				return h, fmt.Errorf("a step that may not begin: %s", data)
			}
			open, h.steps = true, append(h.steps, *e.Step)
		case "step.delta":
			if !open || *e.Index != len(h.steps)-1 {
				return h, fmt.Errorf("a delta of a step that is not open: %s", data)
			}
			if err := h.readDelta(h.steps[*e.Index].Type, *e.Delta); err != nil {
				return h, err
			}
		case "step.stop":
			if !open || *e.Index != len(h.steps)-1 {
				return h, fmt.Errorf("the end of a step that is not open: %s", data)
			}
			open = false
		case "interaction.completed":
			if open || e.Interaction.Usage["total_tokens"] < 1 {
				return h, fmt.Errorf("an early end: %s", data)
			}
			h.status = e.Interaction.Status
		case "error":
			h.failed = e.Error.Message
		default:
			return h, fmt.Errorf("an unknown event %s", e.Type)
		}
	}
	if !ended && h.failed == "" {
		return h, fmt.Errorf("the stream does not end")
	}
	return h, nil
}

func (h *heard) readDelta(kind string, d delta) error {
	switch kind + " " + d.Type {
	case "thought thought_summary":
		h.Thoughts += d.Content.Text
	case "model_output text":
		h.Text += d.Text
	case "model_output image", "model_output audio", "model_output document":
		data, err := base64.StdEncoding.DecodeString(d.Data)
		h.Files = append(h.Files, d.MIME, string(data))
		return err
	case "model_output text_annotation_delta":
		for _, a := range d.Annotations {
			h.pages = append(h.pages, fmt.Sprintf("%s %s %d-%d", a.Type, a.URL, a.Start, a.End))
		}
	case "function_call arguments_delta":
		h.arguments += d.Arguments
	default:
		return fmt.Errorf("a delta %s in a step %s", d.Type, kind)
	}
	return nil
}

// TestAnyAnswer: whatever an answer holds, a client reads just that, and what is stored
// says the same.
func TestAnyAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := dialecttest.DrawEvents(t)
		got, err := listen(dialecttest.PlayEvents(t, interactions.Dialect, dialecttest.NewStreamCall(nil), events))
		if err != nil {
			t.Fatal(err)
		}
		if got.Text != want.Text || got.Thoughts != want.Thoughts || !slices.Equal(got.Files, want.Files) || got.status != "completed" {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestCallsAndPages(t *testing.T) {
	call := &chat.ToolCall{ID: "c1", Name: "weather", Arguments: `{"city":"Oslo\u2028"}`}
	sources := []chat.Source{{URL: "https://a.example", Passages: []chat.Passage{{Start: 0, End: 3}}}}
	events := []chat.Event{
		{Kind: chat.Thought, Text: "hm"}, {Kind: chat.Text, Text: "I look."}, {Kind: chat.Cited, Sources: sources}, {Kind: chat.Called, Call: call}, {Kind: chat.Called, Call: call},
	}
	got, err := listen(dialecttest.PlayEvents(t, interactions.Dialect, dialecttest.NewStreamCall(nil), events))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, s := range got.steps {
		kinds = append(kinds, s.Type)
	}
	if want := []string{"thought", "model_output", "function_call", "function_call"}; !slices.Equal(kinds, want) || got.steps[3].ID != "c1" || got.steps[3].Name != "weather" ||
		got.arguments != call.Arguments+call.Arguments || got.status != "requires_action" || !slices.Equal(got.pages, []string{"url_citation https://a.example 0-3"}) {
		t.Errorf("%+v", got)
	}
	whole := dialecttest.BodyText(t, interactions.Dialect.EncodeAnswer(dialecttest.NewStreamCall(nil), chat.Answer{Text: "I look.", Sources: sources, Calls: []chat.ToolCall{*call}, Reason: chat.Stop}))
	if !strings.Contains(whole, `"status":"requires_action"`) || !strings.Contains(whole, `"arguments":{"city":"Oslo\u2028"}`) || !strings.Contains(whole, `"annotations":[{"type":"url_citation"`) {
		t.Error(whole)
	}
}

func TestEnds(t *testing.T) {
	got, err := listen(dialecttest.PlayFailure(t, interactions.Dialect, dialecttest.NewStreamCall(nil), chat.NewError(chat.Upstream, "broken")))
	if err != nil || got.failed != "broken" || got.Text != "half" {
		t.Errorf("%+v, %v", got, err)
	}
	for reason, want := range map[chat.FinishReason]string{chat.Stop: "completed", chat.Length: "incomplete", chat.Filtered: "incomplete"} {
		got, err := listen(dialecttest.PlayEnd(t, interactions.Dialect, "", reason))
		if err != nil || got.status != want || len(got.steps) != 1 {
			t.Errorf("%s: %+v, %v", reason, got, err)
		}
	}
}

// TestStoredAnswer: a stream stores what the whole answer would.
func TestStoredAnswer(t *testing.T) {
	events := []chat.Event{
		{Kind: chat.Thought, Text: "hm"}, {Kind: chat.Text, Text: "a"}, {Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: []byte("png")}}, {Kind: chat.Text, Text: "b"},
		{Kind: chat.Cited, Sources: []chat.Source{{URL: "https://a.example"}}}, {Kind: chat.Called, Call: &chat.ToolCall{ID: "c", Name: "f", Arguments: "{}"}},
	}
	records := make(dialecttest.Records)
	call, err := decode(`{"model":"m","input":"x","stream":true,"generation_config":{"thinking_summaries":"auto"}}`)
	if err != nil {
		t.Fatal(err)
	}
	call.Records = records
	dialecttest.PlayEvents(t, interactions.Dialect, call, events)
	streamed := string(records[call.ID])
	answer, err := chat.CollectAnswer(func(yield func(chat.Event, error) bool) {
		for _, e := range append(events, chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	interactions.Dialect.EncodeAnswer(call, answer)
	if whole := string(records[call.ID]); whole != streamed || !strings.Contains(whole, `"data":"cG5n"`) || !strings.Contains(whole, `"text":"ab"`) {
		t.Errorf("streamed %s\nwhole %s", streamed, whole)
	}
	other, err := decode(`{"model":"m","input":"x","store":false}`)
	if err != nil {
		t.Fatal(err)
	}
	other.Records = records
	if interactions.Dialect.EncodeAnswer(other, answer); len(records) != 1 {
		t.Error("stored although store is false")
	}
}
