package geminiweb

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// Bounds of an answer body. A frame repeats the whole answer, so the frame is
// what is bounded and not the stream: a long answer's stream is many times as
// long as the answer.
const (
	frameLimit    = 64 << 20
	lengthDigits  = 9
	bytesPerUnit  = 3 // a UTF-16 unit takes at most three bytes of UTF-8
	unknownLength = -1
)

var errFrameTooLong = errors.New("a frame is longer than 64 MiB")

// cutMethod says how the end of a frame is found.
type cutMethod uint8

const (
	byJump  cutMethod = iota // trust the length, count nothing
	byCount                  // count the UTF-16 units
	byLine                   // ignore the length
)

// frameReader cuts an answer body into frames: ")]}'", then rows of
//
//	<digits> \n <JSON array> \n
//
// where the number counts UTF-16 units from the newline behind the digits to
// the one behind the array, both included. A body without numbers, one array in
// a line, is read as well.
//
// Counting units would touch every byte of every frame. A frame of n units has
// at least n and at most 3n bytes and its array holds no raw newline, so the
// first newline from byte n on is its end: framer jumps there. Whoever finds
// that a frame is no valid JSON calls again, and gets it cut by counting and
// then by lines.
//
// A stream waits between its frames for most of its life, with nothing in its
// buffer. So the buffer is given back for that time: what ends the wait is read
// into start, and the rest into a buffer again. A thousand streams need a few
// buffers instead of a thousand.
type frameReader struct {
	src   io.Reader
	block *block // holds buf, nil while nothing is in it
	start [64]byte

	buf       []byte
	r, w      int       // what is not read yet is buf[r:w]
	lastStart int       // where the last frame began
	nextCut   cutMethod // how to cut the next frame
	lastCut   cutMethod // how the last one was cut
	err       error     // the source's last word, io.EOF included
}

func newFrameReader(src io.Reader) *frameReader { return &frameReader{src: src} }

// readFrame returns the next frame. It is part of the framer's buffer and good until
// the following call. At the end of the source the error is io.EOF between
// frames and io.ErrUnexpectedEOF inside one.
func (f *frameReader) readFrame() ([]byte, error) {
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

// cutAgain steps back to the frame that next returned last and makes next cut it
// more carefully. It reports false when there is no other way left: the frame is
// lost then, and next goes on behind it.
func (f *frameReader) cutAgain() bool {
	if f.lastCut == byLine {
		return false
	}
	f.r, f.nextCut = f.lastStart, f.lastCut+1
	return true
}

// skipBlankLines moves to the next line that is neither empty nor the guard ")]}'".
func (f *frameReader) skipBlankLines() error {
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

// readLength reads the digits at r. It returns how many there are and their value,
// unknownLength when the line is something else.
func (f *frameReader) readLength() (digits, units int, err error) {
	for {
		n, value := 0, 0
		for f.r+n < f.w && isDigit(f.buf[f.r+n]) && n <= lengthDigits {
			value = value*10 + int(f.buf[f.r+n]-'0')
			n++
		}
		switch {
		case n == 0 || n > lengthDigits:
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

// cutFrame cuts the frame whose digits stand at r and moves r behind it.
func (f *frameReader) cutFrame(digits, units int, cut cutMethod) ([]byte, error) {
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

// findEnd finds the index behind the frame. Digits were followed by a newline, so a
// line begins one byte behind them.
func (f *frameReader) findEnd(digits, units int, cut cutMethod) (int, error) {
	if cut == byCount {
		return f.countUnits(digits, units)
	}
	from := digits
	if digits > 0 {
		from++
	}
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
		if cut == byJump && from > digits+bytesPerUnit*units {
			return f.findEnd(digits, units, byLine)
		}
		if err := f.fillBuffer(); err != nil {
			return f.endAtEOF(err)
		}
	}
}

// countUnits finds the end by counting UTF-16 units.
func (f *frameReader) countUnits(digits, units int) (int, error) {
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

// endAtEOF takes what is left as the last frame when its newline is all that is
// missing.
func (f *frameReader) endAtEOF(err error) (int, error) {
	if errors.Is(err, io.EOF) && bytes.HasSuffix(bytes.TrimSpace(f.buf[f.r:f.w]), []byte("]")) {
		return f.w, nil
	}
	return 0, unexpectedEOF(err)
}

// findNewline returns the index behind the first newline from i on.
func (f *frameReader) findNewline(i int) (int, error) {
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

// unexpectedEOF turns a clean end into a torn one.
func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// looksWhole is a cheap first look at a frame.
func looksWhole(piece []byte) bool {
	return len(piece) > 1 && piece[0] == '[' && piece[len(piece)-1] == ']'
}

func isBlank(c byte) bool { return c == '\n' || c == '\r' || c == ' ' || c == '\t' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
