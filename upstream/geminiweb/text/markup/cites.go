package markup

// Mark is a mark of a citation that was taken out of the text.
type Mark struct {
	// Start is where in the output the passage begins that the mark is about, or
	// -1 if the text does not say. End is where it ends. Both are in bytes.
	Start, End int
	// Text is the mark as it stood in the text.
	Text string
}

// Marks returns the marks that were taken out, 1000 at most. The slice belongs to
// the Cleaner.
func (c *Cleaner) Marks() []Mark { return c.marks }

const (
	citeLimit  = 200  // bytes of a mark
	marksLimit = 1000 // marks of a text that are remembered
)

// matchBefore matches at a blank, which goes with the mark of a citation behind
// it, or at an exclamation mark, which makes a link a picture.
func (c *Cleaner) matchBefore(text []byte, final bool) (n int, wait bool) {
	if len(text) == 1 {
		return 0, !final
	}
	if text[1] != '[' {
		return 0, false
	}
	if text[0] == '!' {
		n, wait = c.matchLink(text[1:])
	} else if n, wait = c.matchCite(text[1:], final, true); n == 0 && wait {
		return 0, true
	}
	if n > 0 {
		n++
	}
	return n, wait
}

// matchBracket matches the mark of a citation or a link.
func (c *Cleaner) matchBracket(text []byte, final bool) (n int, wait bool) {
	if n, wait = c.matchCite(text, final, false); n > 0 || wait {
		return n, wait
	}
	return c.matchLink(text)
}

// matchCite takes out [cite_start] and [cite: 1, 2]. If spaced is set a blank
// stands before it, which only goes with the latter.
func (c *Cleaner) matchCite(text []byte, final, spaced bool) (n int, wait bool) {
	if n, state := scanLiteral(text, 0, "[cite_start]"); state != absent && (state == complete || final || len(text) > len("[cite")) {
		switch {
		case state == partial:
			return 0, true
		case spaced:
			return 0, false
		case n == len(text):
			return n, !final
		case isBlank(text[n]) && !c.Cited:
			if cited, wait := citedLater(text, n, final); wait || !cited {
				return 0, wait
			}
		}
		c.Cited = true
		c.passage = c.sent + 1
		return n, false
	}
	n, state := scanCite(text)
	if state != complete {
		return 0, state == partial
	}
	foreign, wait := c.isCitation(text, n, final)
	if wait || !foreign {
		return 0, wait
	}
	if len(c.marks) < marksLimit {
		c.marks = append(c.marks, Mark{Start: c.passage - 1, End: c.sent, Text: string(text[:n])})
	}
	c.passage = 0
	if c.line != lineFilled && !spaced && n < len(text) && text[n] == ' ' {
		n++
	}
	return n, false
}

// scanCite scans [cite: 1, 2] and returns the index after it.
func scanCite(text []byte) (int, progress) {
	n, state := scanLiteral(text, 0, "[cite:")
	if state != complete {
		return 0, state
	}
	digits := false
	for ; n < len(text) && n < citeLimit; n++ {
		switch b := text[n]; {
		case isDigit(b):
			digits = true
		case b == ']' && digits:
			return n + 1, complete
		case b != ' ' && b != ',' && b != '-':
			return 0, absent
		}
	}
	if n == citeLimit {
		return 0, absent
	}
	return 0, partial
}

// isCitation reports whether the mark that ends at n is one and not the subject.
// In an answer with sources, or with an earlier mark, each is. Else it must stand
// as one does: behind text, and at the end of a sentence, a clause or a line. In
// the middle of a sentence it is one if more text comes than the mark's subject
// would have, or the sources do.
func (c *Cleaner) isCitation(text []byte, n int, final bool) (foreign, wait bool) {
	switch {
	case c.Cited:
		return true, false
	case c.prev == '"' || c.prev == '\'' || c.prev == '(':
		return false, false
	case n == len(text) || text[n] == ' ' && n+1 == len(text):
		return final, !final
	}
	switch next := text[n]; {
	case next != ' ':
		return !isAlnum(next) && next != '"' && next != '\'', false
	case isLower(text[n+1]):
		return citedLater(text, n, final)
	}
	return true, false
}

// citePatience is how much text, in bytes, is waited for behind a mark that may be
// the subject: the sources of an answer may come with its last frame.
const citePatience = 2 << 10

// citedLater decides about a mark that ends at n and may be the subject.
func citedLater(text []byte, n int, final bool) (cited, wait bool) {
	long := len(text)-n >= citePatience
	return long, !long && !final
}
