package simulator

import (
	"fmt"
	"strconv"
	"strings"
)

const canvasChip = "http://googleusercontent.com/immersive_entry_chip/0"

// maxSections bounds the canvas that a prompt can ask for.
const maxSections = 4096

// document is a canvas: what the app opens beside the chat. The text of the answer
// holds a chip at its place, the document stands in a field of its own.
type document struct {
	id, title, body string
	draft           string // the body as it looks until half of it is written; "" means the body itself
	chipEnd         int    // where the text's chip ends
}

// rowValue is c[30][0].
func (d *document) rowValue() []any {
	return []any{d.id, nil, d.title, nil, d.body, nil, nil, "en", []any{1}}
}

// setCanvas adds a document of so many sections.
func setCanvas(p *plan, arg string) {
	sections, words := 3, strings.Fields(arg)
	for _, word := range words {
		if n, err := strconv.Atoi(word); err == nil {
			sections = min(max(n, 1), maxSections)
		}
	}
	p.hasCanvas = true
	p.addBlock(func(c *call, p *plan) {
		d := &document{id: "d_" + c.s.nextID(), title: "A Plan in Sections", body: writeSections(sections)}
		if hasWord(words, "code") {
			d.title, d.body = "main.py", writeProgram(sections)
		}
		if hasWord(words, "rewrite") {
			d.draft = strings.ReplaceAll(d.body, "Section", "Draft of section")
		}
		if hasWord(words, "only") {
			p.say = canvasChip
			d.chipEnd = len(p.say)
		} else {
			p.addParagraph("I have written it down for you.\n" + canvasChip)
			d.chipEnd = len(p.say)
			p.addParagraph("Tell me what to change.")
		}
		p.document = d
	})
}

func writeSections(n int) string {
	var b strings.Builder
	b.WriteString("# A Plan in Sections\n\n")
	for i := range n {
		fmt.Fprintf(&b, "## Section %d\n\nThis is what section %d says: 1 < 2 & \"quoted\", 世界 🌍, and `code = %d`.\n\n| key | value |\n| --- | --- |\n| section | %d |\n\n", i+1, i+1, i+1, i+1)
	}
	return strings.TrimSpace(b.String())
}

func writeProgram(n int) string {
	var b strings.Builder
	b.WriteString("# Prints its sections.\n")
	for i := range n {
		fmt.Fprintf(&b, "def section_%d():\n    # Section %d: <b>not a tag</b>, [cite: 1] and ``` stay as they are\n    return \"\\\\section_%d\"\n\n", i+1, i+1, i+1)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// openDocument prepares the frames in which the document grows: between the text
// frame that ends its chip and the next one.
func (d *delivery) openDocument(sections []string) {
	if d.p.document == nil || sections == nil {
		return
	}
	shown := 0
	for i, piece := range d.pieces {
		if shown += len(piece); shown >= d.p.document.chipEnd {
			d.opened = i
			break
		}
	}
	d.body = escapeText(sections)
	if d.p.document.draft != "" {
		d.draft = escapeText(splitEvenly(d.p.document.draft, len(sections)))
	}
}
