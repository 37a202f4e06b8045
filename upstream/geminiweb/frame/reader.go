package frame

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/geminid/geminid/upstream/geminiweb/internal/bufpool"
)

// Bounds of a body. The frame is bounded and not the body: the body of a long
// answer is many times as long as the answer.
const (
	maxFrameBytes = 64 << 20
	maxDigits     = 9
	unknownLength = -1
)

// ErrTooLong is returned by [Reader.ReadFrame] for a frame of more than 64 MiB.
var ErrTooLong = errors.New("a frame is longer than 64 MiB")

// cutMethod is how the end of a frame is found. The methods are tried in this
// order.
type cutMethod uint8

const (
	byJump  cutMethod = iota // trust the length, count nothing
	byCount                  // count the UTF-16 units
	byLine                   // ignore the length
)

// Reader cuts a body into frames. Use [NewReader].
type Reader struct {
	src    io.Reader
	pooled *bufpool.Buffer // owns buf, nil while buf is empty
	first  [64]byte        // receives the read that ends a wait

	buf       []byte
	r, w      int       // the bytes not read yet are buf[r:w]
	lastStart int       // where the last frame began
	nextCut   cutMethod // how to cut the next frame
	lastCut   cutMethod // how the last one was cut
	err       error     // the error of the source, io.EOF included
}

// NewReader returns a Reader of src. It does not read yet, and does not close
// src.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// ReadFrame returns the next frame without its length and newlines. The bytes
// belong to the Reader and are valid until the next call of ReadFrame or
// Release. It blocks until the frame is there.
//
// A frame looks like a JSON array and may still be invalid JSON: see
// [Reader.CutAgain]. For errors see the package documentation.
func (f *Reader) ReadFrame() ([]byte, error) {
	for {
		if err := f.skipBlankLines(); err != nil {
			return nil, err
		}
		f.lastStart = f.r
		digits, units, err := f.readLength()
		if err != nil {
			return nil, err
		}
		cut := f.nextCut
		f.nextCut = byJump
		if units == unknownLength {
			cut = byLine
		}
		frame, err := f.cutFrame(digits, units, cut)
		if err != nil || len(frame) > 0 {
			return frame, err
		}
	}
}

// CutAgain steps back to the start of the frame that ReadFrame returned last,
// so that the next ReadFrame cuts it by the next, more careful method. It
// reports false if no method is left: the frame is lost then, and ReadFrame
// goes on after it.
func (f *Reader) CutAgain() bool {
	if f.lastCut == byLine {
		return false
	}
	f.r, f.nextCut = f.lastStart, f.lastCut+1
	return true
}

// skipBlankLines moves to the next line that is neither empty nor the guard
// ")]}'".
func (f *Reader) skipBlankLines() error {
	for {
		for f.r < f.w && isBlank(f.buf[f.r]) {
			f.r++
		}
		if f.r == f.w {
			if err := f.awaitData(); err != nil {
				return err
			}
			continue
		}
		if f.buf[f.r] != ')' {
			return nil
		}
		end, err := f.findNewline(f.r)
		if err != nil {
			return err
		}
		f.r = end
	}
}

// readLength reads the digits at r without moving r. It returns how many there
// are and their value, which is unknownLength if the line is something else.
func (f *Reader) readLength() (digits, units int, err error) {
	for {
		n, value := 0, 0
		for f.r+n < f.w && isDigit(f.buf[f.r+n]) && n <= maxDigits {
			value = value*10 + int(f.buf[f.r+n]-'0')
			n++
		}
		switch {
		case n == 0 || n > maxDigits:
			return 0, unknownLength, nil
		case f.r+n < f.w && f.buf[f.r+n] == '\n':
			return n, value, nil
		case f.r+n < f.w:
			return 0, unknownLength, nil
		}
		if err := f.fillBuffer(); err != nil {
			return 0, 0, unexpectedEOF(err)
		}
	}
}

// cutFrame returns the frame whose digits begin at r and moves r after it. A
// frame that does not look like an array is cut by the next method at once.
func (f *Reader) cutFrame(digits, units int, cut cutMethod) ([]byte, error) {
	end, err := f.findEnd(digits, units, cut)
	if err != nil {
		return nil, err
	}
	piece := bytes.TrimSpace(f.buf[f.r+digits : end])
	if cut != byLine && !looksWhole(piece) {
		return f.cutFrame(digits, units, cut+1)
	}
	f.r, f.lastCut = end, cut
	return piece, nil
}

// findEnd returns the index after the frame. For byLine that is the end of the
// line, which is empty after digits.
func (f *Reader) findEnd(digits, units int, cut cutMethod) (int, error) {
	if cut == byCount {
		return f.countUnits(digits, units)
	}
	from := digits
	if cut == byJump {
		from = max(from, digits+units-1)
	}
	for f.r+from > f.w {
		if err := f.fillBuffer(); err != nil {
			return f.endAtEOF(err)
		}
	}
	for {
		if i := bytes.IndexByte(f.buf[f.r+from:f.w], '\n'); i >= 0 {
			return f.r + from + i + 1, nil
		}
		from = f.w - f.r
		if err := f.fillBuffer(); err != nil {
			return f.endAtEOF(err)
		}
	}
}

// countUnits returns the index after the frame by counting its UTF-16 units.
func (f *Reader) countUnits(digits, units int) (int, error) {
	i := digits
	for seen := 0; seen < units; {
		for !utf8.FullRune(f.buf[f.r+i : f.w]) {
			if err := f.fillBuffer(); err != nil {
				return f.endAtEOF(err)
			}
		}
		c, size := utf8.DecodeRune(f.buf[f.r+i : f.w])
		i += size
		seen++
		if c > 0xFFFF {
			seen++
		}
	}
	return f.r + i, nil
}

// endAtEOF accepts the rest of the body as the last frame if only its newline
// is missing.
func (f *Reader) endAtEOF(err error) (int, error) {
	if errors.Is(err, io.EOF) && bytes.HasSuffix(bytes.TrimSpace(f.buf[f.r:f.w]), []byte("]")) {
		return f.w, nil
	}
	return 0, unexpectedEOF(err)
}

// findNewline returns the index after the first newline from i on.
func (f *Reader) findNewline(i int) (int, error) {
	offset := i - f.r
	for {
		if n := bytes.IndexByte(f.buf[f.r+offset:f.w], '\n'); n >= 0 {
			return f.r + offset + n + 1, nil
		}
		offset = f.w - f.r
		if err := f.fillBuffer(); err != nil {
			return 0, unexpectedEOF(err)
		}
	}
}

// unexpectedEOF is the error for a source that ended inside a frame.
func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// looksWhole is a cheap first check of a frame.
func looksWhole(piece []byte) bool {
	return len(piece) > 1 && piece[0] == '[' && piece[len(piece)-1] == ']'
}

func isBlank(c byte) bool { return c == '\n' || c == '\r' || c == ' ' || c == '\t' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
