package markup

import (
	"bytes"
	"strings"
)

// fence is the code fence that is open.
type fence struct {
	mark byte // '`' or '~'
	size int  // marks that opened it, 0 if none is open
	drop bool // it belongs to a component that vanishes
	// verbatim is set if it is one of Cleaner.Verbatim, inside if a text begins in it
	// that no fence ends.
	verbatim, inside bool
}

const (
	fenceMarks = 3   // fewer marks are no fence
	infoLimit  = 200 // bytes of the line that opens a fence
)

// openCode opens a fence or a code span.
func (c *Cleaner) openCode(text []byte, final bool) (n int, wait bool) {
	mark := text[0]
	size := countMarks(text, mark)
	if size == len(text) && !final {
		return 0, true
	}
	if c.line == lineFilled || size < fenceMarks || c.prev != 0 && !isBlank(c.prev) && c.prev != '>' {
		return c.openSpan(text[:size]), false
	}
	info := text[size:min(len(text), size+infoLimit)]
	end := bytes.IndexByte(info, '\n')
	switch {
	case end >= 0:
		info = info[:end]
	case len(info) < infoLimit && !final:
		return 0, true
	}
	if mark == '`' && bytes.IndexByte(info, '`') >= 0 {
		return c.openSpan(text[:size]), false
	}
	n = size + len(info)
	c.fence = fence{mark: mark, size: size, drop: c.dropFence, verbatim: c.isVerbatim(info)}
	c.dropFence = false
	if !c.fence.drop {
		begins := c.prev == 0 || c.prev == '\n' // and is no part of a list or a quote
		c.emit(text[:size])
		if plain := plainInfo(info); len(plain) < len(info) {
			c.noteBlock(info[len(plain):], size, begins)
			info = plain
		}
		c.emit(info)
	}
	c.line = lineFilled
	return n, false
}

// openSpan passes marks and opens a code span with them, if they are backticks.
func (c *Cleaner) openSpan(marks []byte) int {
	if marks[0] == '`' {
		c.span = len(marks)
	}
	c.dropFence = false
	c.pass(marks)
	return len(marks)
}

// plainInfo removes the upstream's note from the line that opens a fence: code
// that it ran says python?code_reference&code_event_index=0.
func plainInfo(info []byte) []byte {
	if i := bytes.Index(info, []byte("?code_")); i >= 0 {
		return info[:i]
	}
	return info
}

// passFence passes a line of a fence, or as much of it as there is.
func (c *Cleaner) passFence(text []byte, final bool) (n int, wait bool) {
	if c.fence.verbatim && c.line == lineBlank && c.passTextLine(text, final) {
		return 0, true
	}
	if c.line == lineBlank && !c.fence.inside {
		end, state := c.scanFenceEnd(text, final)
		switch state {
		case partial:
			return 0, true
		case complete:
			c.passCode(text[:end])
			c.fence, c.line = fence{}, lineFilled
			c.endCode()
			return end, false
		case absent:
		}
	}
	n = bytes.IndexByte(text, '\n') + 1
	if n == 0 {
		c.passCode(text)
		c.line = lineFilled
		return len(text), false
	}
	c.passCode(text[:n])
	c.line = lineBlank
	return n, false
}

// isVerbatim reports whether a fence whose line has info is one of Verbatim.
func (c *Cleaner) isVerbatim(info []byte) bool {
	label := c.Verbatim.Label
	info = bytes.TrimLeft(info, " ")
	return label != "" && len(info) >= len(label) && strings.EqualFold(string(info[:len(label)]), label)
}

// passTextLine notes whether the line that text begins with begins or ends a text of a
// verbatim fence. It reports whether more of the line is needed.
func (c *Cleaner) passTextLine(text []byte, final bool) (wait bool) {
	line, _, whole := bytes.Cut(text, newline)
	begin := c.Verbatim.Text
	if n := min(len(line), len(begin)); !strings.EqualFold(string(line[:n]), begin[:n]) {
		return false
	}
	if !whole && !final {
		return true
	}
	if len(line) >= len(begin) {
		c.fence.inside = !strings.EqualFold(string(bytes.TrimRight(line, " \t\r")), c.Verbatim.End)
	}
	return false
}

// passCode passes code, unless it vanishes.
func (c *Cleaner) passCode(code []byte) {
	if len(code) > 0 {
		c.prev = code[len(code)-1]
	}
	if !c.fence.drop {
		c.emit(code)
	}
}

// scanFenceEnd scans the line that ends the fence and returns the index of its
// end.
func (c *Cleaner) scanFenceEnd(text []byte, final bool) (int, progress) {
	n := 0
	for n < len(text) && (text[n] == ' ' || text[n] == '\t' || text[n] == '>') {
		n++
	}
	size := countMarks(text[n:], c.fence.mark)
	end := n + size
	for end < len(text) && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r') {
		end++
	}
	switch {
	case end == len(text) && !final:
		return 0, partial
	case size < c.fence.size, end < len(text) && text[end] != '\n':
		return 0, absent
	}
	return end, complete
}

// passSpan passes code of a span up to the next backtick or newline. A line that cannot
// stand in a span ends one that was never closed: an empty line, a fence, an
// element at the beginning of a line.
func (c *Cleaner) passSpan(text []byte, final bool) (n int, wait bool) {
	if c.line == lineBlank {
		n := 0
		for n < len(text) && (text[n] == ' ' || text[n] == '\t') {
			n++
		}
		switch rest := text[n:]; {
		case len(rest) < fenceMarks && !final && bytes.IndexByte(rest, '\n') < 0:
			return 0, true
		case c.span < fenceMarks && countMarks(rest, '`') >= fenceMarks, len(rest) > 1 && rest[0] == '<' && isUpper(rest[1]):
			c.span = 0
			return 0, false
		}
	}
	n = bytes.IndexAny(text, "`\n")
	switch {
	case n < 0:
		c.pass(text)
		return len(text), false
	case n > 0:
		c.pass(text[:n])
		return n, false
	case text[0] == '\n':
		c.passNewline()
		return 1, false
	}
	size := countMarks(text, '`')
	if size == len(text) && !final {
		return 0, true
	}
	if size == c.span {
		c.span = 0
	}
	c.pass(text[:size])
	return size, false
}

// countMarks counts the marks at the beginning of text.
func countMarks(text []byte, mark byte) int {
	n := 0
	for n < len(text) && text[n] == mark {
		n++
	}
	return n
}
