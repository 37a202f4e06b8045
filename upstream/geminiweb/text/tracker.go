package text

import "slices"

// tracker follows one cumulative text: it remembers the text that was sent and
// finds the new part. Sent text is never taken back and never sent twice.
type tracker struct {
	atEnd bool   // send nothing before flushHeld, then the last text
	sent  []byte // the decoded text that was sent, before cleaning
	last  byte   // the last byte of sent, 0 at the beginning
	held  []byte // the text after sent in the last frame, which may still change
	// waiting is the last text as long as it cannot be joined to sent.
	waiting  []byte
	separate bool // the next text has nothing in common with sent
}

// nextDelta appends to dst the new and stable part of text, cleaned. If final is
// set nothing is held back.
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

// findNew returns the index in text of the part that continues sent, or -1 if
// there is none, or none yet.
func (t *tracker) findNew(sent, text []byte, final bool) int {
	from := 0
	if !t.atEnd {
		from = findContinuation(sent, text, final)
	}
	t.held = t.held[:0]
	switch {
	case from < 0 && final:
		t.waiting = t.waiting[:0]
	case from < 0:
		t.waiting = append(t.waiting[:0], text...)
	case from == 0:
		t.last, t.separate = 0, !t.atEnd && len(sent) > 0
	default:
		t.last = text[from-1]
	}
	return from
}

// cleanPending appends to dst the stable part of pending, cleaned, and returns
// the length of that part in pending. In mode AtEnd cleaning waits for the end.
func (t *tracker) cleanPending(dst, pending []byte, final bool) (out []byte, used int) {
	if t.atEnd {
		return dst, len(pending) - unstableSuffix(pending, t.last)
	}
	if t.separate {
		dst, t.separate = append(dst, "\n\n"...), false
	}
	return cleanText(dst, pending, t.last, final)
}

// markSent records that the first used bytes of pending are sent.
func (t *tracker) markSent(pending []byte, used int) {
	if used > 0 {
		t.last = pending[used-1]
	}
	t.held = append(t.held[:0], pending[used:]...)
	t.waiting = t.waiting[:0]
}

// flushHeld appends the text that was held back, cleaned. The text has ended.
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
