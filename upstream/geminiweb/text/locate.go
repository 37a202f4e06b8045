package text

import (
	"bytes"
	"unicode/utf8"
)

var rowStart = []byte(`[["wrb.fr",null,"`)

// locateText returns the index after the opening quote of the text of a frame,
// which is at [4][0][1][0] of the inner array. It decodes nothing, and reports
// false if the frame has another shape.
func locateText(frame []byte) (int, bool) {
	if !bytes.HasPrefix(frame, rowStart) {
		return 0, false
	}
	i, ok := expectByte(frame, len(rowStart), '[')
	for n := 0; ok && n < 4; n++ {
		i, ok = skipElement(frame, i)
	}
	for n := 0; ok && n < 2; n++ {
		i, ok = expectByte(frame, i, '[')
	}
	if ok {
		i, ok = skipElement(frame, i)
	}
	if ok {
		i, ok = expectByte(frame, i, '[')
	}
	if ok {
		i, ok = expectByte(frame, i, '"')
	}
	return i, ok
}

// expectByte returns the index after the byte want, and reports whether it was
// there.
func expectByte(raw []byte, i int, want byte) (int, bool) {
	c, next := innerByte(raw, i)
	return next, c == want
}

// skipElement returns the index after one array element and its comma. It reports
// false if the element is the last one.
func skipElement(raw []byte, i int) (int, bool) {
	depth, quoted := 0, false
	for {
		c, next := innerByte(raw, i)
		switch {
		case c == 0:
			return 0, false
		case quoted && c == '\\':
			if c, next = innerByte(raw, next); c == 0 {
				return 0, false
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			return next, true
		}
		if depth < 0 {
			return 0, false
		}
		i = next
	}
}

// innerByte decodes one byte of the inner JSON at raw[i], where raw is the inside
// of the outer string. It returns 0 at the end of the outer string, and for
// escapes that are no structure of the inner JSON.
func innerByte(raw []byte, i int) (c byte, next int) {
	if i >= len(raw) || raw[i] == '"' {
		return 0, i
	}
	if raw[i] != '\\' {
		return raw[i], i + 1
	}
	if i+1 >= len(raw) {
		return 0, i
	}
	switch raw[i+1] {
	case '"', '\\', '/':
		return raw[i+1], i + 2
	case 'u':
		r, ok := parseHex4(raw, i+2)
		if !ok || r < ' ' {
			return 0, i
		}
		return byte(min(r, utf8.RuneSelf)), i + 6
	}
	return 0, i
}
