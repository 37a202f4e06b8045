package text_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/text"
)

func TestUnstableSuffix(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		before     byte
		want       int
	}{
		{name: "plain", text: "a < b & c"},
		{name: "closing fence", text: "```go\nx\n```", want: 4},
		{name: "fence behind a newline passed on before", text: "```", before: '\n', want: 3},
		{name: "marks in a line", text: "a ``` b"},
		{name: "escaped marks", text: `2 \*\*`, want: 4},
		{name: "escaped marks in the middle", text: `2 \* 3`},
		{name: "as many escaped marks as are held", text: strings.Repeat(`\*`, 40), want: 64},
		{name: "escaped marks alone", text: `\*`, want: 2},
		{name: "four marks are no fence", text: "x\n````"},
		{name: "half a pair", text: "hi \uFFFD", want: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := text.UnstableSuffix(tt.text, tt.before); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 20)
	para := wiretest.WriteProse(64 * 78)
	tests := []struct {
		name, passed, text string
		want               int // in a text that is not final
		final              int
	}{
		{name: "first", text: "abc"},
		{name: "grown", passed: "abc", text: "abcd", want: 3, final: 3},
		{name: "same", passed: "abc", text: "abc", want: 3, final: 3},
		{name: "shrunk", passed: "abc", text: "ab", want: -1, final: -1},
		{name: "gone", passed: "abc", text: "", want: -1, final: -1},
		{name: "changed early, same end", passed: `see \*this\* and go on there`, text: "see *this* and go on there, then", want: 26, final: 26},
		{name: "changed early, longer", passed: "see this and go on there", text: "see <b>this</b> and go on there, then", want: 31, final: 31},
		{name: "changed early, short", passed: "a b c d", text: "a b X c d e", want: 9, final: 9},
		{name: "nothing in common", passed: "abcdefghij", text: "0123456789xyz", want: -1, final: 0},
		{name: "nothing in common, shorter", passed: "abcdefghij", text: "0123", want: -1, final: 0},
		{name: "nothing in common, outgrown", passed: "abcdefghij", text: long + para, want: 0, final: 0},
		{name: "the nearest of many", passed: long, text: "x" + long + long, want: len(long) + 1, final: len(long) + 1},
		{name: "the one with the same words before", passed: "| a | x |\n| b | x |\n", text: "| c | x |\n\n| a | x |\n| b | x |\n| d |", want: 31, final: 31},
		{name: "the last word changed", passed: "one two three four fivE", text: "zero one two three four five six", want: -1, final: 28},
		{name: "the last word changed, certain", passed: "one two three four fivE", text: "zero one two three four five six" + long, want: 28, final: 28},
		{name: "the last word changed, at the end", passed: "one two three four fivE", text: "zero one two three four five", want: -1, final: 28},
		{name: "another last word", passed: "the capital is Ly", text: "the capital is Lisbon, I think. " + long, want: 14, final: 14},
		{name: "another word in place of several", passed: "one two three four five", text: "one two threat. " + long, want: 7, final: 7},
		{name: "another sentence", passed: "The capital is Lyon, I think", text: "The capital of France is Paris. It lies on the Seine. Done.", want: -1, final: 11},
		{name: "a passage replaced", passed: para + "The old end.", text: para + "Another end that is longer than the old one was, by so much that this is not it.", want: len(para), final: len(para)},
		{name: "a short end of a long text gone", passed: para + "The old end.", text: para + "Another", want: -1, final: len(para)},
		{name: "never inside a rune", passed: "日本語です!", text: "日本語でゟ?", want: -1, final: 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := text.FindContinuation(tt.passed, tt.text, false); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
			if got := text.FindContinuation(tt.passed, tt.text, true); got != tt.final {
				t.Errorf("in a final text: got %d, want %d", got, tt.final)
			}
		})
	}
}

// pieces are the fragments whose mixtures are hard to clean.
var pieces = []string{
	"a", " ", "\n", "word ", "日本", "😀", "é", "&", "&lt;", "&amp;lt;", "&#39;", "&#x", "&copy", "&nope;", ";", "<", "<b>",
	"h", "http", "http://googleusercontent.com/", "https://googleusercontent.com/card_content/0", "/x/", "/0", "_1", "9",
	"<ctrl94>", "thought\n", "<ctrl95>", "<FollowUp", ` label="x"`, ` query="http://`, "/>", "```", "\n```", "`", "\\", `\*`, "*", "_", "~", "\uFFFD", "\"", "\t",
	"<Sequence>", "<Step title=\"a\">", "</Step>", "[cite: 1]", "[", "](", ")", `\_`, `\<`, `\>`, "$",
}

func someText(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, label), "")
}
