package markup

import "bytes"

const leakLimit = 16 << 10

// matchLeak matches thoughts that slipped into the text, between two control
// marks. The first ends at n.
func matchLeak(text []byte, n int, state progress) (used int, wait bool) {
	if state == partial {
		return 0, true
	}
	rest := text[n:min(len(text), n+leakLimit)]
	if i := bytes.Index(rest, []byte("<ctrl95>")); i >= 0 {
		return n + i + len("<ctrl95>"), false
	}
	return 0, len(rest) < leakLimit
}

// matchBrace matches a comment inside a component, and the bare JSON of one that
// vanishes.
func (c *Cleaner) matchBrace(text []byte) (n int, wait bool) {
	if c.dropFence {
		end, state := scanJSON(text, 0)
		if state == complete {
			c.dropFence = false
		}
		return end, state == partial
	}
	if c.depth == 0 {
		return 0, false
	}
	end, state := scanComment(text, 0)
	if state == complete {
		c.space, c.swallow = c.space[:0], true
	}
	return end, state == partial
}

// scanComment scans {/* … */} at text[n:] and returns the index after it, or n.
func scanComment(text []byte, n int) (int, progress) {
	from, state := scanLiteral(text, n, "{/*")
	if state != complete {
		return n, state
	}
	rest := text[from:min(len(text), from+tagLimit)]
	if i := bytes.Index(rest, []byte("*/}")); i >= 0 {
		return from + i + len("*/}"), complete
	}
	if len(rest) < tagLimit {
		return n, partial
	}
	return n, absent
}

// skipFill returns the index after blanks and comments. It reports partial if the
// text ends there.
func skipFill(text []byte, n int) (int, progress) {
	for {
		n = skipBlanks(text, n)
		if n == len(text) {
			return n, partial
		}
		switch end, state := scanComment(text, n); state {
		case absent:
			return n, complete
		case partial:
			return n, partial
		case complete:
			n = end
		}
	}
}
