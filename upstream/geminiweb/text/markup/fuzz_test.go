package markup_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
)

// fragments are what hard texts are made of.
var fragments = []string{
	"a", " ", "\n", "\n\n", "word ", "日本", "😀", "&", "&lt;", "&#39;", "&#x", "&nope;", ";", "<", ">", "<b>", "h", "http", "https://",
	"http://googleusercontent.com/", "http://googleusercontent.com/immersive_entry_chip/0", "http://googleusercontent.com/image_agent_tag_1", "/x/", "/0", "_1", "9",
	"<ctrl94>", "<ctrl95>", "```", "\n```", "```python?code_reference\n", "`", "``", "~~~", "\\", `\_`, `\<`, `\>`, `\(`, `\)`, `\begin{`, `\end{`, "$", "$$", "_", "*", "\"", "\\\"", "'", "\t", "- ", "> ", "| ",
	"<Sequence>", "</Sequence>", "<Step title=\"a\">", "</Step>", "<Timeline>", "<TimelineEvent time=\"1\" title=\"b\"/>", "</Timeline>", "<Carousel>", "</Carousel>",
	"<Image alt=\"c\" caption=\"d\"/>", "<EntityCard title=\"e\">", "</EntityCard>", "<ProductComparisonTable title=\"f\">", "[{\"a\":1}]", "</ProductComparisonTable>",
	"<FollowUp label=\"g\" query=\"h\"/>", "<FollowUp label=\"g\" query=\"h\">", "</FollowUp>", "<ElicitationsGroup message=\"i\">", "<Elicitation label=\"j\" query=\"k\"/>", "</ElicitationsGroup>",
	"<GenerateWidget height=\"1\">", "</GenerateWidget>", "<NewThing a=\"b\">", "</NewThing>", "<Step title=\"", "<Image ", "{/*", "*/}", "{", "}", "<!-- end list -->", "<!--",
	"[cite: 1]", "[cite_start]", "[cite", ": 1", "[", "]", "](", ")", "!", "](https://www.google.com/search?q=", "https%3A%2F%2Fgo.dev",
}

func someText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 60).Draw(t, "text"), "")
}

func TestPiecesAreTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := someText(t)
		want := cleanIn(text, 0)
		size := rapid.IntRange(1, 20).Draw(t, "size")
		if got := cleanIn(text, size); got != want {
			t.Fatalf("%q in pieces of %d:\ngot  %q\nwant %q", text, size, got, want)
		}
	})
}

// What goes out is never held back again, and what is held back is bounded.
func TestHoldsAreBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := someText(t) + strings.Repeat("filler text. ", 4<<10)
		var c markup.Cleaner
		if _, used := c.Clean(nil, []byte(text), false); len(text)-used > 1 {
			t.Fatalf("%d bytes are held back of %.300q", len(text)-used, text)
		}
	})
}

func FuzzPieces(f *testing.F) {
	for _, text := range subjects {
		f.Add(text, 3)
	}
	for _, fragment := range fragments {
		f.Add(fragment+fragment, 2)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		if !utf8.ValidString(text) || size < 1 || len(text) > 4<<10 {
			t.Skip("not a text in pieces")
		}
		want := cleanIn(text, 0)
		if got := cleanIn(text, size); got != want {
			t.Errorf("%q in pieces of %d:\ngot  %q\nwant %q", text, size, got, want)
		}
	})
}

// busyText is n bytes full of components, marks and escapes.
func busyText(n int) string {
	const part = "<Sequence>\n  <Step title=\"Boil the water\" subtitle=\"takes > 3 minutes\">\n    Use **fresh** water in my\\_new\\_kettle, never more than \\<two\\> litres[cite: 1, 2].\n  </Step>\n</Sequence>\n" +
		"The [Kettle](http://googleusercontent.com/shopping_content/0) is &quot;it&quot;. See [go](https://www.google.com/search?q=https://go.dev) `x` $y$.\n<FollowUp label=\"a\" query=\"b\"/>\n"
	return strings.Repeat(part, n/len(part)+1)[:n]
}

// BenchmarkClean compares a text full of what is cleaned with a plain one, both of
// 1 MB in pieces of 4 KB, within one run. The ratio has a target of 2.
func BenchmarkClean(b *testing.B) {
	plain, busy := []byte(wiretest.WriteProse(1<<20)), []byte(busyText(1<<20))
	var out []byte
	clean := func(text []byte) time.Duration {
		start := time.Now()
		var c markup.Cleaner
		out = out[:0]
		for used, end := 0, 0; end < len(text); {
			end = min(end+4<<10, len(text))
			var n int
			out, n = c.Clean(out, text[used:end], end == len(text))
			used += n
		}
		return time.Since(start)
	}
	var plainTime, busyTime time.Duration
	for b.Loop() {
		plainTime += clean(plain)
		busyTime += clean(busy)
	}
	b.ReportMetric(float64(plainTime.Nanoseconds())/float64(b.N)/(1<<20), "plain-ns/byte")
	b.ReportMetric(float64(busyTime.Nanoseconds())/float64(b.N)/(1<<20), "busy-ns/byte")
	b.ReportMetric(float64(busyTime)/float64(plainTime), "busy/plain")
}
