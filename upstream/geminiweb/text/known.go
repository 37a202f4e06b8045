package text

import (
	"bytes"
	"github.com/geminid/geminid/chat"
	"slices"
	"strings"
)

// cutHeld returns the part of raw that is the escaped form of the first used bytes
// of pending, whose escaped form is raw. What is held back is mostly a few bytes
// that need no escape: then nothing is decoded again.
func (d *Decoder) cutHeld(raw, pending []byte, used int) []byte {
	held := pending[used:]
	switch {
	case len(held) == 0:
		return raw
	case strings.IndexByte(" [<&h`$!", held[0]) >= 0 && bytes.IndexByte(held, '\\') < 0 && bytes.HasSuffix(raw, held):
		return raw[:len(raw)-len(held)]
	}
	var size int
	d.probe, size, _ = unescapeText(d.probe[:0], raw, used)
	return raw[:size]
}

// appendKnown adds to the known bytes. It doubles the buffer: append alone
// would copy a long answer a dozen times.
func (d *Decoder) appendKnown(raw []byte) {
	if need := len(d.known) + len(raw); need > cap(d.known) {
		d.known = slices.Grow(d.known, max(need, 2*cap(d.known))-len(d.known))
		d.dropPooled()
	}
	d.known = append(d.known, raw...)
}

// dropPooled lets the collector have the pooled bytes, which known has outgrown.
func (d *Decoder) dropPooled() {
	if d.pooled != nil {
		d.pooled.Bytes = nil
	}
}

// decodeKnown turns the escaped text that was sent into text.sent, until a frame
// is known to begin with it again.
func (d *Decoder) decodeKnown() {
	if d.head == 0 {
		return
	}
	raw := append(d.known, '\\', '"')[d.head:] // with the closing quote
	sent, _, _ := unescapeText(make([]byte, 0, len(raw)), raw, -1)
	d.decoded += len(sent)
	d.text.sent = sent
	d.known, d.head, d.tail = d.known[:0], 0, nil
}

// KeepBlocks says which code blocks are passed on as they are. It is called before the
// first frame.
func (d *Decoder) KeepBlocks(which chat.Verbatim) { d.text.cleaner.Verbatim = which }

// Altered reports whether anything of the text so far is not as it came.
func (d *Decoder) Altered() bool { return d.text.altered }
