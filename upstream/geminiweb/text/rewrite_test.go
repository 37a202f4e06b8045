package text_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
)

// textFrames makes a frame of each text, the last one marked complete.
func textFrames(texts ...string) []string {
	rows := make([]string, len(texts))
	for i, text := range texts {
		rows[i] = wiretest.Row{Text: text, Done: i == len(texts)-1}.String()
	}
	return rows
}

// A reader of a stream keeps what was sent: nothing is sent twice and no word is
// cut. A reader at the end gets the last text.
func TestRewrites(t *testing.T) {
	t.Parallel()
	card := func(text, instead string) string {
		return wiretest.WrapRow(fmt.Sprintf(`[null,["c_1","r_1"],null,null,[["rc_1",[%s],{"9":[2],"23":[%s]}]]]`, wiretest.JSON(text), wiretest.JSON(instead)))
	}
	mark := wiretest.WrapRow(`[null,["c_1"],null,null,[["rc_1",null,null,null,null,null,true,null,[2]]]]`)
	long := wiretest.WriteProse(64 * 78)
	tests := []struct {
		name          string
		rows          []string
		stream, whole string
	}{
		{name: "another sentence", rows: textFrames("The capital is Lyon, I think", "The capital of France is Paris. It lies on the Seine. Done."),
			stream: "The capital is Lyon, I think of France is Paris. It lies on the Seine. Done.",
			whole:  "The capital of France is Paris. It lies on the Seine. Done."},
		{name: "a refusal instead", rows: textFrames("Sure! First take 200 g of flour and mix", "I can't help with that."),
			stream: "Sure! First take 200 g of flour and mix\n\nI can't help with that.",
			whole:  "I can't help with that."},
		{name: "a card instead", rows: []string{wiretest.Row{Text: "Sure, one moment"}.String(),
			card("http://googleusercontent.com/card_content/0", "Here is the weather for Paris: 20 degrees.")},
			stream: "Sure, one moment\n\nHere is the weather for Paris: 20 degrees.",
			whole:  "Here is the weather for Paris: 20 degrees."},
		{name: "a heading before", rows: textFrames("Paris is the capital of France.", "# Answer\n\nParis is the capital of France. Yes."),
			stream: "Paris is the capital of France. Yes.",
			whole:  "# Answer\n\nParis is the capital of France. Yes."},
		{name: "the last word changed", rows: textFrames("one two three four fivE", "zero one two three four five six"),
			stream: "one two three four fivE six",
			whole:  "zero one two three four five six"},
		{name: "a word put in", rows: textFrames("a b c d", "a b X c d e"), stream: "a b c d e", whole: "a b X c d e"},
		{name: "sentences in Chinese", rows: textFrames("法国的首都是里昂,我想是这样。", "法国的首都是巴黎。它在塞纳河上。"),
			stream: "法国的首都是里昂,我想是这样。巴黎。它在塞纳河上。", whole: "法国的首都是巴黎。它在塞纳河上。"},
		{name: "the end comes off", rows: textFrames("one two three", "one two"), stream: "one two three", whole: "one two"},
		{name: "all comes off and another text grows", rows: textFrames("Let me see what I find", "No", "No, that", "No, that is"),
			stream: "Let me see what I find\n\nNo, that is", whole: "No, that is"},
		{name: "the old words come again", rows: textFrames("We begin here. The old words go on and end.", "We begin there, not here", "We begin there, not here. The old words go on and end. More"),
			stream: "We begin here. The old words go on and end. More",
			whole:  "We begin there, not here. The old words go on and end. More"},
		{name: "rewritten, then complete without a text", rows: []string{wiretest.Row{Text: "Let me see what I find"}.String(), wiretest.Row{Text: "No &amp; no"}.String(), mark},
			stream: "Let me see what I find\n\nNo & no", whole: "No & no"},
		{name: "taken back, then as before", rows: textFrames("Let me see what I find", "No", "Let me see what I find out"),
			stream: "Let me see what I find out", whole: "Let me see what I find out"},
		{name: "a long text instead", rows: textFrames("Hm.", long, long+"And more"), stream: "Hm.\n\n" + long + "And more", whole: long + "And more"},
		{name: "a frame without text takes nothing back", rows: []string{wiretest.Row{Text: "one &am"}.String(), wiretest.Row{}.String(), mark}, stream: "one &am", whole: "one &am"},
		{name: "what is cleaned away", rows: textFrames("A picture: http://googleusercontent.com/image_generation_content/0", "http://googleusercontent.com/image_generation_content/0_6\n&lt;Done&gt;\n```"),
			stream: "A picture: \n\n<Done>\n```", whole: "<Done>\n```"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := readAll(t, newReader(), wiretest.RowBytes(tt.rows)); got.Text != tt.stream {
				t.Errorf("streamed %q, want %q", got.Text, tt.stream)
			}
			whole, events := readAll(t, newWholeReader(), wiretest.RowBytes(tt.rows))
			if whole.Text != tt.whole || events > 0 {
				t.Errorf("whole %q with %d events before the end, want %q", whole.Text, events, tt.whole)
			}
			agree(t, wiretest.RowBytes(tt.rows))
		})
	}
}

func TestWholeThoughts(t *testing.T) {
	t.Parallel()
	rows := []string{
		wiretest.Row{Thoughts: "I think it is Ly"}.String(), wiretest.Row{Thoughts: "It is Paris &am"}.String(),
		wiretest.Row{Thoughts: "It is Paris &amp; not", Text: "Pa"}.String(), wiretest.Row{Thoughts: "It is Paris &amp; not Lyon", Text: "Paris", Done: true}.String(),
	}
	got, _ := readAll(t, newWholeReader(), wiretest.RowBytes(rows))
	if want := (step{"Paris", "It is Paris & not Lyon"}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// numbered are words that differ from each other and from those of other kinds.
func numbered(kind string, from, to int) string {
	var words []string
	for i := from; i < to; i++ {
		words = append(words, fmt.Sprintf("%s%d%d%d", kind, i%10, i/10%10, i/100)) // neighbours differ early
	}
	return strings.Join(words, " ")
}

// One passage changes in mid-stream: words are put in, left out or replaced.
func TestNothingIsSentTwiceAndNoWordCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 400).Draw(t, "words")
		sent := rapid.IntRange(8, n).Draw(t, "sent")
		at := rapid.IntRange(8, sent).Draw(t, "at")
		end := rapid.IntRange(at, min(sent, at+20)).Draw(t, "end")
		if end > at && end == sent-1 {
			end = sent // one word is too little to know the place by
		}
		put := rapid.IntRange(0, 12).Draw(t, "put")
		before := numbered("w", 0, sent)
		after := strings.Join(strings.Fields(numbered("w", 0, at)+" "+numbered("x", 0, put)+" "+numbered("w", end, n)), " ")
		known := len(after) - len(strings.TrimPrefix(numbered("w", sent, n), " "))
		texts := []string{before}
		for i := known; i < len(after); i += rapid.IntRange(1, 90).Draw(t, "grows") {
			texts = append(texts, after[:i])
		}
		all, _ := readAll(t, newReader(), wiretest.RowBytes(textFrames(append(texts, after)...)))
		got := all.Text
		seen := make(map[string]bool)
		for _, word := range strings.Fields(got) {
			if len(word) != len("w000") || seen[word] {
				t.Fatalf("%q is cut or comes twice in %q", word, got)
			}
			seen[word] = true
		}
		for _, word := range strings.Fields(numbered("w", sent, n)) {
			if !seen[word] {
				t.Fatalf("%q is missing in %q", word, got)
			}
		}
	})
}

// A text that can not be joined is read again with every frame. That must cost
// what the frame costs, however much was passed on before.
func TestRewritesAreLinear(t *testing.T) {
	t.Parallel()
	const size, times = 256 << 10, 500
	rows := wiretest.RowBytes(wiretest.GrowingRows(wiretest.WriteProse(size), 4<<10))
	for i := range times {
		rows = append(rows, []byte(wiretest.Row{Text: fmt.Sprintf("No %d", i)}.String()))
	}
	r := newReader()
	readAll(t, r, rows[:len(rows)-times])
	for _, row := range rows[len(rows)-times:] {
		r.read(row)
	}
	if limit := 2*size + size/10 + times*1000; r.Decoded() > limit {
		t.Errorf("decoded %d bytes, want %d at most", r.Decoded(), limit)
	}
}
