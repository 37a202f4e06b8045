package anthropic_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/anthropic"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

func TestStream(t *testing.T) { dialecttest.CheckStream(t, anthropic.Dialect) }

func BenchmarkTextEvent(b *testing.B) { dialecttest.BenchmarkText(b, anthropic.Dialect) }

// received is a message put together from its events.
type received struct {
	names          []string // of the events, but for those that add to a block
	text, thoughts string
	calls          []chat.ToolCall
	cited          []string
	reason, stop   string
	failure        string
	longest        int // line
	output         int // tokens
}

// frame is what events have in common.
type frame struct {
	Type    string
	Index   *int
	Message *struct {
		ID, Model, Role, Type string
		StopReason            *string `json:"stop_reason"`
		Content               []any
		Usage                 struct {
			Input *int `json:"input_tokens"`
		}
	}
	Block *struct {
		Type, Text, Thinking, ID, Name string
		Input                          json.RawMessage
		Signature                      *string
	} `json:"content_block"`
	Delta *struct {
		Type                      string
		Text, Thinking, Signature *string
		JSON                      *string `json:"partial_json"`
		Citation                  *struct{ URL string }
		StopReason                string  `json:"stop_reason"`
		StopSequence              *string `json:"stop_sequence"`
	}
	Usage *struct {
		Output int `json:"output_tokens"`
	}
	Error *struct{ Type, Message string }
}

// readStream reads a stream as the strictest clients do: an event that is not in its
// place is an error.
func readStream(written [][]byte) (received, error) {
	var got received
	open, signed, blocks := "", false, 0
	var call *chat.ToolCall
	text := string(bytes.Join(written, nil))
	for line := range strings.Lines(text) {
		got.longest = max(got.longest, len(line))
	}
	for text != "" {
		event, rest, ok := strings.Cut(text, "\n\n")
		name, data, split := strings.Cut(event, "\n")
		var f frame
		if !ok || !split || json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &f) != nil || name != "event: "+f.Type {
			return got, fmt.Errorf("an event is %.100q", event)
		}
		text = rest
		begun := len(got.names) > 0 && got.names[0] == "message_start"
		if begun == (f.Type == "message_start") && f.Type != "error" || got.stop == "end" || got.failure != "" {
			return got, fmt.Errorf("%s after %v", f.Type, got.names)
		}
		if f.Type != "content_block_delta" && f.Type != "ping" {
			got.names = append(got.names, f.Type)
		}
		bad := false
		switch f.Type {
		case "message_start":
			m := f.Message
			bad = m == nil || m.ID == "" || m.Model == "" || m.Role != "assistant" || m.Type != "message" || m.StopReason != nil || m.Content == nil || len(m.Content) > 0 || m.Usage.Input == nil
		case "content_block_start":
			if bad = open != "" || f.Block == nil || f.Index == nil || *f.Index != blocks; bad {
				break
			}
			open, signed, blocks, call = f.Block.Type, false, blocks+1, nil
			if open == "tool_use" {
				bad = string(f.Block.Input) != "{}" || f.Block.ID == ""
				got.calls = append(got.calls, chat.ToolCall{ID: f.Block.ID, Name: f.Block.Name})
				call = &got.calls[len(got.calls)-1]
			}
			bad = bad || open == "thinking" && f.Block.Signature == nil || f.Block.Text+f.Block.Thinking != ""
		case "content_block_delta":
			if bad = f.Index == nil || *f.Index != blocks-1 || f.Delta == nil || signed; bad {
				break
			}
			switch d := f.Delta; open + " " + d.Type {
			case "text text_delta":
				got.text += *d.Text
			case "text citations_delta":
				got.cited = append(got.cited, d.Citation.URL)
			case "thinking thinking_delta":
				got.thoughts += *d.Thinking
			case "thinking signature_delta":
				signed = *d.Signature != ""
			case "tool_use input_json_delta":
				call.Arguments += *d.JSON
			default:
				bad = true
			}
		case "content_block_stop":
			bad = f.Index == nil || *f.Index != blocks-1 || open == "" || open == "thinking" && !signed
			open = ""
		case "message_delta":
			if bad = open != "" || f.Delta == nil || f.Usage == nil || got.reason != ""; bad {
				break
			}
			got.reason, got.output = f.Delta.StopReason, f.Usage.Output
			if f.Delta.StopSequence != nil {
				got.reason += " " + *f.Delta.StopSequence
			}
		case "message_stop":
			bad = got.reason == ""
			got.stop = "end"
		case "error":
			if bad = f.Error == nil; !bad {
				got.failure = f.Error.Type + ": " + f.Error.Message
			}
		case "ping":
		default:
			bad = true
		}
		if bad {
			return got, fmt.Errorf("after %v: %.300s", got.names, event)
		}
	}
	return got, nil
}

// TestStrictReaders: whatever comes, in whatever order, each event is in its place and
// nothing is lost.
func TestStrictReaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := dialecttest.DrawEvents(t)
		var calls []chat.ToolCall
		for i := range rapid.IntRange(0, 3).Draw(t, "calls") {
			made := chat.ToolCall{ID: fmt.Sprint("call_", i), Name: "f", Arguments: `{"a":` + string(dialect.AppendJSON(nil, rapid.String().Draw(t, "argument"))) + `}`}
			calls = append(calls, made)
			events = append(events, chat.Event{Kind: chat.Called, Call: &made})
		}
		call := dialecttest.NewStreamCall(nil)
		got, err := readStream(dialecttest.RecutPieces(t, dialecttest.PlayEvents(t, anthropic.Dialect, call, events)))
		if err != nil {
			t.Fatal(err)
		}
		text := got.text
		for i := 0; i < len(want.Files); i += 2 {
			picture := "![image](data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(want.Files[i+1])) + ")"
			before, after, ok := strings.Cut(text, picture)
			if !ok {
				t.Fatalf("%q does not hold %q", text, picture)
			}
			text = strings.TrimSuffix(before, "\n\n") + after
		}
		if len(want.Files) > 0 { // the blank line before a picture is ours
			want.Text = strings.ReplaceAll(want.Text, "\n\n", "")
			text = strings.ReplaceAll(text, "\n\n", "")
		}
		if text != want.Text || got.thoughts != want.Thoughts || got.reason != "end_turn" || got.stop != "end" || fmt.Sprint(got.calls) != fmt.Sprint(calls) {
			t.Fatalf("received %+v, said %+v and %v", got, want, calls)
		}
	})
}

// TestEventOrder: the order of a stream with everything in it.
func TestEventOrder(t *testing.T) {
	arguments := `{"a":"` + strings.Repeat("世", 20<<10) + `"}`
	got, err := readStream(dialecttest.PlayEvents(t, anthropic.Dialect, dialecttest.NewStreamCall(nil), []chat.Event{
		{Kind: chat.Thought, Text: "Hm."}, {Kind: chat.Text, Text: "One "}, {Kind: chat.Text, Text: "two."},
		{Kind: chat.Cited, Sources: []chat.Source{{URL: "https://example.org/"}}},
		{Kind: chat.Called, Call: &chat.ToolCall{ID: "call_1", Name: "f", Arguments: arguments}},
		{Kind: chat.Called, Call: &chat.ToolCall{ID: "call_2", Name: "g", Arguments: "{}"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	const block = " content_block_start content_block_stop"
	if names := strings.Join(got.names, " "); names != "message_start"+strings.Repeat(block, 4)+" message_delta message_stop" {
		t.Error(names)
	}
	if got.text != "One two." || got.thoughts != "Hm." || len(got.cited) != 1 || len(got.calls) != 2 || got.calls[0].Arguments != arguments || got.longest > 64<<10 {
		t.Errorf("%.300v", got)
	}
}

// TestReasons: how every end is encoded, in a stream and whole.
func TestReasons(t *testing.T) {
	for _, test := range []struct {
		end  chat.Event
		want string
	}{
		{chat.Event{Reason: chat.Stop}, "end_turn"}, {chat.Event{}, "end_turn"}, {chat.Event{Reason: chat.Length}, "max_tokens"},
		{chat.Event{Reason: chat.Filtered}, "refusal"}, {chat.Event{Reason: chat.CallTools}, "tool_use"},
		{chat.Event{Reason: chat.Stop, StopText: "END"}, "stop_sequence END"},
	} {
		for _, text := range []string{"a", ""} {
			test.end.Kind = chat.Finish
			var w dialecttest.Pieces
			call := dialecttest.NewStreamCall(nil)
			e := anthropic.Dialect.NewEncoder(call, &w)
			if err := errors.Join(e.WriteEvent(chat.Event{Kind: chat.Text, Text: text}), e.WriteEvent(test.end)); err != nil {
				t.Fatal(err)
			}
			got, err := readStream(w.All)
			if err != nil || got.reason != test.want || got.text != text || got.output < 1 || !strings.Contains(strings.Join(got.names, " "), "content_block_stop") {
				t.Errorf("%v after %q: %+v, %v", test.end, text, got, err)
			}
			whole := dialecttest.BodyText(t, anthropic.Dialect.EncodeAnswer(call, chat.Answer{Text: text, Reason: test.end.Reason, StopText: test.end.StopText}))
			word, stop, _ := strings.Cut(test.want, " ")
			if stop = `"` + stop + `"`; stop == `""` {
				stop = "null"
			}
			if !strings.Contains(whole, `"stop_reason":"`+word+`","stop_sequence":`+stop+`,`) || !strings.Contains(whole, `"content":[{"type":"text","text":"`+text+`"`) {
				t.Error(whole)
			}
		}
	}
}

// TestFailInStream: an error that comes late ends the stream in words and never looks
// like a complete answer.
func TestFailInStream(t *testing.T) {
	call := dialecttest.NewStreamCall(func(c *dialect.Call) { c.RequestID = "req_7" })
	written := dialecttest.PlayFailure(t, anthropic.Dialect, call, &chat.Error{Kind: chat.Unavailable, Message: "try again"})
	got, err := readStream(written)
	if err != nil || got.failure != "overloaded_error: try again" || got.reason != "" || got.stop != "" || got.text != "half" {
		t.Errorf("%+v, %v", got, err)
	}
	if text := string(bytes.Join(written, nil)); !strings.HasSuffix(text, `"request_id":"req_7"}`+"\n\n") {
		t.Error(text)
	}
}
