package responses_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/responses"
)

func TestStreamSurvivesStrictReaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := dialecttest.DrawEvents(t)
		got, comments, err := readEvents(dialecttest.PlayEvents(t, responses.Dialect, dialecttest.NewStreamCall(nil), events))
		if err != nil || comments != len(events)+1 {
			t.Fatalf("%d pings of %d arrived: %v", comments, len(events)+1, err)
		}
		var r reader
		if err := r.read(got); err != nil {
			t.Fatal(err)
		}
		var pictures []string
		for i := 1; i < len(want.Files); i += 2 {
			pictures = append(pictures, base64.StdEncoding.EncodeToString([]byte(want.Files[i])))
		}
		if r.text != want.Text || r.thoughts != want.Thoughts || !slices.Equal(r.pictures, pictures) || r.status != "completed" {
			t.Fatalf("received %+v, said %+v", r, want)
		}
	})
}

// play writes events and Finish, and reads the stream.
func play(t *testing.T, call *dialect.Call, reason chat.FinishReason, events ...chat.Event) (reader, []map[string]any) {
	t.Helper()
	var w dialecttest.Pieces
	e := responses.Dialect.NewEncoder(call, &w)
	for _, event := range append(events, chat.Event{Kind: chat.Finish, Reason: reason}) {
		if err := e.WriteEvent(event); err != nil {
			t.Fatal(err)
		}
	}
	got, _, err := readEvents(w.All)
	if err != nil {
		t.Fatal(err)
	}
	var r reader
	if err := r.read(got); err != nil {
		t.Fatal(err)
	}
	return r, got
}

// TestOrder: the order of events is that of the official API.
func TestOrder(t *testing.T) {
	long := strings.Repeat("x", 30_000)
	_, events := play(t, dialecttest.NewStreamCall(nil), chat.CallTools,
		chat.Event{Kind: chat.Thought, Text: "Let me see."}, chat.Event{Kind: chat.Text, Text: "I "}, chat.Event{Kind: chat.Text, Text: "look."},
		chat.Event{Kind: chat.Cited, Sources: []chat.Source{{URL: "https://a.example", Title: "A"}}},
		chat.Event{Kind: chat.Called, Call: &chat.ToolCall{ID: "call_1", Name: "f", Arguments: `{"a":"` + long + `"}`}},
		chat.Event{Kind: chat.Called, Call: &chat.ToolCall{ID: "call_2", Name: "g", Arguments: "patch", Freeform: true}})
	want := []string{
		"created", "in_progress",
		"output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
		"output_item.added", "content_part.added", "output_text.delta", "output_text.annotation.added", "output_text.done", "content_part.done", "output_item.done",
		"output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
		"output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done",
		"completed",
	}
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	_, events = play(t, dialecttest.NewStreamCall(nil), chat.Stop, chat.Event{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: dialecttest.TinyPNG}})
	want = []string{"created", "in_progress", "output_item.added", "image_generation_call.in_progress", "image_generation_call.generating", "image_generation_call.completed", "output_item.done", "completed"}
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestGolden: testdata/events.golden has an event of every type. The conformance tests
// read it with the types of the official SDK. The flag -update writes it anew.
func TestGolden(t *testing.T) {
	var w dialecttest.Pieces
	e := responses.Dialect.NewEncoder(dialecttest.NewStreamCall(nil), &w)
	for _, event := range []chat.Event{
		{Kind: chat.Thought, Text: "Let me see."}, {Kind: chat.Text, Text: "I look."},
		{Kind: chat.Cited, Sources: []chat.Source{{URL: "https://a.example", Title: "A"}}},
		{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: dialecttest.TinyPNG}},
		{Kind: chat.Called, Call: &chat.ToolCall{ID: "call_1", Name: "f", Arguments: `{"a":1}`}},
		{Kind: chat.Called, Call: &chat.ToolCall{ID: "call_2", Name: "g", Arguments: "text", Freeform: true}},
		{Kind: chat.Finish, Reason: chat.CallTools},
	} {
		if err := e.WriteEvent(event); err != nil {
			t.Fatal(err)
		}
	}
	pieces := slices.Concat(w.All,
		dialecttest.PlayFailure(t, responses.Dialect, dialecttest.NewStreamCall(nil), chat.NewError(chat.Quota, "slow down")),
		dialecttest.PlayEnd(t, responses.Dialect, "half", chat.Length))
	got, file := bytes.Join(pieces, nil), filepath.Join("testdata", "events.golden")
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v, got:\n%s", err, got)
	}
}

// TestEnds: why an answer ended, and how a broken one does.
func TestEnds(t *testing.T) {
	for reason, want := range map[chat.FinishReason]string{chat.Stop: "completed", chat.CallTools: "completed", chat.Length: "incomplete", chat.Filtered: "incomplete"} {
		for _, text := range []string{"half", ""} {
			r, _ := play(t, dialecttest.NewStreamCall(nil), reason, chat.Event{Kind: chat.Text, Text: text})
			if r.status != want || len(r.items) != 1 || r.items[0]["status"] != want || r.text != text {
				t.Errorf("%s: %+v", reason, r)
			}
		}
	}
	failure := chat.NewError(chat.Upstream, "the upstream broke")
	events, _, err := readEvents(dialecttest.PlayFailure(t, responses.Dialect, dialecttest.NewStreamCall(nil), failure))
	if err != nil {
		t.Fatal(err)
	}
	var r reader
	if err := r.read(events); err != nil || r.status != "failed" || r.failed != failure.Message {
		t.Errorf("%+v: %v", r, err)
	}
	var w dialecttest.Pieces
	if err := responses.Dialect.NewEncoder(dialecttest.NewStreamCall(nil), &w).WriteError(failure); err != nil {
		t.Fatal(err)
	}
	if events, _, err = readEvents(w.All); err != nil || !slices.Equal(kinds(events), []string{"created", "in_progress", "failed"}) {
		t.Errorf("%v: %v", events, err)
	}
}

// TestNamespace: a call goes out under the name that the client knows, and thoughts in a
// sealed form come back.
func TestNamespace(t *testing.T) {
	call, err := decode(`{"model":"m","stream":true,"input":"a","include":["reasoning.encrypted_content"],"reasoning":{"summary":"auto"},"tools":[{"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := play(t, call, chat.CallTools, chat.Event{Kind: chat.Thought, Text: "Hm."}, chat.Event{Kind: chat.Called, Call: &chat.ToolCall{ID: "c", Name: "n.f", Arguments: "{}"}})
	if item := r.items[1]; item["name"] != "f" || item["namespace"] != "n" || item["call_id"] != "c" {
		t.Errorf("%v", item)
	}
	sealed, _ := r.items[0]["encrypted_content"].(string)
	for text, want := range map[string]bool{sealed: false, sealed[:len(sealed)-2]: true, "gmd_%": true, "x": true} {
		call, err := decode(`{"model":"m","input":[{"type":"reasoning","summary":[],"encrypted_content":"` + text + `"},{"role":"user","content":"a"}]}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(call.Chat.Ignored, "input[].encrypted_content"); got != want {
			t.Errorf("%q: named %t", text, got)
		}
	}
}

// TestWholeIsLikeStream: an answer in one piece has the items of a streamed one.
func TestWholeIsLikeStream(t *testing.T) {
	picture := &chat.Blob{MIME: "image/png", Data: dialecttest.TinyPNG}
	clip := &chat.Blob{MIME: "video/mp4", Data: []byte("clip")}
	made := chat.ToolCall{ID: "c", Name: "f", Arguments: "{}"}
	answer := chat.Answer{Text: "a", Thoughts: "t", Media: []*chat.Blob{clip, picture}, Calls: []chat.ToolCall{made}, Reason: chat.CallTools}
	for _, linked := range []bool{false, true} {
		call := dialecttest.NewStreamCall(func(c *dialect.Call) {
			if linked {
				c.FileURL = func(*chat.Blob) string { return "https://x.example/clip.mp4" }
			}
		})
		r, events := play(t, call, chat.CallTools, chat.Event{Kind: chat.Thought, Text: "t"}, chat.Event{Kind: chat.Text, Text: "a"},
			chat.Event{Kind: chat.Media, Blob: clip}, chat.Event{Kind: chat.Media, Blob: picture}, chat.Event{Kind: chat.Called, Call: &made})
		whole := dialecttest.BodyText(t, responses.Dialect.EncodeAnswer(call, answer))
		if want := encode(t, events[len(events)-1]["response"]); sorted(t, whole) != want {
			t.Errorf("whole %s\nstreamed %s", sorted(t, whole), want)
		}
		want := "a\n\n[file](data:video/mp4;base64,Y2xpcA==)"
		if linked {
			want = "a\n\n[file](https://x.example/clip.mp4)"
		}
		if r.text != want {
			t.Errorf("text %q", r.text)
		}
	}
}

// TestBrokenWriter: the error of a writer is returned in the middle of a picture too.
func TestBrokenWriter(t *testing.T) {
	gone := errors.New("gone")
	for left := range 3 {
		w := &failing{left: left, err: gone}
		e := responses.Dialect.NewEncoder(dialecttest.NewStreamCall(nil), w)
		if err := e.WriteEvent(chat.Event{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: dialecttest.TinyPNG}}); !errors.Is(err, gone) {
			t.Errorf("after %d writes: %v", left, err)
		}
	}
}

type failing struct {
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, f.err
	}
	return len(p), nil
}
