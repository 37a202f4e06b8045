package markup_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
)

// cleanIn cleans a text that grows by size bytes with each frame; 0 is the whole
// at once.
func cleanIn(text string, size int) string { return cleanPieces(new(markup.Cleaner), text, size) }

func cleanPieces(c *markup.Cleaner, text string, size int) string {
	var out []byte
	if size == 0 {
		size = max(len(text), 1)
	}
	for used, end := 0, 0; end < len(text); {
		end = min(end+size, len(text))
		var n int
		out, n = c.Clean(out, []byte(text[used:end]), end == len(text))
		used += n
	}
	return string(out)
}

type row struct{ name, text, want string }

func testRows(t *testing.T, rows []row) {
	t.Helper()
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range frameSizes {
				if got := cleanIn(tt.text, size); got != tt.want {
					t.Errorf("in pieces of %d:\ngot  %q\nwant %q", size, got, tt.want)
				}
			}
		})
	}
}

func TestEntitiesAndPlaceholders(t *testing.T) {
	t.Parallel()
	testRows(t, []row{
		{"entities", "&lt;p&gt; &amp; &quot;it&#39;s&quot; &#x1F600;&copy;", "<p> & \"it's\" 😀©"},
		{"entities of all letters", "&zwj;&Auml;&Zeta;&frac12;&semi;", "\u200dÄΖ½;"},
		{"an entity that decodes to an element is text", "&lt;FollowUp label=\"a\" query=\"b\"/&gt;", "<FollowUp label=\"a\" query=\"b\"/>"},
		{"longest name that is none", "&" + strings.Repeat("a", 32), "&" + strings.Repeat("a", 32)},
		{"placeholder", "Here: http://googleusercontent.com/image_generation_content/0_635\n\nDone", "Here: Done"},
		{"placeholder last", "Here: http://googleusercontent.com/video_gen_chip/0\n", "Here: "},
		{"no second number", "http://googleusercontent.com/a/0_x", "_x"},
		{"placeholder of an agent", "A http://googleusercontent.com/image_agent_tag_161111\nB", "A B"},
		{"placeholder of a component", "http://googleusercontent.com/lmdx_image/3\nB", "B"},
		{"leaked thoughts", "<ctrl94>thought\nhm\n<ctrl95>Yes.<ctrl94><ctrl95>", "Yes."},
		{"half a leak", "a <ctrl94>b", "a <ctrl94>b"},
		{"too long for a leak", "<ctrl94>" + strings.Repeat("x", 17<<10), "<ctrl94>" + strings.Repeat("x", 17<<10)},
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	testRows(t, []row{
		{"marks", "[cite_start]The sky is blue[cite: 1, 2]. [cite_start]So is the sea [cite: 3].\n", "The sky is blue. So is the sea.\n"},
		{"without a beginning", "The sky is blue. [cite: 1]\nNext [cite: 2, 3].", "The sky is blue.\nNext."},
		{"two in a row", "Blue [cite: 1] [cite: 2].", "Blue."},
		{"in a list", "* [cite_start]In Nepal [cite: 1,3]\n* All[cite: 1-3].", "* In Nepal\n* All."},
		{"in a table", "| a [cite: 1] | b |", "| a | b |"},
		{"at the end", "Blue [cite: 1]", "Blue"},
		{"cut", "Blue [cite: 1, ", "Blue [cite: 1, "},
		{"in the middle of a sentence", "GPUs [cite: 1] and CPUs" + strings.Repeat(" are fast", 300), "GPUs and CPUs" + strings.Repeat(" are fast", 300)},
		{"in code and outside", "`[cite: 1]` is blue [cite: 1].", "`[cite: 1]` is blue."},
		{"end of a list", "* a\n* b\n\n<!-- end list -->\n\nNext", "* a\n* b\n\nNext"},
		{"end of a list, close", "* a\n<!-- end list -->\nNext", "* a\n\nNext"},
	})
}

func TestCitedAnswersLoseEveryMark(t *testing.T) {
	t.Parallel()
	c := markup.Cleaner{Cited: true}
	out, _ := c.Clean(nil, []byte("GPUs [cite: 1] and CPUs [cite: 2] are fast, `[cite: 3]`"), true)
	if want := "GPUs and CPUs are fast, `[cite: 3]`"; string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
	if got := c.Marks(); len(got) != 2 || got[1] != (markup.Mark{Start: -1, End: len("GPUs and CPUs"), Text: "[cite: 2]"}) {
		t.Errorf("marks %+v", got)
	}
}

func TestLinksAndCode(t *testing.T) {
	t.Parallel()
	testRows(t, []row{
		{"address in a search", "See [go.dev](https://www.google.com/search?q=https://go.dev).", "See [go.dev](https://go.dev)."},
		{"escaped address in a search", "[a](https://www.google.com/search?q=https%3A%2F%2Fgo.dev%2Fdoc&hl=en)", "[a](https://go.dev/doc)"},
		{"search for the text itself", "[`fmt`](https://www.google.com/search?q=fmt)", "`fmt`"},
		{"shopping", "The [Kettle One](http://googleusercontent.com/shopping_content/0), or", "The Kettle One, or"},
		{"brackets in brackets", "[a [b] c](http://googleusercontent.com/shopping_content/12)", "a [b] c"},
		{"picture", "![A cat](http://googleusercontent.com/image_agent_tag_5)", "A cat"},
		{"code that was run", "```python?code_reference&code_event_index=0\nx = 1\n```\n```text?code_stdout&code_event_index=0\n1\n```\n", "```python\nx = 1\n```\n```text\n1\n```\n"},
		{"escapes", `Set my\_api\_key in \<config\>, x \> 5, a -\> b, List\<Item\>, \</p\>`, `Set my_api_key in <config>, x > 5, a -> b, List<Item>, </p>`},
		{"XML that was asked for", "\\<order\\>\n  \\<item\\_id\\>7\\</item\\_id\\>\n\\</order\\>\n", "<order>\n  <item_id>7</item_id>\n</order>\n"},
		{"JSON that was asked for", "{\"my\\_key\": {\"a\\_b\": \"$ref\", \"c\\_\\_d\": 1}}", "{\"my_key\": {\"a_b\": \"$ref\", \"c__d\": 1}}"},
		{"prices are no formula", "$5 and my\\_key costs $6", "$5 and my_key costs $6"},
		{"no component comes out of an escape", "\\<FollowUp label=\"a\" query=\"b\"/\\>", "<FollowUp label=\"a\" query=\"b\"/>"},
	})
}
