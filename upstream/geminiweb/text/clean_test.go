package text_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/text"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		before     byte
		final      bool
		want       string
		used       int // -1: all
	}{
		{name: "plain", text: "a < b & c", want: "a < b & c", used: -1},
		{name: "entities", text: "&lt;p&gt; &amp; &quot;it&#39;s&quot; &#x1F600;&copy;", want: "<p> & \"it's\" 😀©", used: -1},
		{name: "query string", text: "/?a=1&copy=2&lt=3", want: "/?a=1&copy=2&lt=3", used: -1},
		{name: "unknown entity", text: "&notit; &nope; &;", want: "&notit; &nope; &;", used: -1},
		{name: "partial entity", text: "1 &l", want: "1 ", used: 2},
		{name: "partial entity at the end", text: "1 &l", final: true, want: "1 &l", used: -1},
		{name: "placeholder", text: "Here: http://googleusercontent.com/image_generation_content/0_635\n\nDone", want: "Here: Done", used: -1},
		{name: "placeholder held", text: "Here: http://googleusercontent.com/image_generation_content/0", want: "Here: ", used: 6},
		{name: "placeholder last", text: "Here: http://googleusercontent.com/video_gen_chip/0\n", final: true, want: "Here: ", used: -1},
		{name: "number of a placeholder may grow", text: "http://googleusercontent.com/a/0_", want: "", used: 0},
		{name: "another site", text: "see http://example.org/a/0 and https://googleusercontent.com.example/x/1", want: "see http://example.org/a/0 and https://googleusercontent.com.example/x/1", used: -1},
		{name: "beginning of an address", text: "read htt", want: "read ", used: 5},
		{name: "follow-up", text: `Bye.<FollowUp label="More?" query="Tell me more"/>`, want: "Bye.", used: -1},
		{name: "follow-up held", text: `Bye.<FollowUp label="Mo`, want: "Bye.", used: 4},
		{name: "leaked thoughts", text: "<ctrl94>thought\nhm\n<ctrl95>Yes.", want: "Yes.", used: -1},
		{name: "leaked thoughts held", text: "<ctrl94>thought\nhm\n<ctrl9", want: "", used: 0},
		{name: "half a leak at the end", text: "a <ctrl94>b", final: true, want: "a <ctrl94>b", used: -1},
		{name: "another element", text: `<b>x</b> <FollowUps/>`, want: `<b>x</b> <FollowUps/>`, used: -1},
		{name: "closing fence held", text: "```go\nx\n```", want: "```go\nx", used: 7},
		{name: "closing fence kept", text: "```go\nx\n```", final: true, want: "```go\nx\n```", used: -1},
		{name: "fence behind a newline passed on before", text: "```", before: '\n', want: "", used: 0},
		{name: "marks in a line", text: "a ``` b", want: "a ``` b", used: -1},
		{name: "escaped marks held", text: `2 \*\*`, want: "2 ", used: 2},
		{name: "escaped marks in the middle", text: `2 \* 3`, want: `2 \* 3`, used: -1},
		{name: "as many escaped marks as are held", text: strings.Repeat(`\*`, 40), want: strings.Repeat(`\*`, 8), used: 16},
		{name: "escaped marks alone", text: `\*`, want: "", used: 0},
		{name: "four marks are no fence", text: "x\n````", want: "x\n````", used: -1},
		{name: "entities of all letters", text: "&zwj;&Auml;&Zeta;&frac12;&semi;", want: "\u200dÄΖ½;", used: -1},
		{name: "longest name that may be an entity", text: "&" + strings.Repeat("a", 31), want: "", used: 0},
		{name: "too long for an entity", text: "&" + strings.Repeat("a", 32), want: "&" + strings.Repeat("a", 32), used: -1},
		{name: "empty leak", text: "<ctrl94><ctrl95>x", want: "x", used: -1},
		{name: "longest leak that may end", text: "<ctrl94>" + strings.Repeat("x", 16<<10-1), want: "", used: 0},
		{name: "too long for a leak", text: "<ctrl94>" + strings.Repeat("x", 16<<10), want: "<ctrl94>" + strings.Repeat("x", 16<<10), used: -1},
		{name: "no second number of a placeholder", text: "http://googleusercontent.com/a/0_x", want: "_x", used: -1},
		{name: "follow-up with the most attributes", text: "a<FollowUp" + strings.Repeat(` q="1"`, 8) + "/>b", want: "ab", used: -1},
		{name: "follow-up with too many attributes", text: "<FollowUp" + strings.Repeat(` q="1"`, 9) + "/>", want: "<FollowUp" + strings.Repeat(` q="1"`, 9) + "/>", used: -1},
		{name: "follow-up with the most blanks", text: "a<FollowUp" + strings.Repeat(" ", 8) + "/>b", want: "ab", used: -1},
		{name: "follow-up with too many blanks", text: "<FollowUp" + strings.Repeat(" ", 9) + "/>", want: "<FollowUp" + strings.Repeat(" ", 9) + "/>", used: -1},
		{name: "follow-up with the longest name", text: "a<FollowUp " + strings.Repeat("n", 32) + `="1"/>b`, want: "ab", used: -1},
		{name: "follow-up with too long a name", text: "<FollowUp " + strings.Repeat("n", 33) + `="1"/>`, want: "<FollowUp " + strings.Repeat("n", 33) + `="1"/>`, used: -1},
		{name: "follow-up with the longest value", text: `a<FollowUp q="` + strings.Repeat("v", 1000) + `"/>b`, want: "ab", used: -1},
		{name: "follow-up with too long a value", text: `<FollowUp q="` + strings.Repeat("v", 1001) + `"/>`, want: `<FollowUp q="` + strings.Repeat("v", 1001) + `"/>`, used: -1},
		{name: "follow-up held before an attribute", text: "<FollowUp ", want: "", used: 0},
		{name: "follow-up without a name", text: `<FollowUp ="1"/>`, want: `<FollowUp ="1"/>`, used: -1},
		{name: "half a pair held", text: "hi \uFFFD", want: "hi ", used: 3},
		{name: "half a pair at the end", text: "hi \uFFFD", final: true, want: "hi \uFFFD", used: -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.used < 0 {
				tt.used = len(tt.text)
			}
			if got, used := text.CleanText(tt.text, tt.before, tt.final); got != tt.want || used != tt.used {
				t.Errorf("got %q using %d, want %q using %d", got, used, tt.want, tt.used)
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

// patterns says in one regular expression what clean removes and decodes.
var patterns = regexp.MustCompile(`&#?[a-zA-Z0-9]{0,31};` +
	`|https?://googleusercontent\.com/[\w/-]{0,200}?/\d+(?:_\d+)?\n*` +
	`|(?s:<ctrl94>.*?<ctrl95>)` +
	`|<FollowUp(?:[ \t\r\n]{1,8}[a-zA-Z0-9]{1,32}="[^"]*"){0,8}[ \t\r\n]{0,8}/>`)

// cleanWhole is what clean must come to on a complete text.
func cleanWhole(text string) string {
	return patterns.ReplaceAllStringFunc(text, func(m string) string {
		if m[0] != '&' {
			return ""
		}
		if s := html.UnescapeString(m); len(s) == 1 || !strings.HasSuffix(s, ";") {
			return s
		}
		return m
	})
}

// pieces are the fragments whose mixtures are hard to clean.
var pieces = []string{
	"a", " ", "\n", "word ", "日本", "😀", "é", "&", "&lt;", "&amp;lt;", "&#39;", "&#x", "&copy", "&nope;", ";", "<", "<b>",
	"h", "http", "http://googleusercontent.com/", "https://googleusercontent.com/card_content/0", "/x/", "/0", "_1", "9",
	"<ctrl94>", "thought\n", "<ctrl95>", "<FollowUp", ` label="x"`, ` q="http://`, "/>", "```", "\n```", "`", "\\", `\*`, "*", "_", "~", "\uFFFD", "\"", "\t",
}

func someText(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, label), "")
}

func TestCleaningPiecesIsCleaningTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := someText(t, "text")
		var got strings.Builder
		var before byte
		done := 0
		for done < len(whole) {
			end := rapid.IntRange(done, len(whole)).Draw(t, "end")
			final := end == len(whole)
			out, used := text.CleanText(whole[done:end], before, final)
			got.WriteString(out)
			if used > 0 {
				before = whole[done+used-1]
			}
			done += used
			if final {
				break
			}
		}
		if want := cleanWhole(whole); got.String() != want {
			t.Fatalf("of %q got %q, want %q", whole, got.String(), want)
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, p := range pieces {
		f.Add(p+p, 1)
	}
	f.Fuzz(func(t *testing.T, whole string, cut int) {
		if !utf8.ValidString(whole) || cut < 0 || cut > len(whole) {
			t.Skip("not a text with a cut")
		}
		first, used := text.CleanText(whole[:cut], 0, false)
		var before byte
		if used > 0 {
			before = whole[used-1]
		}
		rest, _ := text.CleanText(whole[used:], before, true)
		if got, want := first+rest, cleanWhole(whole); got != want {
			t.Errorf("cut at %d of %q: got %q, want %q", cut, whole, got, want)
		}
	})
}
