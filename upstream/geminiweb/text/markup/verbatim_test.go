package markup_test

import (
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
)

// TestVerbatimBlocks: a code block with a label that the owner names is passed on as it
// is, with fences inside of its texts too, and what follows it is cleaned again.
func TestVerbatimBlocks(t *testing.T) {
	t.Parallel()
	const inside = "``````call-x w\n{\"a\": \"&lt;\"}\n--x body\n``````\n&lt;b&gt;\n```\n--xy\n--x more\n~~~\n``````\n&amp;\n--x end\n``````\n"
	for text, want := range map[string]string{
		"&lt;\n" + inside + "&gt;":               "<\n" + inside + ">",
		inside + inside:                          inside + inside,
		"``````call-y w\n--x body\n``````\n&lt;": "``````call-y w\n--x body\n``````\n<",
		"``````call-x w\n--x bo":                 "``````call-x w\n--x bo",
	} {
		for _, size := range frameSizes {
			c := markup.Cleaner{Verbatim: chat.Verbatim{Label: "call-x", Text: "--x ", End: "--x end"}}
			if got := cleanPieces(&c, text, size); got != want {
				t.Errorf("%q in pieces of %d:\ngot  %q\nwant %q", text, size, got, want)
			}
		}
	}
}
