// Package printable removes from foreign text the characters that could steer a
// terminal: an answer, a model's name or an error text must not be able to move the
// cursor, to retitle the window or to fill the clipboard.
package printable

import (
	"io"
	"strings"
	"unicode"
)

// Text returns s without control characters but newline and tab, and without those
// that override the direction of writing.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}

// Writer writes what [Text] leaves. A character must not be split between two writes.
type Writer struct{ Output io.Writer }

// Write implements io.Writer. It reports all of p as written if the rest of p was.
func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Output, Text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
