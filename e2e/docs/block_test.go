package docs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// block is a fenced block that can run.
type block struct {
	lang, text string
	line       int // of its first line in the document
}

// runnable are the marks of blocks that run; shown are those of blocks that do
// not. A block with any other mark, or none, is only looked at when it is plain
// text.
var (
	runnable = []string{"sh", "go", "js", "python"}
	shown    = []string{"", "console", "yaml", "json", "toml", "text", "ini", "nginx", "caddyfile", "diff"}
)

// blocks returns the runnable blocks of a document in order.
func blocks(document string) []block {
	found, _ := scan(document)
	return found
}

// scan returns the runnable blocks of a document, and the marks that mean nothing.
func scan(document string) (found []block, unknown []string) {
	var fence, lang string
	var text []string
	first := 0
	for i, line := range strings.Split(document, "\n") {
		mark := strings.TrimLeft(line, " ")
		switch {
		case fence == "" && strings.HasPrefix(mark, "```"):
			fence = mark[:len(mark)-len(strings.TrimLeft(mark, "`"))]
			lang, text, first = strings.TrimSpace(mark[len(fence):]), nil, i+2
		case fence != "" && strings.TrimSpace(mark) == fence:
			if slices.Contains(runnable, lang) {
				found = append(found, block{lang, strings.Join(text, "\n") + "\n", first})
			} else if !slices.Contains(shown, lang) {
				unknown = append(unknown, fmt.Sprintf("%s in line %d", lang, first-1))
			}
			fence = ""
		case fence != "":
			text = append(text, line)
		}
	}
	return found, unknown
}

func TestScan(t *testing.T) {
	found, unknown := scan("a\n```sh\nls\n\npwd\n```\nb\n````console\n```sh\nno\n```\n````\n```bash\nx\n```\n  ```go\n  y\n  ```\n")
	want := []block{{"sh", "ls\n\npwd\n", 3}, {"go", "  y\n", 17}}
	if !slices.Equal(found, want) {
		t.Errorf("scan found %+v, want %+v", found, want)
	}
	if want := []string{"bash in line 13"}; !slices.Equal(unknown, want) {
		t.Errorf("scan names %q as unknown, want %q", unknown, want)
	}
}
