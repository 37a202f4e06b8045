package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// fields are an array's elements by their index; the others are null.
type fields map[int]any

// denseArray lays fields out densely, null by null.
func (f fields) denseArray() []any {
	n := 0
	for i := range f {
		n = max(n, i+1)
	}
	out := make([]any, n)
	for i, v := range f {
		out[i] = v
	}
	return out
}

// sparseArray lays the fields below from out as an array and the others as one
// trailing object whose keys are field numbers, that is, index plus one.
func (f fields) sparseArray(from int) []any {
	out := make([]any, from)
	rest := make(object)
	for i, v := range f {
		if i < from {
			out[i] = v
		} else {
			rest[i+1] = v
		}
	}
	for len(out) > 0 && out[len(out)-1] == nil {
		out = out[:len(out)-1]
	}
	if len(rest) > 0 {
		out = append(out, rest)
	}
	return out
}

// object is a JSON object whose keys are numbers.
type object map[int]any

// encodeJSON writes a value as the upstream does: no spaces, non-ASCII raw, and the
// characters that HTML minds as \u003d and its like.
func encodeJSON(v any) []byte { return appendValue(nil, v) }

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case string:
		return append(appendText(append(b, '"'), v), '"')
	case []string:
		return appendList(b, v)
	case []any:
		return appendList(b, v)
	case object:
		b = append(b, '{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendInt(append(b, '"'), int64(key), 10), `":`...)
			b = appendValue(b, v[key])
		}
		return append(b, '}')
	case json.RawMessage:
		return append(b, v...)
	}
	panic(fmt.Sprintf("simulator: encoding a %T", v))
}

func appendList[T any](b []byte, list []T) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, v)
	}
	return append(b, ']')
}

const hex = "0123456789abcdef"

// appendText writes the inside of a JSON string.
func appendText(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == '\u2028' || r == '\u2029':
				b = append(b, `\u202`...)
				b = append(b, hex[r&15])
			case r == utf8.RuneError && n == 1:
				b = append(b, "\ufffd"...)
			default:
				b = append(b, s[i:i+n]...)
			}
			i += n
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c < ' ' || c == '=' || c == '<' || c == '>' || c == '&' || c == '\'':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return b
}

// appendNested writes JSON as the inside of a JSON string. The output of encodeJSON
// holds no raw control character, so only quotes and backslashes matter.
func appendNested(b, doc []byte) []byte {
	for _, c := range doc {
		if c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return b
}

// utf16Length is the length in UTF-16 code units, the one that frames are counted in.
func utf16Length(b []byte) int {
	n := 0
	for _, c := range b {
		if c&0xC0 != 0x80 { // not a continuation byte
			n++
		}
		if c >= 0xF0 { // beyond the first plane: a surrogate pair
			n++
		}
	}
	return n
}
