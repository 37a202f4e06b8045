package text

import (
	"bytes"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb/internal/bufpool"
	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// Mode is when a [Decoder] returns text.
type Mode uint8

const (
	// Incremental returns text as it comes.
	Incremental Mode = iota
	// AtEnd returns the last text of the answer, by [Decoder.Flush] alone.
	AtEnd
)

// Delta is the new part of a frame.
type Delta struct {
	// Text and Thoughts are empty if nothing is new. The bytes belong to the
	// [Decoder] and are valid until its next call.
	Text, Thoughts []byte
	// Frame is the parsed frame, with or without its text. nil means that
	// beside its text the frame says the same as the last one. It belongs to the
	// [Decoder] too.
	Frame *wire.Frame
}

// knownBuffers lends the buffers that hold the known bytes of an answer, for as
// long as the answer takes.
var knownBuffers = bufpool.New(2<<10, 512<<10)

// Decoder follows the text and the thoughts of one answer. Use [NewDecoder].
type Decoder struct {
	text     tracker
	thoughts *tracker // nil before the first thought
	frame    wire.Frame

	// known is the beginning that the next text frame is expected to have: head
	// bytes up to and including the text's opening quote, then the escaped text
	// that was sent. head is 0 before the first text frame, and after a frame
	// that was decoded in full; then text.sent holds the text that was sent.
	known []byte
	head  int
	// tail is the part after the text in the last frame, nil if it is unknown.
	tail []byte
	done bool
	// emitted is how many bytes of text were returned.
	emitted int

	pooled *bufpool.Buffer // owns known until known has outgrown it

	pending, shell, probe, newText, newThoughts []byte // scratch, reused for each frame

	decoded int // bytes decoded so far, for the test that the work is linear
}

// NewDecoder returns a Decoder for one answer.
func NewDecoder(mode Mode) *Decoder {
	b := knownBuffers.Get()
	return &Decoder{pooled: b, known: b.Bytes[:0], text: tracker{atEnd: mode == AtEnd}}
}

// Release gives the buffer of the Decoder back. The Decoder must not be used
// afterwards.
func (d *Decoder) Release() {
	d.pooled.Bytes = d.known[:cap(d.known)]
	knownBuffers.Put(d.pooled)
	d.pooled, d.known = nil, nil
}

// Done reports whether a frame marked the answer as complete.
func (d *Decoder) Done() bool { return d.done }

// Places returns which placeholders the text had: with one it is no empty answer,
// though nothing of it may be left. Documents is how many of them did not come.
func (d *Decoder) Places() markup.Places {
	places := d.text.cleaner.Places()
	places.Documents = max(0, places.Documents-len(d.text.documents.all))
	return places
}

// Unknown returns the names of elements in the text that are none of the known
// components of the app: 16 at most.
func (d *Decoder) Unknown() []string { return d.text.cleaner.Unknown() }

// CutBlock returns the beginning of text that is part of one block, and the block.
// text is the Text of the last [Delta], or an end of it.
func (d *Decoder) CutBlock(text []byte) (piece []byte, block chat.Block) {
	return d.text.cleaner.CutBlock(text)
}

// DecodeFrame returns the new part of the next frame. It reports false, and
// ignores the frame, if it is not valid JSON.
func (d *Decoder) DecodeFrame(frame []byte) (Delta, bool) {
	delta, ok := d.decodeFast(frame)
	if !ok {
		delta, ok = d.decodeInFull(frame)
	}
	d.emitted += len(delta.Text)
	return delta, ok
}

// Flush returns the text that was held back. It is called once, at the end of
// the answer.
func (d *Decoder) Flush() Delta {
	if d.text.atEnd || len(d.text.waiting) > 0 {
		d.decodeKnown()
	}
	delta := Delta{Text: d.text.flushHeld(nil)}
	if d.thoughts != nil {
		delta.Thoughts = d.thoughts.flushHeld(nil)
	}
	d.emitted += len(delta.Text)
	return delta
}

// decodeFast decodes a text frame without decoding the bytes that are known. It
// reports false if the frame has another shape.
func (d *Decoder) decodeFast(frame []byte) (Delta, bool) {
	if d.head == 0 || !bytes.HasPrefix(frame, d.known) {
		return d.decodeUnmatched(frame)
	}
	raw := frame[len(d.known):]
	pending, used, ok := unescapeText(d.pending[:0], raw, -1)
	d.pending = pending
	if !ok {
		return Delta{}, false
	}
	d.decoded += len(pending)
	shell, ok := d.parseShell(frame[:d.head], raw[used:])
	if !ok {
		return Delta{}, false
	}
	if len(d.known)+len(pending) == d.head { // a frame without text takes nothing back
		return Delta{Frame: shell, Thoughts: d.nextThoughts(shell, false)}, true
	}
	return d.emitStable(raw[:used], pending, shell), true
}

// decodeUnmatched decodes a text frame that does not begin with the known
// bytes: the first one, one whose head changed, or one whose text was
// rewritten.
func (d *Decoder) decodeUnmatched(frame []byte) (Delta, bool) {
	head, ok := locateText(frame)
	if !ok {
		return Delta{}, false
	}
	if d.head > 0 && bytes.HasPrefix(frame[head:], d.known[d.head:]) {
		d.known = append(append(make([]byte, 0, head+2*len(d.known)), frame[:head]...), d.known[d.head:]...)
		d.head, d.tail = head, nil
		d.dropPooled()
		return d.decodeFast(frame)
	}
	all, used, ok := unescapeText(d.pending[:0], frame[head:], -1)
	d.pending = all
	if !ok {
		return Delta{}, false
	}
	d.decoded += len(all)
	shell, ok := d.parseShell(frame[:head], frame[head+used:])
	if !ok {
		return Delta{}, false
	}
	if len(all) == 0 {
		return Delta{Frame: shell, Thoughts: d.nextThoughts(shell, false)}, true
	}
	if !d.text.atEnd {
		d.decodeKnown()
	}
	from := d.text.findNew(d.text.sent, all, d.done)
	if from < 0 {
		return Delta{Frame: shell, Thoughts: d.nextThoughts(shell, true)}, true
	}
	skip := 0
	if from > 0 {
		if _, skip, ok = unescapeText(nil, frame[head:], from); !ok {
			return Delta{}, false
		}
	}
	d.known, d.head = append(d.known[:0], frame[:head+skip]...), head
	d.text.sent = nil
	return d.emitStable(frame[head+skip:head+used], all[from:], shell), true
}

// emitStable returns the stable part of the pending text, whose escaped form is
// raw.
func (d *Decoder) emitStable(raw, pending []byte, shell *wire.Frame) Delta {
	delta := Delta{Frame: shell, Thoughts: d.nextThoughts(shell, true)}
	var used int
	d.newText, used = d.text.cleanPending(d.newText[:0], pending, d.done)
	raw = d.cutHeld(raw, pending, used)
	d.appendKnown(raw)
	d.text.markSent(pending, used)
	delta.Text = d.newText
	return delta
}

// parseShell parses a text frame without its text, unless it is the same as in
// the last frame; then it returns nil. It reports false if the frame holds more
// than one text.
func (d *Decoder) parseShell(head, tail []byte) (*wire.Frame, bool) {
	if d.tail != nil && len(head) == d.head && bytes.Equal(tail, d.tail) && bytes.Equal(head, d.known[:d.head]) {
		return nil, true
	}
	d.shell = append(append(d.shell[:0], head...), tail...)
	f, ok := d.parseFrame(d.shell)
	if !ok || f.Rows != 1 || f.Candidates != 1 || f.Text != "" || f.Replaced {
		return nil, false
	}
	d.decoded += len(d.shell)
	d.tail = append(d.tail[:0], tail...)
	d.applyFacts(f)
	return f, true
}

// parseFrame parses a frame into the one that the Decoder lends.
func (d *Decoder) parseFrame(frame []byte) (*wire.Frame, bool) {
	var ok bool
	d.frame, ok = wire.ParseFrame(frame)
	return &d.frame, ok
}

// applyFacts takes over what a frame says beside its text.
func (d *Decoder) applyFacts(f *wire.Frame) {
	d.done = d.done || f.Done
	d.text.documents.update(f.Documents)
	d.text.cleaner.Documents = len(d.text.documents.all)
	d.text.cleaner.Cited = d.text.cleaner.Cited || f.Searched || len(f.Sources) > 0
}

// decodeInFull decodes a frame of any shape.
func (d *Decoder) decodeInFull(frame []byte) (Delta, bool) {
	f, ok := d.parseFrame(frame)
	if !ok {
		return Delta{}, false
	}
	d.decoded += len(frame)
	d.applyFacts(f)
	delta := Delta{Frame: f, Thoughts: d.nextThoughts(f, f.Text != "")}
	if f.Text != "" {
		d.decodeKnown()
		d.newText = d.text.nextDelta(d.newText[:0], []byte(f.Text), d.done)
		delta.Text = d.newText
	}
	return delta, true
}

// nextThoughts returns the new part of the thoughts. They are complete once the
// text begins.
func (d *Decoder) nextThoughts(f *wire.Frame, hasText bool) []byte {
	switch {
	case f != nil && f.Thoughts != "":
		if d.thoughts == nil {
			d.thoughts = &tracker{atEnd: d.text.atEnd}
		}
		d.newThoughts = d.thoughts.nextDelta(d.newThoughts[:0], []byte(f.Thoughts), d.done || hasText)
	case hasText && d.thoughts != nil && len(d.thoughts.held)+len(d.thoughts.waiting) > 0 && !d.thoughts.atEnd:
		d.newThoughts = d.thoughts.flushHeld(d.newThoughts[:0])
	default:
		return nil
	}
	return d.newThoughts
}
