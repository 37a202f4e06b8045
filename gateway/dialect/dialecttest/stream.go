package dialecttest

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// CheckStream checks the rules that the streams of all dialects obey.
func CheckStream(t *testing.T, d dialect.Dialect) {
	t.Run("one event, one write", func(t *testing.T) { checkWrites(t, d) })
	t.Run("silent events", func(t *testing.T) { checkSilence(t, d) })
	t.Run("errors of the writer", func(t *testing.T) { checkWriterErrors(t, d) })
	t.Run("allocations", func(t *testing.T) { checkAllocations(t, d) })
}

// checkWrites: 25 frames must be 25 writes, or flushing after each write bunches
// them.
func checkWrites(t *testing.T, d dialect.Dialect) {
	var w Pieces
	e := d.NewEncoder(NewStreamCall(nil), &w)
	for i := range 25 {
		if err := e.WriteEvent(chat.Event{Kind: chat.Text, Text: "frame "}); err != nil {
			t.Fatal(err)
		}
		if len(w.All) != i+1 {
			t.Fatalf("%d writes after %d events", len(w.All), i+1)
		}
	}
}

// checkSilence: events without a meaning for the client write nothing.
func checkSilence(t *testing.T, d dialect.Dialect) {
	call := NewStreamCall(func(c *dialect.Call) { c.Chat.Thoughts = false })
	for _, event := range []chat.Event{
		{Kind: chat.Meta, Served: chat.Served{ID: "x"}}, {Kind: chat.Thought, Text: "secret"}, {Kind: chat.Text}, {},
	} {
		var w Pieces
		if err := d.NewEncoder(call, &w).WriteEvent(event); err != nil || len(w.All) != 0 {
			t.Errorf("%+v wrote %q, error %v", event, w.All, err)
		}
	}
}

// checkWriterErrors: the error of a writer is returned as it is.
func checkWriterErrors(t *testing.T, d dialect.Dialect) {
	gone := errors.New("gone")
	for name, write := range map[string]func(dialect.Encoder) error{
		"text": func(e dialect.Encoder) error { return e.WriteEvent(chat.Event{Kind: chat.Text, Text: "a"}) },
		"media": func(e dialect.Encoder) error {
			return e.WriteEvent(chat.Event{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: []byte("a")}})
		},
		"ping":   dialect.Encoder.WritePing,
		"finish": func(e dialect.Encoder) error { return e.WriteEvent(chat.Event{Kind: chat.Finish}) },
		"error":  func(e dialect.Encoder) error { return e.WriteError(chat.NewError(chat.Upstream, "broken")) },
	} {
		if err := write(d.NewEncoder(NewStreamCall(nil), brokenWriter{gone})); !errors.Is(err, gone) {
			t.Errorf("%s returned %v", name, err)
		}
	}
}

type brokenWriter struct{ err error }

// Write implements [io.Writer].
func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

// checkAllocations gates the hot path: a frame of text costs no garbage.
func checkAllocations(t *testing.T, d dialect.Dialect) {
	for _, kind := range []chat.EventKind{chat.Text, chat.Thought} {
		e := d.NewEncoder(NewStreamCall(nil), io.Discard)
		event := chat.Event{Kind: kind, Text: frameText}
		got := testing.AllocsPerRun(200, func() {
			if err := e.WriteEvent(event); err != nil {
				t.Fatal(err)
			}
		})
		if got > 0 {
			t.Errorf("event kind %d: %.1f allocations an event, want none", kind, got)
		}
	}
}

var frameText = strings.Repeat("A line with \"quotes\", 世界 and 👋.\n", 8)

// BenchmarkText measures the encoding of one text event.
func BenchmarkText(b *testing.B, d dialect.Dialect) {
	event := chat.Event{Kind: chat.Text, Text: frameText}
	e := d.NewEncoder(NewStreamCall(nil), io.Discard)
	b.SetBytes(int64(len(event.Text)))
	b.ReportAllocs()
	for b.Loop() {
		_ = e.WriteEvent(event)
	}
}
