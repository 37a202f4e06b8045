package dialect

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"unicode/utf8"
)

// Template is an encoded value with a place for one string, for events that are
// written many times: filling it costs neither reflection nor garbage.
type Template struct{ head, tail []byte }

// NewTemplate encodes v, which must have exactly one empty string in a field of
// that name: there is the place. It panics if v has another number of them.
func NewTemplate(v any, field string) *Template {
	// No string can hold the pattern: a quote inside of one is escaped.
	parts := bytes.Split(AppendJSON(make([]byte, 0, 512), v), []byte(`"`+field+`":""`))
	if len(parts) != 2 {
		panic(fmt.Sprintf("dialect: %d empty fields %q for one text", len(parts)-1, field))
	}
	return &Template{head: append(parts[0], `"`+field+`":"`...), tail: append([]byte(`"`), parts[1]...)}
}

// AppendText appends the value with text in the place, on one line.
func (t *Template) AppendText(dst []byte, text string) []byte {
	return append(appendEscaped(append(dst, t.head...), text), t.tail...)
}

// AppendBase64 appends the value with the base64 of data in the place.
func (t *Template) AppendBase64(dst, data []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(dst, t.head...), data), t.tail...)
}

const hexDigits = "0123456789abcdef"

// nextLine is U+0085 as it stands in JSON.
const nextLine = `\u0085`

// appendEscaped appends s as it stands inside of a JSON string. The result is
// valid UTF-8 whatever s is, and on one line for every reader: U+2028 and U+2029
// are escaped too, because the regular expressions of JavaScript end a line
// there, and U+0085, because splitlines of Python does. It is written by hand
// because encoding/json cannot append a string.
func appendEscaped(dst []byte, s string) []byte {
	start := 0 // s[start:i] needs no change
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(append(dst, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u0085':
			dst = append(append(dst, s[start:i]...), nextLine...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			dst = append(append(dst, s[start:i]...), `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}

// appendEscape appends the escape of a byte below U+0020, a quote or a
// backslash.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	default:
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
	}
}
