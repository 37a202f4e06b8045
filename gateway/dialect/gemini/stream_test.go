package gemini_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
)

func TestStream(t *testing.T) { dialecttest.CheckStream(t, gemini.Dialect) }

func BenchmarkTextEvent(b *testing.B) { dialecttest.BenchmarkText(b, gemini.Dialect) }

// TestGeminiStreamSurvivesStrictReaders: whatever the model says, both strict
// SDKs must hear exactly that.
func TestGeminiStreamSurvivesStrictReaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := dialecttest.DrawEvents(t)
		written := dialecttest.RecutPieces(t, dialecttest.PlayEvents(t, gemini.Dialect, dialecttest.NewStreamCall(nil), events))
		old, err := readOldSDK(written)
		if err != nil {
			t.Fatal(err)
		}
		strict, err := readGoSDK(written)
		if err != nil {
			t.Fatal(err)
		}
		if len(old) != len(strict) {
			t.Fatalf("the old SDK reads %d events, the Go SDK %d", len(old), len(strict))
		}
		compareGemini(t, old, want)
	})
}

// TestGeminiArray: the same answer as one JSON array, pings and all.
func TestGeminiArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := dialecttest.DrawEvents(t)
		call := dialecttest.NewStreamCall(func(c *dialect.Call) { c.SSE = false })
		written := bytes.Join(dialecttest.PlayEvents(t, gemini.Dialect, call, events), nil)
		var chunks []json.RawMessage
		if err := json.Unmarshal(written, &chunks); err != nil {
			t.Fatalf("%v: %s", err, written)
		}
		compareGemini(t, chunks, want)
	})
}

func compareGemini(t *rapid.T, events []json.RawMessage, want dialecttest.Said) {
	t.Helper()
	got, err := joinChunks(events)
	if err != nil {
		t.Fatal(err)
	}
	if got.text != want.Text || got.thoughts != want.Thoughts || strings.Join(got.files, "|") != strings.Join(want.Files, "|") {
		t.Fatalf("received %+v, said %+v", got, want)
	}
	if got.reason != "STOP" || got.total == 0 {
		t.Fatalf("reason %q, total %d", got.reason, got.total)
	}
}

// TestPictures: a picture of 1 MiB in every way a client may get it.
func TestPictures(t *testing.T) {
	blob := &chat.Blob{MIME: "image/png", Data: bytes.Repeat([]byte("\x89PNG"), 64<<10)}
	events := []chat.Event{{Kind: chat.Text, Text: "Here:"}, {Kind: chat.Media, Blob: blob}}
	t.Run("Gemini", func(t *testing.T) {
		chunks, err := readOldSDK(dialecttest.PlayEvents(t, gemini.Dialect, dialecttest.NewStreamCall(nil), events))
		if err != nil {
			t.Fatal(err)
		}
		got, err := joinChunks(chunks)
		if err != nil || len(got.files) != 2 || got.files[0] != "image/png" || got.files[1] != string(blob.Data) {
			t.Fatalf("%d files, %v", len(got.files)/2, err)
		}
	})
}

// TestFailInStream: an error that comes late ends the stream in words and never
// looks like a complete answer.
func TestFailInStream(t *testing.T) {
	failure := &chat.Error{Kind: chat.Unavailable, Message: "the upstream went away; try again"}
	chunks, err := readGoSDK(dialecttest.PlayFailure(t, gemini.Dialect, dialecttest.NewStreamCall(nil), failure))
	if err != nil {
		t.Fatal(err)
	}
	got, err := joinChunks(chunks)
	if err != nil || got.text != "half" || got.failure != "503 UNAVAILABLE" || got.reason != "" {
		t.Fatalf("received %+v, %v", got, err)
	}
	var array []json.RawMessage
	call := dialecttest.NewStreamCall(func(c *dialect.Call) { c.SSE = false })
	if err := json.Unmarshal(bytes.Join(dialecttest.PlayFailure(t, gemini.Dialect, call, failure), nil), &array); err != nil {
		t.Fatal(err)
	}
	if got, err := joinChunks(array); err != nil || got.text != "half" || got.failure != "503 UNAVAILABLE" {
		t.Fatalf("received %+v, %v", got, err)
	}
}

// TestReasons: how every end is encoded, with text before it and without.
func TestReasons(t *testing.T) {
	for _, test := range []struct {
		text   string
		reason chat.FinishReason
		want   string // "" for a blocked prompt
	}{
		{"a", chat.Stop, "STOP"}, {"", chat.Stop, "STOP"}, {"a", chat.Length, "MAX_TOKENS"},
		{"a", chat.Filtered, "SAFETY"}, {"", chat.Filtered, ""}, {"a", "", "STOP"},
	} {
		chunks, err := readGoSDK(dialecttest.PlayEnd(t, gemini.Dialect, test.text, test.reason))
		if err != nil {
			t.Fatal(err)
		}
		got, err := joinChunks(chunks)
		if err != nil || got.reason != test.want || got.text != test.text || (got.blocked == "SAFETY") != (test.want == "") {
			t.Errorf("%q after %q: %+v, %v", test.reason, test.text, got, err)
		}
	}
}
