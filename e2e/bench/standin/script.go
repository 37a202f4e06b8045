package standin

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// prose is the text that answers are cut from: words, line breaks, quotes and
// signs that the wire escapes twice, and runes of two, three and four bytes. It
// holds no Markdown and no entity, so every frame's text is final at once.
const prose = `The tide came in slowly over the flats, and the old pilot read the water as other people read a page. ` +
	`He said: "Seven fathoms = enough for us", and nobody asked twice.` + "\n" +
	`In the café by the quay (açaí, 紅茶, 水) they kept his table free; 😀 was drawn on the card that said so. ` +
	`It's a plain rule, he'd say, that depth + patience = arrival, and the harbour has seen both. `

// busy is the text of busy answers: components of the app, marks of citations, and
// escapes in every line.
const busy = "<Sequence>\n  <Step title=\"Boil the water\" subtitle=\"takes > 3 minutes\">\n" +
	"    Use **fresh** water in my\\_new\\_kettle, never more than \\<two\\> litres[cite: 1, 2].\n  </Step>\n</Sequence>\n" +
	"The [Kettle](http://googleusercontent.com/shopping_content/0) is &quot;it&quot;. " +
	"See [go](https://www.google.com/search?q=https://go.dev) `x` $y$.\n<FollowUp label=\"a\" query=\"b\"/>\n"

// Script is one answer, ready to be sent: its text and the same text as it
// stands in a frame, escaped once for the inner and once for the outer JSON.
type Script struct {
	// Text is the whole answer.
	Text string
	// Cuts holds, for each frame, how many bytes of Text are out with it.
	Cuts []int

	wire  string
	marks []mark
}

// mark is where a frame's text ends in the escaped form: in bytes, and in
// UTF-16 code units, which the length line counts.
type mark struct{ bytes, units int }

type shape struct {
	frames, size int
	busy         bool
}

var scripts sync.Map // shape -> *Script

// ScriptFor returns the answer of a recipe. Equal shapes share one Script,
// which nobody changes.
func ScriptFor(r Recipe) *Script {
	key := shape{max(r.Frames, 1), max(r.Size, 1), r.Busy}
	if known, ok := scripts.Load(key); ok {
		return known.(*Script)
	}
	made, _ := scripts.LoadOrStore(key, write(key))
	return made.(*Script)
}

func write(s shape) *Script {
	total := s.frames * s.size
	source := prose
	if s.busy {
		source = busy
	}
	source = strings.Repeat(source, total/len(source)+1)
	script := &Script{}
	var text, wire strings.Builder
	units := 0
	for _, r := range source {
		for len(script.Cuts) < s.frames && text.Len()+utf8.RuneLen(r) > (len(script.Cuts)+1)*s.size {
			script.Cuts = append(script.Cuts, text.Len())
			script.marks = append(script.marks, mark{wire.Len(), units})
		}
		if len(script.Cuts) == s.frames {
			break
		}
		text.WriteRune(r)
		escaped := escape(r)
		wire.WriteString(escaped)
		units += unitsOf(escaped)
	}
	for len(script.Cuts) < s.frames {
		script.Cuts = append(script.Cuts, text.Len())
		script.marks = append(script.marks, mark{wire.Len(), units})
	}
	script.Text, script.wire = text.String(), wire.String()
	return script
}

// escape spells a rune of the answer as the upstream does: it writes signs that
// mean something in HTML as \u escapes, leaves other scripts as they are, and
// the string then stands inside another JSON string.
func escape(r rune) string {
	switch r {
	case '"':
		return `\\\"`
	case '\\':
		return `\\\\`
	case '\n':
		return `\\n`
	case '=', '<', '>', '&', '\'':
		return `\\u00` + strconv.FormatInt(int64(r), 16)
	}
	return string(r)
}

func unitsOf(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
