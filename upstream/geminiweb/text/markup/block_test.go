package markup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
)

// blocksIn cleans a text that grows by size bytes with each frame and shows its
// blocks, each in brackets behind its number.
func blocksIn(text string, size int) string {
	var c markup.Cleaner
	var shown strings.Builder
	last := chat.Prose
	for used, end := 0, 0; end < len(text); {
		end = min(end+size, len(text))
		out, n := c.Clean(nil, []byte(text[used:end]), end == len(text))
		used += n
		for len(out) > 0 {
			piece, block := c.CutBlock(out)
			if out = out[len(piece):]; block != last {
				if last != chat.Prose {
					shown.WriteString("⟩")
				}
				if last = block; block != chat.Prose {
					fmt.Fprintf(&shown, "%d⟨", block)
				}
			}
			shown.Write(piece)
		}
	}
	return shown.String()
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	const code = "```python?code_reference&code_event_index=0\nx = \"```\"\n\n```\n"
	for name, tt := range map[string][2]string{
		"both":             {"I ran:\n\n" + code + "```text?code_stdout&code_event_index=0\n1\n```\nSo.", "I ran:\n\n1⟨```python\nx = \"```\"\n\n```⟩\n2⟨```text\n1\n```⟩\nSo."},
		"first and last":   {strings.TrimSpace(code), "1⟨```python\nx = \"```\"\n\n```"},
		"tildes":           {"~~~~python?code_reference\n~~~\n~~~~\na", "1⟨~~~~python\n~~~\n~~~~⟩\na"},
		"never closed":     {"a\n```python?code_reference\nx", "a\n1⟨```python\nx"},
		"plain code":       {"```python\nx\n```\na", "```python\nx\n```\na"},
		"another note":     {"```text?code_stderr&code_event_index=0\nx\n```\na", "```text\nx\n```\na"},
		"quoted":           {"> ```python?code_reference\n> x\n> ```\na", "> ```python\n> x\n> ```\na"},
		"in a list":        {"1. a\n   ```python?code_reference\n   x\n   ```\n", "1. a\n   ```python\n   x\n   ```\n"},
		"in a component":   {"<Sequence><Step title=\"Run\">\n```python?code_reference\nx\n```\n</Step></Sequence>", "1. **Run**\n   ```python\nx\n```\n"},
		"behind component": {"<EntityCard title=\"A\"/>\n" + code + "So.", "**A**\n1⟨```python\nx = \"```\"\n\n```⟩\nSo."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 2, 3, 7, 64, 4096} {
				if got := blocksIn(tt[0], size); got != tt[1] {
					t.Errorf("in pieces of %d:\ngot  %q\nwant %q", size, got, tt[1])
				}
			}
		})
	}
}

func TestBlocksAreBounded(t *testing.T) {
	t.Parallel()
	got := blocksIn(strings.Repeat("```text?code_stdout\n1\n```\n", 1500), 64)
	if n := strings.Count(got, "2⟨"); n != 1000 || strings.Count(got, "```text\n1\n```") != 1500 {
		t.Errorf("%d blocks", n)
	}
}
