package geminiweb

import (
	"bytes"
	"unicode/utf8"
)

// trail follows one cumulative text: it remembers what was passed on and finds
// what is new. Upstream texts grow at the end, flicker there while they are
// being made, and are now and then rewritten in the middle; what was passed on
// is never taken back and never sent twice.
type trail struct {
	passed []byte // the decoded text that was passed on, before cleaning
	last   byte   // the last byte of passed, 0 at the beginning
	held   []byte // what followed it in the last frame and may still change
}

// take appends to dst what is new and stable in text, cleaned. With final set
// nothing is held back.
func (t *trail) take(dst, text []byte, final bool) []byte {
	from := follow(t.passed, text)
	if from < 0 {
		t.held = t.held[:0]
		return dst
	}
	pending := text[from:]
	dst, used := clean(dst, pending, t.last, final)
	t.passed = append(t.passed[:0], text[:from+used]...)
	t.pass(pending, used)
	return dst
}

// pass notes that the first used bytes of pending are passed on.
func (t *trail) pass(pending []byte, used int) {
	if used > 0 {
		t.last = pending[used-1]
	}
	t.held = append(t.held[:0], pending[used:]...)
}

// flush appends what was held back, cleaned: the text has ended.
func (t *trail) flush(dst []byte) []byte {
	dst, used := clean(dst, t.held, t.last, true)
	t.passed = append(t.passed, t.held...)
	t.pass(t.held, used)
	return dst
}

// follow returns where in text the part begins that was not passed on yet; -1
// when text holds nothing new. When the upstream rewrote what was passed on, the
// new part begins behind the last piece of it that text still has.
func follow(passed, text []byte) int {
	at := len(passed)
	switch {
	case bytes.HasPrefix(text, passed):
		return at
	case bytes.HasPrefix(passed, text):
		return -1
	}
	for size := 64; size >= 8; size /= 2 {
		if size > at {
			continue
		}
		if end := nearest(text, passed[at-size:], at); end >= 0 {
			return runeStart(text, end)
		}
	}
	if len(text) <= at {
		return -1
	}
	return runeStart(text, at)
}

// nearest returns the end of the anchor's occurrence in text that ends nearest
// to at, looking a few thousand bytes around it.
func nearest(text, anchor []byte, at int) int {
	const reach = 4096
	low := min(max(0, at-reach), len(text))
	window := text[low:min(len(text), at+reach)]
	best := -1
	for from := 0; ; {
		i := bytes.Index(window[from:], anchor)
		if i < 0 {
			return best
		}
		end := low + from + i + len(anchor)
		if best < 0 || distance(end, at) < distance(best, at) {
			best = end
		}
		from += i + 1
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

func runeStart(text []byte, i int) int {
	for i < len(text) && i > 0 && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}
