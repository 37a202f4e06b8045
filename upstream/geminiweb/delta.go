package geminiweb

import "slices"

// tracker follows one cumulative text: it remembers what was passed on and finds
// what is new. Upstream texts grow at the end, flicker there while they are
// being made, and are now and then rewritten in the middle; what was passed on
// is never taken back and never sent twice.
type tracker struct {
	atEnd bool   // nobody reads along: nothing goes out before the end, then the last text
	sent  []byte // the decoded text that was passed on, before cleaning
	last  byte   // the last byte of passed, 0 at the beginning
	held  []byte // what followed it in the last frame and may still change
	// waiting is the last text while it can not be joined to what was passed on.
	waiting  []byte
	separate bool // what goes out next has nothing in common with what did
}

// nextDelta appends to dst what is new and stable in text, cleaned. With final set
// nothing is held back.
func (t *tracker) nextDelta(dst, text []byte, final bool) []byte {
	from := t.findNew(t.sent, text, final)
	if from < 0 {
		return dst
	}
	pending := text[from:]
	dst, used := t.cleanPending(dst, pending, final)
	t.sent = append(t.sent[:0], text[:from+used]...)
	t.markSent(pending, used)
	return dst
}

// findNew returns where in text the part begins that goes on behind passed; -1
// when there is none, or none yet.
func (t *tracker) findNew(passed, text []byte, final bool) int {
	from := 0
	if !t.atEnd {
		from = findContinuation(passed, text, final)
	}
	t.held = t.held[:0]
	switch {
	case from < 0 && final:
		t.waiting = t.waiting[:0]
	case from < 0:
		t.waiting = append(t.waiting[:0], text...)
	case from == 0:
		t.last, t.separate = 0, !t.atEnd && len(passed) > 0
	default:
		t.last = text[from-1]
	}
	return from
}

// cleanPending appends to dst what is stable in pending as a reader should see it, and
// returns how much of pending that is. A whole answer is cleaned in the end.
func (t *tracker) cleanPending(dst, pending []byte, final bool) (out []byte, used int) {
	if t.atEnd {
		return dst, len(pending) - unstableSuffix(pending, t.last)
	}
	if t.separate {
		dst, t.separate = append(dst, "\n\n"...), false
	}
	return cleanText(dst, pending, t.last, final)
}

// markSent notes that the first used bytes of pending are passed on.
func (t *tracker) markSent(pending []byte, used int) {
	if used > 0 {
		t.last = pending[used-1]
	}
	t.held = append(t.held[:0], pending[used:]...)
	t.waiting = t.waiting[:0]
}

// flushHeld appends what was held back, cleaned: the text has ended.
func (t *tracker) flushHeld(dst []byte) []byte {
	if len(t.waiting) > 0 {
		return t.nextDelta(dst, t.waiting, true)
	}
	rest, before := t.held, t.last
	t.sent = append(t.sent, t.held...)
	if t.atEnd {
		rest, before = t.sent, 0
		dst = slices.Grow(dst, len(rest))
	}
	dst, _ = cleanText(dst, rest, before, true)
	t.markSent(t.held, len(t.held))
	return dst
}
