package dialecttest

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// NewStreamCall returns the call of a stream of events with thoughts; change may
// be nil.
func NewStreamCall(change func(*dialect.Call)) *dialect.Call {
	call := &dialect.Call{
		Op: dialect.Stream, Model: "gemini-2.5-pro", ID: "chatcmpl-1", Created: time.Unix(1_800_000_000, 0), SSE: true,
		Chat: &chat.Request{Thoughts: true, Turns: []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: "Hello"}}}}},
	}
	if change != nil {
		change(call)
	}
	return call
}

// Pieces keeps every Write apart.
type Pieces struct{ All [][]byte }

// Write implements [io.Writer].
func (p *Pieces) Write(b []byte) (int, error) {
	p.All = append(p.All, bytes.Clone(b))
	return len(b), nil
}

// Said sums up the events of an answer.
type Said struct {
	Text, Thoughts string
	Files          []string // media type, then bytes
}

// PlayEvents writes events, then Finish, with a ping before each.
func PlayEvents(t Fataler, d dialect.Dialect, call *dialect.Call, events []chat.Event) [][]byte {
	var w Pieces
	e := d.NewEncoder(call, &w)
	for _, event := range append(events, chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
		if err := errors.Join(e.WritePing(), e.WriteEvent(event)); err != nil {
			t.Fatal(err)
		}
	}
	return w.All
}

// Fataler is the part that [testing.T] and [rapid.T] have in common.
type Fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// RecutPieces joins the pieces and cuts them elsewhere, as a network does.
func RecutPieces(t *rapid.T, written [][]byte) [][]byte {
	rest := bytes.Join(written, nil)
	var out [][]byte
	for len(rest) > 0 {
		n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
		out, rest = append(out, rest[:n]), rest[n:]
	}
	return out
}

// drawText draws text of every kind, valid or not.
func drawText(t *rapid.T) string {
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"\u2028\u2029", "👋世界", "\r\n\r\n", "data: [DONE]\n\n", "</script>&<", "\x00\x1f\x7f", `\u0041"\`, "\ufeff", "\xf0\x9f"}),
	).Draw(t, "text")
}

// DrawEvents draws the events of an answer, without Finish.
func DrawEvents(t *rapid.T) (events []chat.Event, want Said) {
	for range rapid.IntRange(0, 6).Draw(t, "events") {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			events = append(events, chat.Event{Kind: chat.Meta, Served: chat.Served{ID: drawText(t)}})
		case 1:
			text := drawText(t)
			events = append(events, chat.Event{Kind: chat.Thought, Text: text})
			want.Thoughts += ReplaceInvalid(text)
		case 2, 3:
			text := drawText(t)
			events = append(events, chat.Event{Kind: chat.Text, Text: text})
			want.Text += ReplaceInvalid(text)
		case 4:
			blob := &chat.Blob{MIME: "image/png", Data: rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "data")}
			events = append(events, chat.Event{Kind: chat.Media, Blob: blob})
			want.Files = append(want.Files, blob.MIME, string(blob.Data))
		}
	}
	return events, want
}

// ReplaceInvalid replaces every wrong byte by U+FFFD, as encoding/json does.
func ReplaceInvalid(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// PlayFailure writes half an answer and an error, then more events, which must
// write nothing.
func PlayFailure(t Fataler, d dialect.Dialect, call *dialect.Call, failure *chat.Error) [][]byte {
	var w Pieces
	e := d.NewEncoder(call, &w)
	err := errors.Join(e.WriteEvent(chat.Event{Kind: chat.Text, Text: "half"}), e.WriteError(failure),
		e.WriteEvent(chat.Event{Kind: chat.Text, Text: "ghost"}), e.WritePing(), e.WriteError(failure),
		e.WriteEvent(chat.Event{Kind: chat.Finish, Reason: chat.Stop}))
	if err != nil {
		t.Fatal(err)
	}
	return w.All
}

// PlayEnd writes an answer of text, if it is not empty, that ends with reason.
func PlayEnd(t Fataler, d dialect.Dialect, text string, reason chat.FinishReason) [][]byte {
	var w Pieces
	e := d.NewEncoder(NewStreamCall(nil), &w)
	if err := errors.Join(e.WriteEvent(chat.Event{Kind: chat.Text, Text: text}), e.WriteEvent(chat.Event{Kind: chat.Finish, Reason: reason})); err != nil {
		t.Fatal(err)
	}
	return w.All
}
