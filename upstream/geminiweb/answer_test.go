package geminiweb_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb"
)

// told reads frames and joins what they bring.
func told(t failer, r *geminiweb.Reader, frames [][]byte) (text, thoughts string, events int) {
	t.Helper()
	var a, b strings.Builder
	for _, frame := range frames {
		step, ok := r.Read(frame)
		if !ok {
			t.Fatalf("refused %q", frame)
		}
		a.WriteString(step.Text)
		b.WriteString(step.Thoughts)
		if step.Text != "" {
			events++
		}
	}
	last := r.Flush()
	return a.String() + last.Text, b.String() + last.Thoughts, events
}

func TestAnswerGrows(t *testing.T) {
	t.Parallel()
	var rows []string
	text := ""
	for i := range 25 {
		text += fmt.Sprintf("word %d, 日本 😀 \"q\"\n", i)
		rows = append(rows, wire{text: text, done: i == 24}.row())
	}
	got, _, events := told(t, new(geminiweb.Reader), frames(rows))
	if got != text || events != 25 {
		t.Errorf("got %d events and %q, want 25 and %q", events, got, text)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	card := `[null,["c_1","r_1"],null,null,[["rc_1",["http://googleusercontent.com/card_content/0"],null,null,null,null,true,null,[2],"en",null,null,null,null,null,null,null,null,null,null,null,null,["the card says %s"]]]]`
	tests := []struct {
		name           string
		rows           []string
		text, thoughts string
	}{
		{name: "one frame", rows: []string{wire{text: "hi", done: true}.row()}, text: "hi"},
		{name: "meta frames between", rows: []string{
			wrap(`[null,["c_1","r_1"],{"18":"r_1","44":true}]`), wire{text: "a b"}.row(),
			wrap(`[null,["c_1","r_1"],{"11":["Title"]}]`), wire{text: "a b c", done: true}.row(), `[["di",4]]`,
		}, text: "a b c"},
		{name: "thoughts first", rows: []string{
			wire{thoughts: "**First**\n\nI th"}.row(), wire{thoughts: "**First**\n\nI think"}.row(),
			wire{thoughts: "**First**\n\nI think\n```", text: "So"}.row(), wire{thoughts: "**First**\n\nI think\n```", text: "So it is", done: true}.row(),
		}, text: "So it is", thoughts: "**First**\n\nI think\n```"},
		{name: "other thoughts, then the text", rows: []string{
			wire{thoughts: "Let me see what I find"}.row(), wire{thoughts: "No"}.row(), wire{text: "So"}.row(), wire{text: "So it is", done: true}.row(),
		}, text: "So it is", thoughts: "Let me see what I find\n\nNo"},
		{name: "surrogate pair cut by the upstream", rows: []string{
			wrap(`[null,["c_1"],null,null,[["rc_1",["a \ud83d"],null,null,null,null,true,null,[1]]]]`),
			wrap(`[null,["c_1"],null,null,[["rc_1",["a \ud83d\ude00 b"],null,null,null,null,true,null,[2]]]]`),
		}, text: "a 😀 b"},
		{name: "head changes", rows: []string{
			wrap(`[null,[null,"r_1"],null,null,[["rc_1",["one "],null,null,null,null,true,null,[1]]]]`),
			wrap(`[null,["c_1","r_1"],null,null,[["rc_1",["one two "],null,null,null,null,true,null,[1]]]]`),
			wrap(`[null,["c_1","r_1","x"],null,null,[["rc_1",["one two three"],null,null,null,null,true,null,[2]]]]`),
		}, text: "one two three"},
		{name: "escapes spelled in another way", rows: []string{
			wrap(`[null,["c_1"],null,null,[["rc_1",["a \u003c b\/ "],null,null,null,null,true,null,[1]]]]`),
			wrap(`[null,["c_1"],null,null,[["rc_1",["a < b/ c"],null,null,null,null,true,null,[2]]]]`),
		}, text: "a < b/ c"},
		{name: "a fence flickers", rows: []string{
			wire{text: "```\none\n```"}.row(), wire{text: "```\none\ntwo\n```"}.row(), wire{text: "```\none\ntwo\n```\nend", done: true}.row(),
		}, text: "```\none\ntwo\n```\nend"},
		{name: "escaped marks flicker", rows: []string{
			wire{text: `this is \*\*`}.row(), wire{text: `this is **bold`}.row(), wire{text: `this is **bold**`, done: true}.row(),
		}, text: `this is **bold**`},
		{name: "text shrinks and grows again", rows: []string{
			wire{text: "one two three"}.row(), wire{text: "one two"}.row(), wire{text: "one two three four", done: true}.row(),
		}, text: "one two three four"},
		{name: "rewritten in the middle", rows: []string{
			wire{text: "call `f` and then look at it closely"}.row(),
			wire{text: "call [`f`](x) and then look at it closely, twice", done: true}.row(),
		}, text: "call `f` and then look at it closely, twice"},
		{name: "finished in a frame without text", rows: []string{
			wire{text: "kept back &am"}.row(), wrap(`[null,["c_1"],null,null,[["rc_1",null,null,null,null,null,true,null,[2]]]]`),
		}, text: "kept back &am"},
		{name: "card", rows: []string{wrap(fmt.Sprintf(card, "a")), wrap(fmt.Sprintf(card, "a and b"))}, text: "the card says a and b"},
		{name: "later row wins", rows: []string{
			`[["wrb.fr",null,` + asJSON(wire{text: "old"}.inner()) + `],["wrb.fr",null,` + asJSON(wire{text: "old and new", done: true}.inner()) + `]]`,
		}, text: "old and new"},
		{name: "identified row", rows: []string{
			`[["wrb.fr",null,` + asJSON(wire{text: "x"}.inner()) + `,null,null,null,"generic"]]`,
			`[["wrb.fr",null,` + asJSON(wire{text: "x y", done: true}.inner()) + `,null,null,null,"generic"]]`,
		}, text: "x y"},
		{name: "control characters escaped", rows: []string{wire{text: "tab\tbell\u0007 nul\u0000 slash\\ \b\f\r", done: true}.row()}, text: "tab\tbell\u0007 nul\u0000 slash\\ \b\f\r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, thoughts, _ := told(t, new(geminiweb.Reader), frames(tt.rows))
			if text != tt.text || thoughts != tt.thoughts {
				t.Errorf("got %q and %q, want %q and %q", text, thoughts, tt.text, tt.thoughts)
			}
		})
	}
}

func TestTextFrameAllocatesOnce(t *testing.T) {
	rows := frames(growing(prose(64<<10), 256))
	perRun := testing.AllocsPerRun(20, func() {
		var r geminiweb.Reader
		for _, frame := range rows {
			if _, ok := r.Read(frame); !ok {
				t.Fatal("refused a frame")
			}
		}
	})
	// The text that goes out is one; buffers and the first and last frame,
	// which are parsed, must drown among the others.
	if perFrame := perRun / float64(len(rows)); perFrame > 1.8 {
		t.Errorf("%.2f allocations a frame over an answer, want about 1", perFrame)
	}
	var r geminiweb.Reader
	for _, frame := range rows[:len(rows)/2] {
		r.Read(frame)
	}
	next := len(rows) / 2
	if got := testing.AllocsPerRun(20, func() { r.Read(rows[next]); next++ }); got > 1 {
		t.Errorf("%v allocations for one text frame, want 1 at most", got)
	}
}

func TestDecodingIsLinear(t *testing.T) {
	t.Parallel()
	for _, size := range []int{16 << 10, 64 << 10, 256 << 10} {
		text := prose(size)
		var r geminiweb.Reader
		got, _, _ := told(t, &r, frames(growing(text, 4<<10)))
		if got != text {
			t.Errorf("the text of %d bytes changed", size)
		}
		if limit := size + size/10; r.Decoded() > limit {
			t.Errorf("decoded %d bytes of an answer of %d, want %d at most", r.Decoded(), size, limit)
		}
	}
}

// script is a random answer as the upstream might make it.
func script(t *rapid.T) (rows []string, text string) {
	text = someText(t, "text")
	thoughts := someText(t, "thoughts")
	for range rapid.IntRange(0, 4).Draw(t, "thinking") {
		rows = append(rows, wire{thoughts: thoughts[:runeCut(t, thoughts)]}.row())
	}
	for at := 0; at < len(text); {
		at += runeCut(t, text[at:])
		w := wire{text: text[:at], thoughts: thoughts}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			w.text += "\n```"
		case 1:
			w.text += `\*`
		case 2:
			w.text = "rewritten " + w.text
		case 3:
			rows = append(rows, wrap(`[null,["c_1","r_1"],{"26":"ctx"}]`))
		case 4:
			rows = append(rows, respell(w))
			continue
		}
		rows = append(rows, w.row())
	}
	return append(rows, wire{text: text, thoughts: thoughts, done: true}.row()), text
}

// respell writes every character of the text as an escape.
func respell(w wire) string {
	inner := w.inner()
	quoted := asJSON(w.text)
	var b strings.Builder
	for _, r := range w.text {
		if r > 0xFFFF {
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
			continue
		}
		fmt.Fprintf(&b, `\u%04X`, r)
	}
	return wrap(strings.Replace(inner, "["+quoted+"]", `["`+b.String()+`"]`, 1))
}

func runeCut(t *rapid.T, s string) int {
	n := rapid.IntRange(min(1, len(s)), len(s)).Draw(t, "cut")
	for n < len(s) && !utf8.RuneStart(s[n]) {
		n++
	}
	return n
}

func TestScanAgreesWithFullParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, _ := script(t)
		agree(t, frames(rows))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// agree reads frames with and without the fast path and compares every step. A
// reader of the whole must end with the last text.
func agree(t failer, frames [][]byte) {
	t.Helper()
	var fast, full geminiweb.Reader
	var last geminiweb.Facts
	whole, wholeFull := geminiweb.WholeReader(), geminiweb.WholeReader()
	for i, frame := range frames {
		got, ok := fast.Read(frame)
		want, valid := full.ReadInFull(frame)
		if ok && !valid {
			t.Fatalf("frame %d is not JSON and was read: %q", i, frame)
		}
		if got != want {
			t.Fatalf("frame %d: scanned %q, parsed %q, of %q", i, got, want, frame)
		}
		if !utf8.ValidString(got.Text) || !utf8.ValidString(got.Thoughts) {
			t.Fatalf("frame %d brought half a rune: %q", i, got)
		}
		early, _ := whole.Read(frame)
		if more, _ := wholeFull.ReadInFull(frame); early != (geminiweb.Step{}) || more != early {
			t.Fatalf("frame %d: %q and %q of a whole answer went out early", i, early, more)
		}
		if valid {
			f := geminiweb.Parse(frame)
			last.Text, last.Thoughts = cmp.Or(f.Text, last.Text), cmp.Or(f.Thoughts, last.Thoughts)
		}
	}
	if got, want := fast.Flush(), full.Flush(); got != want {
		t.Fatalf("at the end: scanned %q, parsed %q", got, want)
	}
	var want geminiweb.Step
	want.Text, _ = geminiweb.Clean(last.Text, 0, true)
	want.Thoughts, _ = geminiweb.Clean(last.Thoughts, 0, true)
	if got, parsed := whole.Flush(), wholeFull.Flush(); got != want || parsed != want {
		t.Fatalf("whole: scanned %q, parsed %q, want %q", got, parsed, want)
	}
}

func TestPlainAnswersComeWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := someText(t, "text")
		var rows []string
		for at := 0; at < len(text); {
			at += runeCut(t, text[at:])
			rows = append(rows, wire{text: text[:at], done: at == len(text)}.row())
		}
		var all strings.Builder
		var r geminiweb.Reader
		for _, frame := range frames(rows) {
			step, _ := r.Read(frame)
			all.WriteString(step.Text)
		}
		all.WriteString(r.Flush().Text)
		if want := cleanWhole(text); all.String() != want {
			t.Fatalf("got %q, want %q", all.String(), want)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(body(growing(prose(600), 100)...)))
	f.Add([]byte(body(wire{thoughts: "t", text: "日本 😀 &lt; \\*"}.row(), wire{thoughts: "tt", text: "日本 😀 &lt; \\*a", done: true}.row())))
	f.Add([]byte(body(respell(wire{text: "a 😀\n"}), wire{text: "a 😀\nb"}.row())))
	for _, c := range captures(f) {
		f.Add(c.raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, _, _ := geminiweb.Frames(strings.NewReader(string(raw)))
		agree(t, frames(rows))
	})
}
