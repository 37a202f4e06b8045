package geminiweb

import "slices"

// trail follows one cumulative text: it remembers what was passed on and finds
// what is new. Upstream texts grow at the end, flicker there while they are
// being made, and are now and then rewritten in the middle; what was passed on
// is never taken back and never sent twice.
type trail struct {
	whole  bool   // nobody reads along: nothing goes out before the end, then the last text
	passed []byte // the decoded text that was passed on, before cleaning
	last   byte   // the last byte of passed, 0 at the beginning
	held   []byte // what followed it in the last frame and may still change
	// waiting is the last text while it can not be joined to what was passed on.
	waiting []byte
	apart   bool // what goes out next has nothing in common with what did
}

// take appends to dst what is new and stable in text, cleaned. With final set
// nothing is held back.
func (t *trail) take(dst, text []byte, final bool) []byte {
	from := t.follow(t.passed, text, final)
	if from < 0 {
		return dst
	}
	pending := text[from:]
	dst, used := t.clean(dst, pending, final)
	t.passed = append(t.passed[:0], text[:from+used]...)
	t.pass(pending, used)
	return dst
}

// follow returns where in text the part begins that goes on behind passed; -1
// when there is none, or none yet.
func (t *trail) follow(passed, text []byte, final bool) int {
	from := 0
	if !t.whole {
		from = follow(passed, text, final)
	}
	t.held = t.held[:0]
	switch {
	case from < 0 && final:
		t.waiting = t.waiting[:0]
	case from < 0:
		t.waiting = append(t.waiting[:0], text...)
	case from == 0:
		t.last, t.apart = 0, !t.whole && len(passed) > 0
	default:
		t.last = text[from-1]
	}
	return from
}

// clean appends to dst what is stable in pending as a reader should see it, and
// returns how much of pending that is. A whole answer is cleaned in the end.
func (t *trail) clean(dst, pending []byte, final bool) (out []byte, used int) {
	if t.whole {
		return dst, len(pending) - flicker(pending, t.last)
	}
	if t.apart {
		dst, t.apart = append(dst, "\n\n"...), false
	}
	return clean(dst, pending, t.last, final)
}

// pass notes that the first used bytes of pending are passed on.
func (t *trail) pass(pending []byte, used int) {
	if used > 0 {
		t.last = pending[used-1]
	}
	t.held = append(t.held[:0], pending[used:]...)
	t.waiting = t.waiting[:0]
}

// flush appends what was held back, cleaned: the text has ended.
func (t *trail) flush(dst []byte) []byte {
	if len(t.waiting) > 0 {
		return t.take(dst, t.waiting, true)
	}
	rest, before := t.held, t.last
	t.passed = append(t.passed, t.held...)
	if t.whole {
		rest, before = t.passed, 0
		dst = slices.Grow(dst, len(rest))
	}
	dst, _ = clean(dst, rest, before, true)
	t.pass(t.held, len(t.held))
	return dst
}
