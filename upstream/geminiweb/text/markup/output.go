package markup

import (
	"bytes"
	"html"
	"strings"
)

const blanks = " \t\r\n"

// spaceLimit bounds the blanks that are held because a component may end.
const spaceLimit = 4 << 10

// emit sends text, without blanks at the beginning if they are to be swallowed.
// Inside a component blanks wait for the text behind them.
func (c *Cleaner) emit(text []byte) {
	if c.swallow {
		if text = bytes.TrimLeft(text, blanks); len(text) == 0 {
			return
		}
		c.swallow = false
	}
	c.writeGap()
	c.write(c.pad)
	c.pad = ""
	if c.depth == 0 {
		c.flushSpace()
		c.writeBytes(text)
		return
	}
	solid := bytes.TrimRight(text, blanks)
	if len(solid) > 0 || len(c.space) > spaceLimit {
		c.flushSpace()
	}
	c.writeBytes(solid)
	c.space = append(c.space, text[len(solid):]...)
}

func (c *Cleaner) flushSpace() {
	if len(c.space) > 0 {
		c.writeBytes(c.space)
		c.space = c.space[:0]
	}
}

func (c *Cleaner) write(text string) {
	c.out = append(c.out, text...)
	c.noteEnd(len(text))
}

func (c *Cleaner) writeBytes(text []byte) {
	c.out = append(c.out, text...)
	c.noteEnd(len(text))
}

// noteEnd notes how the output ends behind n more bytes.
func (c *Cleaner) noteEnd(n int) {
	c.sent += n
	switch {
	case n == 1:
		c.end = [2]byte{c.end[1], c.out[len(c.out)-1]}
	case n > 1:
		c.end = [2]byte(c.out[len(c.out)-2:])
	}
}

// writeGap writes the empty line that is due.
func (c *Cleaner) writeGap() {
	if !c.gap {
		return
	}
	c.gap, c.space = false, c.space[:0]
	switch {
	case c.sent == 0 || c.end == [2]byte{'\n', '\n'}:
	case c.end[1] == '\n':
		c.write("\n")
	default:
		c.write("\n\n")
	}
}

// emitText sends text that stands for something else within a line.
func (c *Cleaner) emitText(text string) {
	if text != "" {
		c.emit([]byte(text))
		c.line = lineFilled
	}
}

// startLine begins a line of a component, in place of the blanks before it.
func (c *Cleaner) startLine() {
	c.writeGap()
	c.space, c.pad, c.swallow = c.space[:0], "", false
	if c.sent > 0 && c.end[1] != '\n' {
		c.write("\n")
	}
}

// endBlock leaves an empty line before the next block.
func (c *Cleaner) endBlock() {
	if !c.gap {
		c.startLine()
	}
	c.swallow, c.gap, c.line = true, true, lineBlank
}

// plainValue is the value of an attribute as text of one line.
func plainValue(raw []byte) string {
	s := strings.ReplaceAll(string(raw), `\"`, `"`)
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	return strings.Join(strings.Fields(s), " ")
}

func hasBlank(text []byte) bool {
	return bytes.IndexByte(text, ' ') >= 0 || bytes.IndexByte(text, '\t') >= 0
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }

func isLower(b byte) bool { return 'a' <= b && b <= 'z' }

func isAlnum(b byte) bool { return isDigit(b) || isUpper(b) || isLower(b) }

// isWord reports whether b is part of a word; the bytes of other scripts are.
func isWord(b byte) bool { return isAlnum(b) || b == '_' || b >= 0x80 }

// progress is how much of an expected text is there.
type progress uint8

const (
	absent  progress = iota
	partial          // the text ends inside it
	complete
)

// scanLiteral compares text[n:] with want and returns the index after it, or n.
func scanLiteral(text []byte, n int, want string) (int, progress) {
	have := text[n:min(len(text), n+len(want))]
	switch {
	case string(have) != want[:len(have)]:
		return n, absent
	case len(have) < len(want):
		return n, partial
	}
	return n + len(want), complete
}

// skipBlanks returns the index after the blanks at text[n:].
func skipBlanks(text []byte, n int) int {
	for n < len(text) && isBlank(text[n]) {
		n++
	}
	return n
}

// skipDigits returns the index after the digits at text[n:].
func skipDigits(text []byte, n int) int {
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}
