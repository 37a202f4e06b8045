package dialect_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

func newCall(change func(*dialect.Call)) *dialect.Call {
	call := &dialect.Call{
		Op: dialect.Stream, Model: "gemini-2.5-pro", ID: "chatcmpl-1", Created: time.Unix(1_800_000_000, 0), SSE: true,
		Chat: &chat.Request{Thoughts: true, Turns: []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: "Hello"}}}}},
	}
	if change != nil {
		change(call)
	}
	return call
}

// pieces keeps every Write apart.
type pieces struct{ all [][]byte }

func (p *pieces) Write(b []byte) (int, error) {
	p.all = append(p.all, bytes.Clone(b))
	return len(b), nil
}

// play writes events, then Finish, with a ping before each.
func play(t require, d dialect.Dialect, call *dialect.Call, events []chat.Event) [][]byte {
	var w pieces
	e := d.NewEncoder(call, &w)
	for _, event := range append(events, chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
		if err := errors.Join(e.WritePing(), e.WriteEvent(event)); err != nil {
			t.Fatal(err)
		}
	}
	return w.all
}

// require is what testing.T and rapid.T share.
type require interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// recut joins what was written and cuts it elsewhere, as a network does.
func recut(t *rapid.T, written [][]byte) [][]byte {
	rest := bytes.Join(written, nil)
	var out [][]byte
	for len(rest) > 0 {
		n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
		out, rest = append(out, rest[:n]), rest[n:]
	}
	return out
}

// foreign draws text of every kind, valid or not.
func foreign(t *rapid.T) string {
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"\u2028\u2029", "👋世界", "\r\n\r\n", "data: [DONE]\n\n", "</script>&<", "\x00\x1f\x7f", `\u0041"\`, "\ufeff", "\xf0\x9f"}),
	).Draw(t, "text")
}

func conversationOf(t *rapid.T) (events []chat.Event, want heard) {
	for range rapid.IntRange(0, 6).Draw(t, "events") {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			events = append(events, chat.Event{Kind: chat.Meta, Served: chat.Served{ID: foreign(t)}})
		case 1:
			text := foreign(t)
			events = append(events, chat.Event{Kind: chat.Thought, Text: text})
			want.thoughts += toValid(text)
		case 2, 3:
			text := foreign(t)
			events = append(events, chat.Event{Kind: chat.Text, Text: text})
			want.text += toValid(text)
		case 4:
			blob := &chat.Blob{MIME: "image/png", Data: rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "data")}
			events = append(events, chat.Event{Kind: chat.Media, Blob: blob})
			want.files = append(want.files, blob.MIME, string(blob.Data))
		}
	}
	return events, want
}

// toValid replaces every wrong byte by U+FFFD, as encoding/json does.
func toValid(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// TestGeminiStreamSurvivesStrictReaders: whatever the model says, both strict
// SDKs must hear exactly that.
func TestGeminiStreamSurvivesStrictReaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := conversationOf(t)
		written := recut(t, play(t, gemini.Dialect, newCall(nil), events))
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
		events, want := conversationOf(t)
		call := newCall(func(c *dialect.Call) { c.SSE = false })
		written := bytes.Join(play(t, gemini.Dialect, call, events), nil)
		var chunks []json.RawMessage
		if err := json.Unmarshal(written, &chunks); err != nil {
			t.Fatalf("%v: %s", err, written)
		}
		compareGemini(t, chunks, want)
	})
}

func compareGemini(t *rapid.T, events []json.RawMessage, want heard) {
	t.Helper()
	got, err := hearGemini(events)
	if err != nil {
		t.Fatal(err)
	}
	if got.text != want.text || got.thoughts != want.thoughts || strings.Join(got.files, "|") != strings.Join(want.files, "|") {
		t.Fatalf("heard %+v, said %+v", got, want)
	}
	if got.reason != "STOP" || got.total == 0 {
		t.Fatalf("reason %q, total %d", got.reason, got.total)
	}
}

func TestOpenAIStreamSurvivesStrictReaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, want := conversationOf(t)
		usage := rapid.Bool().Draw(t, "usage")
		call := newCall(func(c *dialect.Call) { c.IncludeUsage = usage })
		chunks, comments, done, err := readEventSource(play(t, openai.Dialect, call, events))
		if err != nil || !done {
			t.Fatalf("done=%t: %v", done, err)
		}
		if comments != len(events)+1 {
			t.Fatalf("%d pings arrived, %d were sent", comments, len(events)+1)
		}
		got, err := hearOpenAI(chunks, usage)
		if err != nil {
			t.Fatal(err)
		}
		text, thoughts := got.text, got.thoughts
		for i := 0; i < len(want.files); i += 2 {
			picture := "![image](data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(want.files[i+1])) + ")"
			before, after, ok := strings.Cut(text, picture)
			if !ok {
				t.Fatalf("%q does not hold %q", text, picture)
			}
			text = strings.TrimSuffix(before, "\n\n") + after
		}
		if len(want.files) > 0 { // the blank line before a picture is ours
			want.text = strings.ReplaceAll(want.text, "\n\n", "")
			text = strings.ReplaceAll(text, "\n\n", "")
		}
		if text != want.text || thoughts != want.thoughts || got.reason != "stop" || (got.total > 0) != usage {
			t.Fatalf("heard %+v, said %+v", got, want)
		}
	})
}

// TestOneEventOneWrite: 25 frames must be 25 writes, or flushing after each
// write bunches them.
func TestOneEventOneWrite(t *testing.T) {
	for _, d := range registry.All {
		t.Run(d.Name, func(t *testing.T) {
			var w pieces
			e := d.NewEncoder(newCall(nil), &w)
			for i := range 25 {
				if err := e.WriteEvent(chat.Event{Kind: chat.Text, Text: "frame "}); err != nil {
					t.Fatal(err)
				}
				if len(w.all) != i+1 {
					t.Fatalf("%d writes after %d events", len(w.all), i+1)
				}
			}
		})
	}
}

// TestSilentEvents: what means nothing to the client writes nothing.
func TestSilentEvents(t *testing.T) {
	call := newCall(func(c *dialect.Call) { c.Chat.Thoughts = false })
	for _, d := range registry.All {
		for _, event := range []chat.Event{
			{Kind: chat.Meta, Served: chat.Served{ID: "x"}}, {Kind: chat.Thought, Text: "secret"}, {Kind: chat.Text}, {},
		} {
			var w pieces
			if err := d.NewEncoder(call, &w).WriteEvent(event); err != nil || len(w.all) != 0 {
				t.Errorf("%s: %+v wrote %q, error %v", d.Name, event, w.all, err)
			}
		}
	}
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
			chunks, _, _, err := readEventSource(play(t, openai.Dialect, newCall(nil), []chat.Event{{Kind: chat.Text, Text: text}}))
			if err != nil {
				t.Fatal(err)
			}
			got, err := hearOpenAI(chunks, false)
			if err != nil || got.text != toValid(text) {
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
		chunks, _, _, err := readEventSource(play(t, openai.Dialect, newCall(nil), events))
		if err != nil {
			t.Fatal(err)
		}
		for _, chunk := range chunks {
			if len(chunk) > 64<<10 {
				t.Fatalf("a delta of %d bytes", len(chunk))
			}
		}
		got, err := hearOpenAI(chunks, false)
		want := "Here:\n\n![image](data:image/png;base64," + base64.StdEncoding.EncodeToString(blob.Data) + ")"
		if err != nil || got.text != want {
			t.Fatalf("%d bytes of Markdown, want %d, %v", len(got.text), len(want), err)
		}
	})
	t.Run("OpenAI link", func(t *testing.T) {
		call := newCall(func(c *dialect.Call) {
			c.FileURL = func(b *chat.Blob) string { return "https://host/files/abc.png" }
		})
		chunks, _, _, err := readEventSource(play(t, openai.Dialect, call, events))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := hearOpenAI(chunks, false); err != nil || got.text != "Here:\n\n![image](https://host/files/abc.png)" {
			t.Fatalf("heard %q, %v", got.text, err)
		}
	})
	t.Run("Gemini", func(t *testing.T) {
		chunks, err := readOldSDK(play(t, gemini.Dialect, newCall(nil), events))
		if err != nil {
			t.Fatal(err)
		}
		got, err := hearGemini(chunks)
		if err != nil || len(got.files) != 2 || got.files[0] != "image/png" || got.files[1] != string(blob.Data) {
			t.Fatalf("%d files, %v", len(got.files)/2, err)
		}
	})
}

// TestLongLines: no line of an OpenAI stream is longer than 64 KiB, however much
// text comes at once and however long it gets when it is escaped.
func TestLongLines(t *testing.T) {
	text := strings.Repeat("\x01", 300<<10) + strings.Repeat("世\u2028", 100<<10)
	var w pieces
	e := openai.Dialect.NewEncoder(newCall(nil), &w)
	for _, event := range []chat.Event{{Kind: chat.Thought, Text: text}, {Kind: chat.Text, Text: text}, {Kind: chat.Finish, Reason: chat.Stop}} {
		if err := e.WriteEvent(event); err != nil {
			t.Fatal(err)
		}
	}
	longest := 0
	for line := range bytes.Lines(bytes.Join(w.all, nil)) {
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
	begin := func(d dialect.Dialect, call *dialect.Call) [][]byte {
		var w pieces
		e := d.NewEncoder(call, &w)
		err := errors.Join(e.WriteEvent(chat.Event{Kind: chat.Text, Text: "half"}), e.WriteError(failure),
			e.WriteEvent(chat.Event{Kind: chat.Text, Text: "ghost"}), e.WritePing(), e.WriteError(failure),
			e.WriteEvent(chat.Event{Kind: chat.Finish, Reason: chat.Stop}))
		if err != nil {
			t.Fatal(err)
		}
		return w.all
	}
	t.Run("Gemini", func(t *testing.T) {
		chunks, err := readGoSDK(begin(gemini.Dialect, newCall(nil)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := hearGemini(chunks)
		if err != nil || got.text != "half" || got.failure != "503 UNAVAILABLE" || got.reason != "" {
			t.Fatalf("heard %+v, %v", got, err)
		}
	})
	t.Run("Gemini array", func(t *testing.T) {
		var chunks []json.RawMessage
		call := newCall(func(c *dialect.Call) { c.SSE = false })
		if err := json.Unmarshal(bytes.Join(begin(gemini.Dialect, call), nil), &chunks); err != nil {
			t.Fatal(err)
		}
		if got, err := hearGemini(chunks); err != nil || got.failure != "503 UNAVAILABLE" {
			t.Fatalf("heard %+v, %v", got, err)
		}
	})
	t.Run("OpenAI", func(t *testing.T) {
		chunks, _, done, err := readEventSource(begin(openai.Dialect, newCall(nil)))
		if err != nil || done {
			t.Fatalf("end mark %t, %v", done, err)
		}
		got, err := hearOpenAI(chunks, false)
		if err != nil || got.text != "half" || got.failure != "server_error unavailable" || got.reason != "" {
			t.Fatalf("heard %+v, %v", got, err)
		}
	})
}

// TestReasons: how every end is spelled, with text before it and without.
func TestReasons(t *testing.T) {
	tests := []struct {
		reason           chat.FinishReason
		gemini, openai   string
		blocked, content bool
	}{
		{chat.Stop, "STOP", "stop", false, true},
		{chat.Stop, "STOP", "stop", false, false},
		{chat.Length, "MAX_TOKENS", "length", false, true},
		{chat.Filtered, "SAFETY", "content_filter", false, true},
		{chat.Filtered, "", "content_filter", true, false},
		{"", "STOP", "stop", false, true},
	}
	for _, test := range tests {
		events := []chat.Event{{Kind: chat.Finish, Reason: test.reason}}
		if test.content {
			events = append([]chat.Event{{Kind: chat.Text, Text: "a"}}, events...)
		}
		var g, o pieces
		eg, eo := gemini.Dialect.NewEncoder(newCall(nil), &g), openai.Dialect.NewEncoder(newCall(nil), &o)
		for _, event := range events {
			if err := errors.Join(eg.WriteEvent(event), eo.WriteEvent(event)); err != nil {
				t.Fatal(err)
			}
		}
		chunks, err := readGoSDK(g.all)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := hearGemini(chunks); err != nil || got.reason != test.gemini || (got.blocked == "SAFETY") != test.blocked {
			t.Errorf("Gemini: %q with content %t: %+v, %v", test.reason, test.content, got, err)
		}
		chunks, _, done, err := readEventSource(o.all)
		if err != nil || !done {
			t.Fatal(done, err)
		}
		if got, err := hearOpenAI(chunks, false); err != nil || got.reason != test.openai {
			t.Errorf("OpenAI: %q with content %t: %+v, %v", test.reason, test.content, got, err)
		}
	}
}

// TestWriterErrors: a client that is gone is told of by the writer's own error.
func TestWriterErrors(t *testing.T) {
	gone := errors.New("gone")
	for _, d := range registry.All {
		e := d.NewEncoder(newCall(nil), broken{gone})
		for name, err := range map[string]error{
			"text":   e.WriteEvent(chat.Event{Kind: chat.Text, Text: "a"}),
			"media":  e.WriteEvent(chat.Event{Kind: chat.Media, Blob: &chat.Blob{MIME: "image/png", Data: []byte("a")}}),
			"ping":   e.WritePing(),
			"finish": e.WriteEvent(chat.Event{Kind: chat.Finish}),
		} {
			if !errors.Is(err, gone) {
				t.Errorf("%s: %s returned %v", d.Name, name, err)
			}
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// TestTextAllocations gates the hot path: a frame of text costs no garbage.
func TestTextAllocations(t *testing.T) {
	for _, d := range registry.All {
		for _, kind := range []chat.EventKind{chat.Text, chat.Thought} {
			e := d.NewEncoder(newCall(nil), io.Discard)
			event := chat.Event{Kind: kind, Text: strings.Repeat("A line with \"quotes\", 世界 and 👋.\n", 8)}
			got := testing.AllocsPerRun(200, func() {
				if err := e.WriteEvent(event); err != nil {
					t.Fatal(err)
				}
			})
			if got > 0 {
				t.Errorf("%s, event kind %d: %.1f allocations an event, want none", d.Name, kind, got)
			}
		}
	}
}

func BenchmarkTextEvent(b *testing.B) {
	event := chat.Event{Kind: chat.Text, Text: strings.Repeat("A line with \"quotes\", 世界 and 👋.\n", 8)}
	for _, d := range registry.All {
		b.Run(d.Name, func(b *testing.B) {
			e := d.NewEncoder(newCall(nil), io.Discard)
			b.SetBytes(int64(len(event.Text)))
			b.ReportAllocs()
			for b.Loop() {
				_ = e.WriteEvent(event)
			}
		})
	}
}
