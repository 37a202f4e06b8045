package text_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

func TestAnswerGrows(t *testing.T) {
	t.Parallel()
	var rows []string
	text := ""
	for i := range 25 {
		text += fmt.Sprintf("word %d, 日本 😀 \"q\"\n", i)
		rows = append(rows, wiretest.Row{Text: text, Done: i == 24}.String())
	}
	got, events := readAll(t, newReader(), wiretest.RowBytes(rows))
	if got.Text != text || events != 25 {
		t.Errorf("got %d events and %q, want 25 and %q", events, got.Text, text)
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
		{name: "one frame", rows: []string{wiretest.Row{Text: "hi", Done: true}.String()}, text: "hi"},
		{name: "meta frames between", rows: []string{
			wiretest.WrapRow(`[null,["c_1","r_1"],{"18":"r_1","44":true}]`), wiretest.Row{Text: "a b"}.String(),
			wiretest.WrapRow(`[null,["c_1","r_1"],{"11":["Title"]}]`), wiretest.Row{Text: "a b c", Done: true}.String(), `[["di",4]]`,
		}, text: "a b c"},
		{name: "thoughts first", rows: []string{
			wiretest.Row{Thoughts: "**First**\n\nI th"}.String(), wiretest.Row{Thoughts: "**First**\n\nI think"}.String(),
			wiretest.Row{Thoughts: "**First**\n\nI think\n```", Text: "So"}.String(), wiretest.Row{Thoughts: "**First**\n\nI think\n```", Text: "So it is", Done: true}.String(),
		}, text: "So it is", thoughts: "**First**\n\nI think\n```"},
		{name: "other thoughts, then the text", rows: []string{
			wiretest.Row{Thoughts: "Let me see what I find"}.String(), wiretest.Row{Thoughts: "No"}.String(), wiretest.Row{Text: "So"}.String(), wiretest.Row{Text: "So it is", Done: true}.String(),
		}, text: "So it is", thoughts: "Let me see what I find\n\nNo"},
		{name: "surrogate pair cut by the upstream", rows: []string{
			wiretest.WrapRow(`[null,["c_1"],null,null,[["rc_1",["a \ud83d"],null,null,null,null,true,null,[1]]]]`),
			wiretest.WrapRow(`[null,["c_1"],null,null,[["rc_1",["a \ud83d\ude00 b"],null,null,null,null,true,null,[2]]]]`),
		}, text: "a 😀 b"},
		{name: "head changes", rows: []string{
			wiretest.WrapRow(`[null,[null,"r_1"],null,null,[["rc_1",["one "],null,null,null,null,true,null,[1]]]]`),
			wiretest.WrapRow(`[null,["c_1","r_1"],null,null,[["rc_1",["one two "],null,null,null,null,true,null,[1]]]]`),
			wiretest.WrapRow(`[null,["c_1","r_1","x"],null,null,[["rc_1",["one two three"],null,null,null,null,true,null,[2]]]]`),
		}, text: "one two three"},
		{name: "escapes spelled in another way", rows: []string{
			wiretest.WrapRow(`[null,["c_1"],null,null,[["rc_1",["a \u003c b\/ "],null,null,null,null,true,null,[1]]]]`),
			wiretest.WrapRow(`[null,["c_1"],null,null,[["rc_1",["a < b/ c"],null,null,null,null,true,null,[2]]]]`),
		}, text: "a < b/ c"},
		{name: "a fence flickers", rows: []string{
			wiretest.Row{Text: "```\none\n```"}.String(), wiretest.Row{Text: "```\none\ntwo\n```"}.String(), wiretest.Row{Text: "```\none\ntwo\n```\nend", Done: true}.String(),
		}, text: "```\none\ntwo\n```\nend"},
		{name: "escaped marks flicker", rows: []string{
			wiretest.Row{Text: `this is \*\*`}.String(), wiretest.Row{Text: `this is **bold`}.String(), wiretest.Row{Text: `this is **bold**`, Done: true}.String(),
		}, text: `this is **bold**`},
		{name: "text shrinks and grows again", rows: []string{
			wiretest.Row{Text: "one two three"}.String(), wiretest.Row{Text: "one two"}.String(), wiretest.Row{Text: "one two three four", Done: true}.String(),
		}, text: "one two three four"},
		{name: "rewritten in the middle", rows: []string{
			wiretest.Row{Text: "call `f` and then look at it closely"}.String(),
			wiretest.Row{Text: "call [`f`](x) and then look at it closely, twice", Done: true}.String(),
		}, text: "call `f` and then look at it closely, twice"},
		{name: "finished in a frame without text", rows: []string{
			wiretest.Row{Text: "kept back &am"}.String(), wiretest.WrapRow(`[null,["c_1"],null,null,[["rc_1",null,null,null,null,null,true,null,[2]]]]`),
		}, text: "kept back &am"},
		{name: "card", rows: []string{wiretest.WrapRow(fmt.Sprintf(card, "a")), wiretest.WrapRow(fmt.Sprintf(card, "a and b"))}, text: "the card says a and b"},
		{name: "later row wins", rows: []string{
			`[["wrb.fr",null,` + wiretest.JSON(wiretest.Row{Text: "old"}.InnerJSON()) + `],["wrb.fr",null,` + wiretest.JSON(wiretest.Row{Text: "old and new", Done: true}.InnerJSON()) + `]]`,
		}, text: "old and new"},
		{name: "identified row", rows: []string{
			`[["wrb.fr",null,` + wiretest.JSON(wiretest.Row{Text: "x"}.InnerJSON()) + `,null,null,null,"generic"]]`,
			`[["wrb.fr",null,` + wiretest.JSON(wiretest.Row{Text: "x y", Done: true}.InnerJSON()) + `,null,null,null,"generic"]]`,
		}, text: "x y"},
		{name: "control characters escaped", rows: []string{wiretest.Row{Text: "tab\tbell\u0007 nul\u0000 slash\\ \b\f\r", Done: true}.String()}, text: "tab\tbell\u0007 nul\u0000 slash\\ \b\f\r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _ := readAll(t, newReader(), wiretest.RowBytes(tt.rows))
			if want := (step{tt.text, tt.thoughts}); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestTextFrameAllocatesOnce(t *testing.T) {
	rows := wiretest.RowBytes(wiretest.GrowingRows(wiretest.WriteProse(64<<10), 256))
	perRun := testing.AllocsPerRun(20, func() {
		r := newReader()
		defer r.Release()
		for _, frame := range rows {
			if _, ok := r.read(frame); !ok {
				t.Fatal("refused a frame")
			}
		}
	})
	// The text that goes out is one; buffers and the first and last frame,
	// which are parsed, must drown among the others.
	if perFrame := perRun / float64(len(rows)); perFrame > 1.8 {
		t.Errorf("%.2f allocations a frame over an answer, want about 1", perFrame)
	}
	r := newReader()
	for _, frame := range rows[:len(rows)/2] {
		r.read(frame)
	}
	next := len(rows) / 2
	if got := testing.AllocsPerRun(20, func() { r.read(rows[next]); next++ }); got > 1 {
		t.Errorf("%v allocations for one text frame, want 1 at most", got)
	}
}

func TestDecodingIsLinear(t *testing.T) {
	t.Parallel()
	for _, size := range []int{16 << 10, 64 << 10, 256 << 10} {
		text := wiretest.WriteProse(size)
		r := newReader()
		got, _ := readAll(t, r, wiretest.RowBytes(wiretest.GrowingRows(text, 4<<10)))
		if got.Text != text {
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
		rows = append(rows, wiretest.Row{Thoughts: thoughts[:runeCut(t, thoughts)]}.String())
	}
	for at := 0; at < len(text); {
		at += runeCut(t, text[at:])
		w := wiretest.Row{Text: text[:at], Thoughts: thoughts}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			w.Text += "\n```"
		case 1:
			w.Text += `\*`
		case 2:
			w.Text = "rewritten " + w.Text
		case 3:
			rows = append(rows, wiretest.WrapRow(`[null,["c_1","r_1"],{"26":"ctx"}]`))
		case 4:
			rows = append(rows, respell(w))
			continue
		}
		rows = append(rows, w.String())
	}
	return append(rows, wiretest.Row{Text: text, Thoughts: thoughts, Done: true}.String()), text
}

// respell writes every character of the text as an escape.
func respell(w wiretest.Row) string {
	inner := w.InnerJSON()
	quoted := wiretest.JSON(w.Text)
	var b strings.Builder
	for _, r := range w.Text {
		if r > 0xFFFF {
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
			continue
		}
		fmt.Fprintf(&b, `\u%04X`, r)
	}
	return wiretest.WrapRow(strings.Replace(inner, "["+quoted+"]", `["`+b.String()+`"]`, 1))
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
		agree(t, wiretest.RowBytes(rows))
	})
}

// agree reads frames with and without the fast path and compares every step. A
// reader of the whole must end with the last text.
func agree(t failer, frames [][]byte) {
	t.Helper()
	fast, full, whole, wholeFull := newReader(), newReader(), newWholeReader(), newWholeReader()
	var last step
	for i, frame := range frames {
		got, ok := fast.read(frame)
		want, valid := full.readInFull(frame)
		if ok && !valid {
			t.Fatalf("frame %d is not JSON and was read: %q", i, frame)
		}
		if got != want {
			t.Fatalf("frame %d: scanned %q, parsed %q, of %q", i, got, want, frame)
		}
		if !utf8.ValidString(got.Text) || !utf8.ValidString(got.Thoughts) {
			t.Fatalf("frame %d brought half a rune: %q", i, got)
		}
		early, _ := whole.read(frame)
		if more, _ := wholeFull.readInFull(frame); early != (step{}) || more != early {
			t.Fatalf("frame %d: %q and %q of a whole answer went out early", i, early, more)
		}
		if valid {
			f, _ := wire.ParseFrame(frame)
			last.Text, last.Thoughts = cmp.Or(f.Text, last.Text), cmp.Or(f.Thoughts, last.Thoughts)
		}
	}
	if got, want := fast.flush(), full.flush(); got != want {
		t.Fatalf("at the end: scanned %q, parsed %q", got, want)
	}
	want := step{cleanAll(last.Text), cleanAll(last.Thoughts)}
	if got, parsed := whole.flush(), wholeFull.flush(); got != want || parsed != want {
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
			rows = append(rows, wiretest.Row{Text: text[:at], Done: at == len(text)}.String())
		}
		var all strings.Builder
		r := newReader()
		for _, frame := range wiretest.RowBytes(rows) {
			added, _ := r.read(frame)
			all.WriteString(added.Text)
		}
		all.WriteString(r.flush().Text)
		if want := cleanAll(text); all.String() != want {
			t.Fatalf("got %q, want %q", all.String(), want)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(wiretest.JoinBody(wiretest.GrowingRows(wiretest.WriteProse(600), 100)...)))
	f.Add([]byte(wiretest.JoinBody(wiretest.Row{Thoughts: "t", Text: "日本 😀 &lt; \\*"}.String(), wiretest.Row{Thoughts: "tt", Text: "日本 😀 &lt; \\*a", Done: true}.String())))
	f.Add([]byte(wiretest.JoinBody(respell(wiretest.Row{Text: "a 😀\n"}), wiretest.Row{Text: "a 😀\nb"}.String())))
	for _, c := range wiretest.LoadCaptures(f, "../testdata/captures") {
		f.Add(c.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		agree(t, readFrames(raw))
	})
}
