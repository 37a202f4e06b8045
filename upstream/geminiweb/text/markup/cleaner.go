package markup

import "github.com/geminid/geminid/chat"

// Cleaner cleans one text. The zero value is ready for the beginning of a text.
type Cleaner struct {
	// Cited is set by the owner once it knows that the answer has sources: then
	// every mark of a citation goes, wherever it stands. Until then one that may be
	// the subject waits.
	Cited bool
	// Verbatim says which fences are passed on as they are; set by the owner.
	Verbatim chat.Verbatim
	// Documents is how many documents the answer has so far. A chip of one of
	// them stops [Cleaner.Clean].
	Documents int

	out  []byte  // of the current call
	sent int     // bytes of output so far
	end  [2]byte // the last two of them
	prev byte    // the last byte of the input, 0 if there is none

	line   lineState
	fence  fence
	span   int    // backticks that opened the code span, 0 outside of one
	math   string // the end of the formula, "" outside of one
	dollar bool   // a $ that may begin a formula stands in the line
	angles int    // \< in the line whose \> did not come yet
	path   bool   // the word holds a backslash before a letter

	swallow bool   // blanks and newlines are left out
	gap     bool   // an empty line comes before the next output
	pad     string // comes before the next output
	space   []byte // blanks inside a component, which may be its end

	open      [kinds]int // components that are open
	depth     int        // their sum
	steps     []int      // number of the last step of each sequence that is open
	dropFence bool       // the next fence belongs to a component that vanishes
	seen      bool       // a component was found
	tag       tag        // scratch
	foreign   []foreign  // unknown elements, in the order in which they came
	marks     []Mark
	blocks    []chat.BlockSpan // of code that was run; End is -1 while one is open
	passage   int              // where the passage of the next mark begins, counted from 1; 0 if unknown
	places    Places           // placeholders of the text
	inserted  bool             // the owner put text into the output
	chip      int              // the document whose chip stopped Clean, counted from 1
}

// lineState says how far the current line is filled.
type lineState uint8

const (
	lineBlank  lineState = iota // nothing but blanks
	lineMarked                  // marks of lists and quotes as well
	lineFilled                  // text
)

// Clean appends text to dst as a client should see it and returns how many bytes
// of text it used. It stops before the part that the next piece may change, unless final is
// set, and behind a chip of a document, see [Cleaner.TakeChip]. The rest must be
// presented again as the beginning of the next piece.
func (c *Cleaner) Clean(dst, text []byte, final bool) (out []byte, used int) {
	if c.inserted {
		c.inserted, c.gap, c.swallow = false, true, true
	}
	c.out = dst
	for used < len(text) && c.chip == 0 {
		n, wait := c.cleanNext(text[used:], final)
		if wait {
			break
		}
		used += n
	}
	out, c.out = c.out, nil
	return out, used
}

// TakeChip returns the index of the document whose chip stopped Clean and lets
// Clean go on. It reports false if no chip did. The owner puts the document there
// with [Cleaner.Insert].
func (c *Cleaner) TakeChip() (document int, ok bool) {
	if c.chip == 0 {
		return 0, false
	}
	document, c.chip = c.chip-1, 0
	c.swallow, c.gap, c.line = true, true, lineBlank
	return document, true
}

// Places returns which placeholders the text had so far.
func (c *Cleaner) Places() Places { return c.places }

// Insert appends to dst text that is no part of the cleaned one. If begin is set
// it is the beginning of a paragraph. The next text of Clean begins another one.
func (c *Cleaner) Insert(dst, text []byte, begin bool) []byte {
	if len(text) == 0 {
		return dst
	}
	c.out, c.gap, c.pad = dst, begin, ""
	c.writeGap()
	c.writeBytes(text)
	dst, c.out = c.out, nil
	c.inserted = true
	return dst
}

// cleanNext cleans the beginning of text and returns its length. If wait is set,
// more text is needed first.
func (c *Cleaner) cleanNext(text []byte, final bool) (n int, wait bool) {
	switch {
	case c.fence.size > 0:
		return c.passFence(text, final)
	case c.span > 0:
		return c.passSpan(text, final)
	}
	if n := plainPrefix(text, final); n > 0 {
		c.pass(text[:n])
		return n, false
	}
	if text[0] == '\n' {
		c.passNewline()
		return 1, false
	}
	n, wait = c.match(text, final)
	switch {
	case wait && !final:
		return 0, true
	case n > 0:
		c.prev = text[n-1]
		return n, false
	}
	c.pass(text[:1])
	return 1, false
}

// match cleans text if something to be changed begins at its first byte. It
// returns 0 if nothing does.
func (c *Cleaner) match(text []byte, final bool) (n int, wait bool) {
	switch text[0] {
	case '&':
		return c.matchEntity(text)
	case '<':
		return c.matchAngle(text, final)
	case 'h':
		return c.matchPlaceholder(text, final)
	case '`', '~':
		return c.openCode(text, final)
	case '[':
		return c.matchBracket(text, final)
	case ' ', '!':
		return c.matchBefore(text, final)
	case '\\':
		return c.matchEscape(text, final)
	case '$':
		return c.matchDollar(text, final)
	case '{':
		return c.matchBrace(text)
	}
	return 0, false
}

// begins marks the first bytes of everything that is looked at.
var begins = [256]bool{'&': true, '<': true, 'h': true, '`': true, '~': true, '[': true, '\\': true, '$': true, '{': true, '\n': true}

// plainPrefix returns the length of the prefix in which nothing begins. Of the
// many h in a text only those of "ht" end it; a blank and an exclamation mark
// before a bracket go with the bracket.
func plainPrefix(text []byte, final bool) int {
	n := len(text)
	for i, b := range text {
		if begins[b] && (b != 'h' || i+1 == len(text) || text[i+1] == 't') {
			n = i
			break
		}
	}
	ends := n == len(text) && !final || n < len(text) && text[n] == '['
	if n > 0 && ends && (text[n-1] == ' ' || text[n-1] == '!') {
		n--
	}
	return n
}

// pass sends text of one line as it is.
func (c *Cleaner) pass(text []byte) {
	c.prev = text[len(text)-1]
	c.line = c.line.after(text)
	if c.path && hasBlank(text) {
		c.path = false
	}
	c.emit(text)
}

// passNewline sends a newline. An empty line ends the marks that cannot go beyond
// the paragraph.
func (c *Cleaner) passNewline() {
	if c.line == lineBlank {
		c.math, c.span = "", 0
	}
	c.prev, c.line = '\n', lineBlank
	c.dollar, c.angles, c.path = false, 0, false
	c.emit(newline)
}

var newline = []byte("\n")

// after returns the state of the line behind more text of it.
func (s lineState) after(text []byte) lineState {
	for _, b := range text {
		if s == lineFilled {
			break
		}
		switch b {
		case ' ', '\t', '\r':
		case '>', '-', '*', '+', '.', ')', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			s = lineMarked
		default:
			s = lineFilled
		}
	}
	return s
}
