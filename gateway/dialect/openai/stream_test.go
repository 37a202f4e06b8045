package openai_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

func TestStream(t *testing.T) { dialecttest.CheckStream(t, openai.Dialect) }

func BenchmarkTextEvent(b *testing.B) { dialecttest.BenchmarkText(b, openai.Dialect) }

func TestOpenAIStreamSurvivesStrictReaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := dialecttest.DrawEvents(t)
		usage := rapid.Bool().Draw(t, "usage")
		call := dialecttest.NewStreamCall(func(c *dialect.Call) { c.IncludeUsage = usage })
		chunks, comments, done, err := readEventSource(dialecttest.PlayEvents(t, openai.Dialect, call, events))
		if err != nil || !done {
			t.Fatalf("done=%t: %v", done, err)
		}
		if comments != len(events)+1 {
			t.Fatalf("%d pings arrived, %d were sent", comments, len(events)+1)
		}
		got, err := joinChunks(chunks, usage)
		if err != nil {
			t.Fatal(err)
		}
		text, thoughts := got.text, got.thoughts
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
		if text != want.Text || thoughts != want.Thoughts || got.reason != "stop" || (got.total > 0) != usage {
			t.Fatalf("received %+v, said %+v", got, want)
		}
	})
}

// TestLongText: Open WebUI drops a connection on a line of more than 128 KiB,
// and text that needs escaping grows sixfold.
func TestLongText(t *testing.T) {
	for name, text := range map[string]string{
		"controls": strings.Repeat("\x01", 100<<10),
		"runes":    strings.Repeat("👋世", 60<<10),
		"broken":   strings.Repeat("\x80", 100<<10),
	} {
		t.Run(name, func(t *testing.T) {
			chunks, _, _, err := readEventSource(dialecttest.PlayEvents(t, openai.Dialect, dialecttest.NewStreamCall(nil), []chat.Event{{Kind: chat.Text, Text: text}}))
			if err != nil {
				t.Fatal(err)
			}
			got, err := joinChunks(chunks, false)
			if err != nil || got.text != dialecttest.ReplaceInvalid(text) {
				t.Fatalf("the text did not arrive whole: %d of %d runes, %v", utf8.RuneCountInString(got.text), utf8.RuneCountInString(text), err)
			}
		})
	}
}

// TestPictures: a picture of 1 MiB in every way a client may get it.
func TestPictures(t *testing.T) {
	blob := &chat.Blob{MIME: "image/png", Data: bytes.Repeat([]byte("\x89PNG"), 64<<10)}
	events := []chat.Event{{Kind: chat.Text, Text: "Here:"}, {Kind: chat.Media, Blob: blob}}
	t.Run("OpenAI data URL", func(t *testing.T) {
		chunks, _, _, err := readEventSource(dialecttest.PlayEvents(t, openai.Dialect, dialecttest.NewStreamCall(nil), events))
		if err != nil {
			t.Fatal(err)
		}
		for _, chunk := range chunks {
			if len(chunk) > 64<<10 {
				t.Fatalf("a delta of %d bytes", len(chunk))
			}
		}
		got, err := joinChunks(chunks, false)
		want := "Here:\n\n![image](data:image/png;base64," + base64.StdEncoding.EncodeToString(blob.Data) + ")"
		if err != nil || got.text != want {
			t.Fatalf("%d bytes of Markdown, want %d, %v", len(got.text), len(want), err)
		}
	})
	t.Run("OpenAI link", func(t *testing.T) {
		call := dialecttest.NewStreamCall(func(c *dialect.Call) {
			c.FileURL = func(b *chat.Blob) string { return "https://host/files/abc.png" }
		})
		chunks, _, _, err := readEventSource(dialecttest.PlayEvents(t, openai.Dialect, call, events))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := joinChunks(chunks, false); err != nil || got.text != "Here:\n\n![image](https://host/files/abc.png)" {
			t.Fatalf("received %q, %v", got.text, err)
		}
	})
}

// TestLongLines: no line of an OpenAI stream is longer than 64 KiB, however much
// text comes at once and however long it gets when it is escaped.
func TestLongLines(t *testing.T) {
	text := strings.Repeat("\x01", 300<<10) + strings.Repeat("世\u2028", 100<<10)
	var w dialecttest.Pieces
	e := openai.Dialect.NewEncoder(dialecttest.NewStreamCall(nil), &w)
	for _, event := range []chat.Event{{Kind: chat.Thought, Text: text}, {Kind: chat.Text, Text: text}, {Kind: chat.Finish, Reason: chat.Stop}} {
		if err := e.WriteEvent(event); err != nil {
			t.Fatal(err)
		}
	}
	longest := 0
	for line := range bytes.Lines(bytes.Join(w.All, nil)) {
		longest = max(longest, len(line))
	}
	if longest > 64<<10 || longest < 32<<10 {
		t.Errorf("the longest line has %d bytes", longest)
	}
}

// TestFailInStream: an error that comes late ends the stream in words and never
// looks like a complete answer.
func TestFailInStream(t *testing.T) {
	failure := &chat.Error{Kind: chat.Unavailable, Message: "the upstream went away; try again"}
	chunks, _, done, err := readEventSource(dialecttest.PlayFailure(t, openai.Dialect, dialecttest.NewStreamCall(nil), failure))
	if err != nil || done {
		t.Fatalf("end mark %t, %v", done, err)
	}
	got, err := joinChunks(chunks, false)
	if err != nil || got.text != "half" || got.failure != "server_error unavailable" || got.reason != "" {
		t.Fatalf("received %+v, %v", got, err)
	}
}

// TestReasons: how every end is encoded, with text before it and without.
func TestReasons(t *testing.T) {
	for _, test := range []struct {
		text   string
		reason chat.FinishReason
		want   string
	}{
		{"a", chat.Stop, "stop"}, {"", chat.Stop, "stop"}, {"a", chat.Length, "length"},
		{"a", chat.Filtered, "content_filter"}, {"", chat.Filtered, "content_filter"}, {"a", "", "stop"},
	} {
		chunks, _, done, err := readEventSource(dialecttest.PlayEnd(t, openai.Dialect, test.text, test.reason))
		if err != nil || !done {
			t.Fatal(done, err)
		}
		if got, err := joinChunks(chunks, false); err != nil || got.reason != test.want || got.text != test.text {
			t.Errorf("%q after %q: %+v, %v", test.reason, test.text, got, err)
		}
	}
}

// TestDeltasOfLongText: text is cut into as few deltas as fit, and between runes.
func TestDeltasOfLongText(t *testing.T) {
	for size, want := range map[int]int{10 << 10: 1, 10<<10 + 1: 2, 20 << 10: 2, 20<<10 + 1: 3} {
		for _, letter := range []string{"a", "👋"} {
			text := strings.Repeat(letter, size/len(letter)) + strings.Repeat("b", size%len(letter))
			chunks, _, _, err := readEventSource(dialecttest.PlayEnd(t, openai.Dialect, text, chat.Stop))
			if err != nil {
				t.Fatal(err)
			}
			got, err := joinChunks(chunks, false)
			if err != nil || got.text != text || got.chunks != want {
				t.Errorf("%d bytes of %s: %d deltas, want %d, %v", size, letter, got.chunks, want, err)
			}
		}
	}
}

// TestPictureToLostReader: the first failed write of a picture ends it.
func TestPictureToLostReader(t *testing.T) {
	blob := &chat.Blob{MIME: "image/png", Data: make([]byte, 200<<10)}
	for fail := range 6 {
		w := &failingWriter{left: fail}
		err := openai.Dialect.NewEncoder(dialecttest.NewStreamCall(nil), w).WriteEvent(chat.Event{Kind: chat.Media, Blob: blob})
		if !errors.Is(err, errGone) || w.after != 0 {
			t.Errorf("write %d: %v, %d writes after it", fail, err, w.after)
		}
	}
}

var errGone = errors.New("gone")

// failingWriter fails after some writes.
type failingWriter struct{ left, after int }

func (f *failingWriter) Write(p []byte) (int, error) {
	switch {
	case f.left > 0:
		f.left--
		return len(p), nil
	case f.left == 0:
		f.left--
		return 0, errGone
	}
	f.after++
	return 0, errGone
}
