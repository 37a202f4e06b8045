package geminiweb

import (
	"bytes"
	"slices"
)

// decoder turns the frames of one stream into what is new in each. A frame
// repeats the whole text so far, so nearly all of it is known: answer keeps the
// escaped bytes that it has read, compares them with the new frame as they lie,
// and decodes only what follows. What stands around the text is compared with
// the last frame's and parsed only when it differs; then the text is left out.
// A frame of another shape is parsed in full.
type decoder struct {
	text     tracker
	thoughts tracker

	// known is the beginning that the next text frame is expected to have: head
	// bytes up to the text's opening quote, then the escaped text that was
	// passed on. head is 0 while no text frame was seen, and after a frame that
	// had to be parsed in full; then text.passed tells what was passed on.
	known []byte
	head  int
	// tail is what followed the text in the last frame.
	tail []byte
	done bool

	block *block // holds known between two answers

	pending, shell, newText, newThoughts []byte // buffers, used again for each frame

	decoded int // bytes decoded so far, for the test that it stays linear
}

// delta is what a frame brought. The slices are good until the next frame.
type delta struct {
	text, thoughts []byte
	// facts is what the frame says beside its text, nil when the last frame
	// said the same.
	facts *frameFacts
}

// newDecoder begins an answer: whole for one that nobody reads while it is made.
// Then only the last text counts, and all of it comes with flush.
func newDecoder(whole bool) *decoder {
	b := knownBuffers.get()
	return &decoder{block: b, known: b.bytes[:0], text: tracker{atEnd: whole}, thoughts: tracker{atEnd: whole}}
}

// decodeFrame takes the next frame. It reports false for a frame that is not JSON.
func (a *decoder) decodeFrame(frame []byte) (delta, bool) {
	if n, ok := a.decodeFast(frame); ok {
		return n, true
	}
	if !validJSON(frame) {
		return delta{}, false
	}
	return a.decodeInFull(frame), true
}

// release gives the big buffer back. The answer is dead after it.
func (a *decoder) release() {
	a.block.bytes = a.known[:cap(a.known)]
	knownBuffers.put(a.block)
	a.block, a.known = nil, nil
}

// flush returns what was held back: the answer is complete.
func (a *decoder) flush() delta {
	if a.text.atEnd || len(a.text.waiting) > 0 {
		a.decodeKnown()
	}
	return delta{text: a.text.flushHeld(nil), thoughts: a.thoughts.flushHeld(nil)}
}

// decodeFast reads a text frame without decoding what is known.
func (a *decoder) decodeFast(frame []byte) (delta, bool) {
	if a.head == 0 || !bytes.HasPrefix(frame, a.known) {
		return a.decodeUnmatched(frame)
	}
	raw := frame[len(a.known):]
	pending, used, ok := unescapeText(a.pending[:0], raw, -1)
	a.pending = pending
	if !ok {
		return delta{}, false
	}
	a.decoded += len(pending)
	facts, ok := a.parseShell(frame[:a.head], raw[used:])
	if !ok {
		return delta{}, false
	}
	if len(a.known)+len(pending) == a.head { // a frame without text takes nothing back
		return delta{facts: facts, thoughts: a.nextThoughts(facts, false)}, true
	}
	return a.emitStable(raw[:used], pending, facts), true
}

// decodeUnmatched reads a text frame that does not begin with what is known: the first
// one, one whose head changed, or one whose text was rewritten.
func (a *decoder) decodeUnmatched(frame []byte) (delta, bool) {
	head, ok := locateText(frame)
	if !ok {
		return delta{}, false
	}
	if a.head > 0 && bytes.HasPrefix(frame[head:], a.known[a.head:]) {
		a.known = append(append(make([]byte, 0, head+2*len(a.known)), frame[:head]...), a.known[a.head:]...)
		a.head, a.tail = head, nil
		a.dropPooled()
		return a.decodeFast(frame)
	}
	all, used, ok := unescapeText(a.pending[:0], frame[head:], -1)
	a.pending = all
	if !ok {
		return delta{}, false
	}
	a.decoded += len(all)
	facts, ok := a.parseShell(frame[:head], frame[head+used:])
	if !ok {
		return delta{}, false
	}
	if len(all) == 0 {
		return delta{facts: facts, thoughts: a.nextThoughts(facts, false)}, true
	}
	if !a.text.atEnd {
		a.decodeKnown()
	}
	from := a.text.findNew(a.text.sent, all, a.done)
	if from < 0 {
		return delta{facts: facts, thoughts: a.nextThoughts(facts, true)}, true
	}
	skip := 0
	if from > 0 {
		if _, skip, ok = unescapeText(nil, frame[head:], from); !ok {
			return delta{}, false
		}
	}
	a.known, a.head = append(a.known[:0], frame[:head+skip]...), head
	a.text.sent = nil
	return a.emitStable(frame[head+skip:head+used], all[from:], facts), true
}

// emitStable passes on what is stable of the pending text, whose escaped form is
// raw.
func (a *decoder) emitStable(raw, pending []byte, facts *frameFacts) delta {
	n := delta{facts: facts, thoughts: a.nextThoughts(facts, true)}
	var used int
	a.newText, used = a.text.cleanPending(a.newText[:0], pending, a.done)
	if used < len(pending) {
		_, size, _ := unescapeText(a.shell[:0], raw, used)
		raw = raw[:size]
	}
	a.appendKnown(raw)
	a.text.markSent(pending, used)
	n.text = a.newText
	return n
}

// appendKnown adds to what is known. It doubles the buffer: append alone would
// copy a long answer a dozen times.
func (a *decoder) appendKnown(raw []byte) {
	if need := len(a.known) + len(raw); need > cap(a.known) {
		a.known = slices.Grow(a.known, max(need, 2*cap(a.known))-len(a.known))
		a.dropPooled()
	}
	a.known = append(a.known, raw...)
}

// dropPooled lets go of the block's buffer, which known no longer uses.
func (a *decoder) dropPooled() {
	if a.block != nil {
		a.block.bytes = nil
	}
}

// parseShell parses a text frame without its text, unless it is the same as in the
// last frame. It reports false when the frame holds more than one text.
func (a *decoder) parseShell(head, tail []byte) (*frameFacts, bool) {
	if a.tail != nil && len(head) == a.head && bytes.Equal(tail, a.tail) && bytes.Equal(head, a.known[:a.head]) {
		return nil, true
	}
	a.shell = append(append(a.shell[:0], head...), tail...)
	if !validJSON(a.shell) {
		return nil, false
	}
	a.decoded += len(a.shell)
	f := parseFrame(a.shell)
	if f.rows != 1 || f.candidates != 1 || f.text != "" || f.replaced {
		return nil, false
	}
	a.tail = append(a.tail[:0], tail...)
	a.done = a.done || f.done
	return &f, true
}

// decodeInFull reads a frame of any shape in full.
func (a *decoder) decodeInFull(frame []byte) delta {
	f := parseFrame(frame)
	a.decoded += len(frame)
	a.done = a.done || f.done
	n := delta{facts: &f, thoughts: a.nextThoughts(&f, f.text != "")}
	if f.text != "" {
		a.decodeKnown()
		a.newText = a.text.nextDelta(a.newText[:0], []byte(f.text), a.done)
		n.text = a.newText
	}
	return n
}

// nextThoughts returns what is new in the thoughts. They are complete when the text
// begins.
func (a *decoder) nextThoughts(f *frameFacts, text bool) []byte {
	switch {
	case f != nil && f.thoughts != "":
		a.newThoughts = a.thoughts.nextDelta(a.newThoughts[:0], []byte(f.thoughts), a.done || text)
	case text && len(a.thoughts.held)+len(a.thoughts.waiting) > 0 && !a.thoughts.atEnd:
		a.newThoughts = a.thoughts.flushHeld(a.newThoughts[:0])
	default:
		return nil
	}
	return a.newThoughts
}

// decodeKnown keeps what was passed on as a decoded text, until a frame is known to
// begin with it again.
func (a *decoder) decodeKnown() {
	if a.head == 0 {
		return
	}
	raw := a.known[a.head:]
	text, _, _ := unescapeText(make([]byte, 0, len(raw)), append(raw[:len(raw):len(raw)], '\\', '"'), -1)
	a.decoded += len(text)
	a.text.sent = text
	a.known, a.head, a.tail = a.known[:0], 0, nil
}
