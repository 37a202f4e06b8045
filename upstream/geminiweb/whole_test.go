package geminiweb_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// newWholeRequest is a question whose answer is wanted in one piece.
func newWholeRequest(model, text string) *chat.Request {
	req := newRequest(model, text)
	req.Stream = false
	return req
}

// TestWholeAnswer: each text comes once, and is the one of the last frame.
func TestWholeAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, prompt string
		same         string // the prompt that streams the same text, empty for prompt
		kinds        string
	}{
		{name: "plain", prompt: "[long 9000]", kinds: "meta text finish"},
		{name: "rewritten", prompt: "[rewrite] hello", same: "[code] hello", kinds: "meta text finish"},
		{name: "thoughts", prompt: "[think][dirty][code][flicker] hello", kinds: "meta thought text text finish"},
		{name: "card", prompt: "[card][say in the card]", kinds: "meta text finish"},
		{name: "read in the history", prompt: "[cut 3][long 9000]", same: "[long 9000]", kinds: "meta text finish"},
		{name: "one frame broken", prompt: "[garble 3][long 9000]", kinds: "meta text finish"},
		{name: "another form", prompt: "[dense][long 9000]", kinds: "meta text finish"},
		{name: "no snapshots", prompt: "[frames 1][say once]", kinds: "meta text finish"},
		{name: "picture", prompt: "[image][say Here it is]", kinds: "meta text media finish"},
	}
	names := map[chat.EventKind]string{chat.Meta: "meta", chat.Thought: "thought", chat.Text: "text", chat.Media: "media", chat.Finish: "finish"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{ChatMode: geminiweb.ChatKeep})
				if tt.same == "" {
					tt.same = tt.prompt
				}
				streamed, err := w.ask(t.Context(), tt.same)
				if err != nil {
					t.Fatal(err)
				}
				var kinds []string
				var text, thoughts string
				for event, err := range w.client.Stream(t.Context(), w.set, newWholeRequest("gemini-2.5-flash", tt.prompt)) {
					if err != nil {
						t.Fatal(err)
					}
					switch kinds = append(kinds, names[event.Kind]); event.Kind {
					case chat.Text:
						text += event.Text
					case chat.Thought:
						thoughts += event.Text
					}
				}
				if got := strings.Join(kinds, " "); got != tt.kinds {
					t.Errorf("events %q, want %q", got, tt.kinds)
				}
				if text != streamed.Text || thoughts != streamed.Thoughts || text == "" {
					t.Errorf("got %q with %q, want %q with %q", text, thoughts, streamed.Text, streamed.Thoughts)
				}
			})
		})
	}
}

// TestWholeAnswerFails: nothing went out, so what a second call may heal is tried
// once more even behind the beginning, in a chat of its own.
func TestWholeAnswerFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		prompt string
		kind   chat.Kind
		calls  int
	}{
		{prompt: "[error 1013 late]", kind: chat.Unavailable, calls: 2},
		{prompt: "[error 1096 late]", kind: chat.Upstream, calls: 1},
		{prompt: "[cut 3 unsaved]", kind: chat.Upstream, calls: 1},
		{prompt: "[latemodel][downgrade]", kind: chat.Downgraded, calls: 1},
	}
	for _, tt := range tests {
		t.Run(tt.prompt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{ChatMode: geminiweb.ChatDeleteAfter})
				w.client.Probe(t.Context(), w.set)
				w.calls()
				for event, err := range w.client.Stream(t.Context(), w.set, newWholeRequest("gemini-2.5-flash", tt.prompt+"[long 4000][bytes 100]")) {
					if err == nil {
						t.Errorf("got %+v before the error", event)
					} else if got := chat.AsError(err).Kind; got != tt.kind {
						t.Errorf("got kind %d, %v; want %d", got, err, tt.kind)
					}
				}
				if err := w.client.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				calls := w.calls()
				maps.DeleteFunc(calls, func(name string, _ int) bool { return name != "generate" && name != "GzXR5e" })
				if want := (map[string]int{"generate": tt.calls, "GzXR5e": tt.calls}); fmt.Sprint(calls) != fmt.Sprint(want) {
					t.Errorf("calls %v, want %v", calls, want)
				}
			})
		})
	}
}
