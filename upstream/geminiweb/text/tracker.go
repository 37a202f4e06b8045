package text

import (
	"bytes"
	"slices"

	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
)

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

	cleaner   markup.Cleaner
	documents documents // those that the text has chips for
	raw       bool      // the text is code: it is passed on as it is
	rewritten bool      // sent text was changed afterwards
	altered   bool      // something of the text was cleaned
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
		if t.separate {
			t.restartCleaner(nil)
		}
	default:
		t.last = text[from-1]
		if !bytes.HasPrefix(text, sent) {
			t.restartCleaner(text[:from])
		}
	}
	return from
}

// restartCleaner lets the cleaning go on behind a text that differs from the one
// that was sent.
func (t *tracker) restartCleaner(text []byte) {
	if t.raw {
		return
	}
	old := t.cleaner
	t.rewritten = true
	t.cleaner = markup.Cleaner{Cited: old.Cited, Verbatim: old.Verbatim}
	t.cleaner.Clean(nil, text, false)
	t.cleaner.Documents = old.Documents
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
	end := len(pending)
	if !final {
		end -= unstableSuffix(pending, t.last)
	}
	return t.cleanText(dst, pending[:end], final)
}

// cleanText appends to dst as much of text, cleaned, as no later text can change,
// with the documents at their places. It returns the length of that part.
func (t *tracker) cleanText(dst, text []byte, final bool) (out []byte, used int) {
	if t.raw {
		return append(dst, text...), len(text)
	}
	for {
		if t.documents.open > 0 {
			var finished bool
			if dst, finished = t.documents.grow(&t.cleaner, dst, len(text)-used, final); !finished {
				return dst, used
			}
		}
		var n int
		before := len(dst)
		dst, n = t.cleaner.Clean(dst, text[used:], final)
		t.altered = t.altered || !bytes.Equal(dst[before:], text[used:used+n])
		used += n
		document, ok := t.cleaner.TakeChip()
		if !ok {
			return dst, used
		}
		t.documents.open, t.documents.behind = document+1, 0
	}
}

// markSent records that the first used bytes of pending are sent.
func (t *tracker) markSent(pending []byte, used int) {
	if used > 0 {
		t.last = pending[used-1]
	}
	t.held = append(t.held[:0], pending[used:]...)
	t.waiting = t.waiting[:0]
}

// flushHeld appends the text that was held back, cleaned, and what is left of the
// documents. The text has ended.
func (t *tracker) flushHeld(dst []byte) []byte {
	if len(t.waiting) > 0 {
		dst = t.nextDelta(dst, t.waiting, true)
		return t.documents.flush(&t.cleaner, dst)
	}
	rest := t.held
	t.sent = append(t.sent, t.held...)
	if t.atEnd {
		rest = t.sent
		dst = slices.Grow(dst, len(rest))
	}
	dst, _ = t.cleanText(dst, rest, true)
	t.markSent(t.held, len(t.held))
	return t.documents.flush(&t.cleaner, dst)
}
