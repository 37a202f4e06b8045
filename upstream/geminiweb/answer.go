package geminiweb

import (
	"bytes"
	"slices"
)

// answer turns the frames of one stream into what is new in each. A frame
// repeats the whole text so far, so nearly all of it is known: answer keeps the
// escaped bytes that it has read, compares them with the new frame as they lie,
// and decodes only what follows. What stands around the text is compared with
// the last frame's and parsed only when it differs; then the text is left out.
// A frame of another shape is parsed in full.
type answer struct {
	text     trail
	thoughts trail

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

// news is what a frame brought. The slices are good until the next frame.
type news struct {
	text, thoughts []byte
	// facts is what the frame says beside its text, nil when the last frame
	// said the same.
	facts *facts
}

// newAnswer begins an answer: whole for one that nobody reads while it is made.
// Then only the last text counts, and all of it comes with flush.
func newAnswer(whole bool) *answer {
	b := knownBuffers.get()
	return &answer{block: b, known: b.bytes[:0], text: trail{whole: whole}, thoughts: trail{whole: whole}}
}

// read takes the next frame. It reports false for a frame that is not JSON.
func (a *answer) read(frame []byte) (news, bool) {
	if n, ok := a.scan(frame); ok {
		return n, true
	}
	if !isValid(frame) {
		return news{}, false
	}
	return a.parse(frame), true
}

// release gives the big buffer back. The answer is dead after it.
func (a *answer) release() {
	a.block.bytes = a.known[:cap(a.known)]
	knownBuffers.put(a.block)
	a.block, a.known = nil, nil
}

// flush returns what was held back: the answer is complete.
func (a *answer) flush() news {
	if a.text.whole || len(a.text.waiting) > 0 {
		a.decode()
	}
	return news{text: a.text.flush(nil), thoughts: a.thoughts.flush(nil)}
}

// scan reads a text frame without decoding what is known.
func (a *answer) scan(frame []byte) (news, bool) {
	if a.head == 0 || !bytes.HasPrefix(frame, a.known) {
		return a.rebase(frame)
	}
	raw := frame[len(a.known):]
	pending, used, ok := unescape(a.pending[:0], raw, -1)
	a.pending = pending
	if !ok {
		return news{}, false
	}
	a.decoded += len(pending)
	facts, ok := a.around(frame[:a.head], raw[used:])
	if !ok {
		return news{}, false
	}
	if len(a.known)+len(pending) == a.head { // a frame without text takes nothing back
		return news{facts: facts, thoughts: a.think(facts, false)}, true
	}
	return a.advance(raw[:used], pending, facts), true
}

// rebase reads a text frame that does not begin with what is known: the first
// one, one whose head changed, or one whose text was rewritten.
func (a *answer) rebase(frame []byte) (news, bool) {
	head, ok := locate(frame)
	if !ok {
		return news{}, false
	}
	if a.head > 0 && bytes.HasPrefix(frame[head:], a.known[a.head:]) {
		a.known = append(append(make([]byte, 0, head+2*len(a.known)), frame[:head]...), a.known[a.head:]...)
		a.head, a.tail = head, nil
		a.outgrow()
		return a.scan(frame)
	}
	all, used, ok := unescape(a.pending[:0], frame[head:], -1)
	a.pending = all
	if !ok {
		return news{}, false
	}
	a.decoded += len(all)
	facts, ok := a.around(frame[:head], frame[head+used:])
	if !ok {
		return news{}, false
	}
	if len(all) == 0 {
		return news{facts: facts, thoughts: a.think(facts, false)}, true
	}
	if !a.text.whole {
		a.decode()
	}
	from := a.text.follow(a.text.passed, all, a.done)
	if from < 0 {
		return news{facts: facts, thoughts: a.think(facts, true)}, true
	}
	skip := 0
	if from > 0 {
		if _, skip, ok = unescape(nil, frame[head:], from); !ok {
			return news{}, false
		}
	}
	a.known, a.head = append(a.known[:0], frame[:head+skip]...), head
	a.text.passed = nil
	return a.advance(frame[head+skip:head+used], all[from:], facts), true
}

// advance passes on what is stable of the pending text, whose escaped form is
// raw.
func (a *answer) advance(raw, pending []byte, facts *facts) news {
	n := news{facts: facts, thoughts: a.think(facts, true)}
	var used int
	a.newText, used = a.text.clean(a.newText[:0], pending, a.done)
	if used < len(pending) {
		_, size, _ := unescape(a.shell[:0], raw, used)
		raw = raw[:size]
	}
	a.remember(raw)
	a.text.pass(pending, used)
	n.text = a.newText
	return n
}

// remember adds to what is known. It doubles the buffer: append alone would
// copy a long answer a dozen times.
func (a *answer) remember(raw []byte) {
	if need := len(a.known) + len(raw); need > cap(a.known) {
		a.known = slices.Grow(a.known, max(need, 2*cap(a.known))-len(a.known))
		a.outgrow()
	}
	a.known = append(a.known, raw...)
}

// outgrow lets go of the block's buffer, which known no longer uses.
func (a *answer) outgrow() {
	if a.block != nil {
		a.block.bytes = nil
	}
}

// around parses a text frame without its text, unless it is the same as in the
// last frame. It reports false when the frame holds more than one text.
func (a *answer) around(head, tail []byte) (*facts, bool) {
	if a.tail != nil && len(head) == a.head && bytes.Equal(tail, a.tail) && bytes.Equal(head, a.known[:a.head]) {
		return nil, true
	}
	a.shell = append(append(a.shell[:0], head...), tail...)
	if !isValid(a.shell) {
		return nil, false
	}
	a.decoded += len(a.shell)
	f := parse(a.shell)
	if f.rows != 1 || f.candidates != 1 || f.text != "" || f.replaced {
		return nil, false
	}
	a.tail = append(a.tail[:0], tail...)
	a.done = a.done || f.done
	return &f, true
}

// parse reads a frame of any shape in full.
func (a *answer) parse(frame []byte) news {
	f := parse(frame)
	a.decoded += len(frame)
	a.done = a.done || f.done
	n := news{facts: &f, thoughts: a.think(&f, f.text != "")}
	if f.text != "" {
		a.decode()
		a.newText = a.text.take(a.newText[:0], []byte(f.text), a.done)
		n.text = a.newText
	}
	return n
}

// think returns what is new in the thoughts. They are complete when the text
// begins.
func (a *answer) think(f *facts, text bool) []byte {
	switch {
	case f != nil && f.thoughts != "":
		a.newThoughts = a.thoughts.take(a.newThoughts[:0], []byte(f.thoughts), a.done || text)
	case text && len(a.thoughts.held)+len(a.thoughts.waiting) > 0 && !a.thoughts.whole:
		a.newThoughts = a.thoughts.flush(a.newThoughts[:0])
	default:
		return nil
	}
	return a.newThoughts
}

// decode keeps what was passed on as a decoded text, until a frame is known to
// begin with it again.
func (a *answer) decode() {
	if a.head == 0 {
		return
	}
	raw := a.known[a.head:]
	text, _, _ := unescape(make([]byte, 0, len(raw)), append(raw[:len(raw):len(raw)], '\\', '"'), -1)
	a.decoded += len(text)
	a.text.passed = text
	a.known, a.head, a.tail = a.known[:0], 0, nil
}
