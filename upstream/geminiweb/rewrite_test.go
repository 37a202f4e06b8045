package geminiweb_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb"
)

// spoken makes a frame of each text, the last one marked complete.
func spoken(texts ...string) []string {
	rows := make([]string, len(texts))
	for i, text := range texts {
		rows[i] = wire{text: text, done: i == len(texts)-1}.row()
	}
	return rows
}

// A reader of a stream keeps what was sent: nothing is sent twice and no word is
// cut. Whoever wants the answer in one piece gets the last text.
func TestRewrites(t *testing.T) {
	t.Parallel()
	card := func(text, instead string) string {
		return wrap(fmt.Sprintf(`[null,["c_1","r_1"],null,null,[["rc_1",[%s],{"9":[2],"23":[%s]}]]]`, asJSON(text), asJSON(instead)))
	}
	mark := wrap(`[null,["c_1"],null,null,[["rc_1",null,null,null,null,null,true,null,[2]]]]`)
	long := prose(64 * 78)
	tests := []struct {
		name          string
		rows          []string
		stream, whole string
	}{
		{name: "another sentence", rows: spoken("The capital is Lyon, I think", "The capital of France is Paris. It lies on the Seine. Done."),
			stream: "The capital is Lyon, I think of France is Paris. It lies on the Seine. Done.",
			whole:  "The capital of France is Paris. It lies on the Seine. Done."},
		{name: "a refusal instead", rows: spoken("Sure! First take 200 g of flour and mix", "I can't help with that."),
			stream: "Sure! First take 200 g of flour and mix\n\nI can't help with that.",
			whole:  "I can't help with that."},
		{name: "a card instead", rows: []string{wire{text: "Sure, one moment"}.row(),
			card("http://googleusercontent.com/card_content/0", "Here is the weather for Paris: 20 degrees.")},
			stream: "Sure, one moment\n\nHere is the weather for Paris: 20 degrees.",
			whole:  "Here is the weather for Paris: 20 degrees."},
		{name: "a heading before", rows: spoken("Paris is the capital of France.", "# Answer\n\nParis is the capital of France. Yes."),
			stream: "Paris is the capital of France. Yes.",
			whole:  "# Answer\n\nParis is the capital of France. Yes."},
		{name: "the last word changed", rows: spoken("one two three four fivE", "zero one two three four five six"),
			stream: "one two three four fivE six",
			whole:  "zero one two three four five six"},
		{name: "a word put in", rows: spoken("a b c d", "a b X c d e"), stream: "a b c d e", whole: "a b X c d e"},
		{name: "sentences in Chinese", rows: spoken("法国的首都是里昂,我想是这样。", "法国的首都是巴黎。它在塞纳河上。"),
			stream: "法国的首都是里昂,我想是这样。巴黎。它在塞纳河上。", whole: "法国的首都是巴黎。它在塞纳河上。"},
		{name: "the end comes off", rows: spoken("one two three", "one two"), stream: "one two three", whole: "one two"},
		{name: "all comes off and another text grows", rows: spoken("Let me see what I find", "No", "No, that", "No, that is"),
			stream: "Let me see what I find\n\nNo, that is", whole: "No, that is"},
		{name: "the old words come again", rows: spoken("We begin here. The old words go on and end.", "We begin there, not here", "We begin there, not here. The old words go on and end. More"),
			stream: "We begin here. The old words go on and end. More",
			whole:  "We begin there, not here. The old words go on and end. More"},
		{name: "rewritten, then complete without a text", rows: []string{wire{text: "Let me see what I find"}.row(), wire{text: "No &amp; no"}.row(), mark},
			stream: "Let me see what I find\n\nNo & no", whole: "No & no"},
		{name: "taken back, then as before", rows: spoken("Let me see what I find", "No", "Let me see what I find out"),
			stream: "Let me see what I find out", whole: "Let me see what I find out"},
		{name: "a long text instead", rows: spoken("Hm.", long, long+"And more"), stream: "Hm.\n\n" + long + "And more", whole: long + "And more"},
		{name: "a frame without text takes nothing back", rows: []string{wire{text: "one &am"}.row(), wire{}.row(), mark}, stream: "one &am", whole: "one &am"},
		{name: "what is cleaned away", rows: spoken("A picture: http://googleusercontent.com/image_generation_content/0", "http://googleusercontent.com/image_generation_content/0_6\n&lt;Done&gt;\n```"),
			stream: "A picture: \n\n<Done>\n```", whole: "<Done>\n```"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, _, _ := told(t, new(geminiweb.Reader), frames(tt.rows)); got != tt.stream {
				t.Errorf("streamed %q, want %q", got, tt.stream)
			}
			whole, _, events := told(t, geminiweb.WholeReader(), frames(tt.rows))
			if whole != tt.whole || events > 0 {
				t.Errorf("whole %q with %d events before the end, want %q", whole, events, tt.whole)
			}
			agree(t, frames(tt.rows))
		})
	}
}

func TestWholeThoughts(t *testing.T) {
	t.Parallel()
	rows := []string{
		wire{thoughts: "I think it is Ly"}.row(), wire{thoughts: "It is Paris &am"}.row(),
		wire{thoughts: "It is Paris &amp; not", text: "Pa"}.row(), wire{thoughts: "It is Paris &amp; not Lyon", text: "Paris", done: true}.row(),
	}
	text, thoughts, _ := told(t, geminiweb.WholeReader(), frames(rows))
	if text != "Paris" || thoughts != "It is Paris & not Lyon" {
		t.Errorf("got %q and %q", text, thoughts)
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
		got, _, _ := told(t, new(geminiweb.Reader), frames(spoken(append(texts, after)...)))
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
	rows := frames(growing(prose(size), 4<<10))
	for i := range times {
		rows = append(rows, []byte(wire{text: fmt.Sprintf("No %d", i)}.row()))
	}
	var r geminiweb.Reader
	told(t, &r, rows[:len(rows)-times])
	for _, row := range rows[len(rows)-times:] {
		r.Read(row)
	}
	if limit := 2*size + size/10 + times*1000; r.Decoded() > limit {
		t.Errorf("decoded %d bytes, want %d at most", r.Decoded(), limit)
	}
}
