package wire

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// value is the text of one value of valid JSON, or "" for none. It is read in place:
// no string is decoded that is not asked for, nothing is allocated, and no function is
// called back. The last counts because a stream that once needed a large stack keeps
// it: with gjson's ForEach inside ForEach each had one of 32 KiB and not of 16.
type value string

// parse returns the value that valid JSON holds. It copies b.
func parse(b []byte) value { return value(skipSeparators(string(b))) }

// at walks a path of indexes, each into an array. It returns "" if the path leads
// nowhere.
func (v value) at(path ...int) value {
	for _, index := range path {
		v = v.element(index)
	}
	return v
}

func (v value) element(index int) value {
	for e := v.elements(); e.next(); {
		if e.index == index {
			return e.value
		}
	}
	return ""
}

// text decodes a string exactly as encoding/json does. It returns "" for other
// values. The string may share memory with v.
func (v value) text() string {
	if !v.begins('"') {
		return ""
	}
	if inner := v[1 : len(v)-1]; strings.IndexByte(string(inner), '\\') < 0 && utf8.ValidString(string(inner)) {
		return string(inner)
	}
	return DecodeString(gjson.Parse(string(v)))
}

// integer returns a number as gjson reads it, 0 for null and lists.
func (v value) integer() int64 { return gjson.Parse(string(v)).Int() }

func (v value) begins(c byte) bool { return v != "" && v[0] == c }
func (v value) isArray() bool      { return v.begins('[') }
func (v value) isNull() bool       { return v == "" || v[0] == 'n' }
func (v value) isNumber() bool     { return v != "" && (v[0] == '-' || '0' <= v[0] && v[0] <= '9') }

// elements walks through the elements of an array. An array may end in an object
// whose keys are field numbers, counted from 1, in place of a long run of nulls: key
// "26" is index 25.
type elements struct {
	index int // of value
	value value

	rest  string // of the array, or of the object at its end
	keyed bool   // rest is of that object
	least int    // its own index, below which no key of it counts
}

// elements returns the elements of an array, and none for any other value. Call next
// before each.
func (v value) elements() elements {
	if !v.isArray() {
		return elements{}
	}
	return elements{index: -1, rest: string(v[1:])}
}

// next moves to the next element. It reports false if there is none.
func (e *elements) next() bool {
	if e.keyed {
		return e.nextKeyed()
	}
	text := skipSeparators(e.rest)
	if text == "" || text[0] == ']' {
		return false
	}
	end := valueEnd(text)
	e.index, e.value, e.rest = e.index+1, value(text[:end]), text[end:]
	if text[0] != '{' || !strings.HasPrefix(skipSeparators(e.rest), "]") {
		return true
	}
	e.keyed, e.least, e.rest = true, e.index, text[1:end]
	return e.nextKeyed()
}

// nextKeyed moves to the next field of the object at the end that is an element.
func (e *elements) nextKeyed() bool {
	for {
		text := skipSeparators(e.rest)
		if text == "" || text[0] != '"' {
			return false
		}
		end := valueEnd(text)
		key := value(text[:end]).text()
		text = skipSeparators(text[end:])
		end = valueEnd(text)
		e.value, e.rest = value(text[:end]), text[end:]
		if number, err := strconv.Atoi(key); err == nil && number > e.least {
			e.index = number - 1
			return true
		}
	}
}

// skipSeparators returns text from its first byte on that is no blank, comma or colon.
func skipSeparators(text string) string {
	for i := range len(text) {
		if c := text[i]; c > ' ' && c != ',' && c != ':' {
			return text[i:]
		}
	}
	return ""
}

// valueEnd returns the length of the value at the beginning of text.
func valueEnd(text string) int {
	switch {
	case strings.HasPrefix(text, `"`):
		return stringEnd(text)
	case !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{"):
		if end := strings.IndexAny(text, ",]}: \t\r\n"); end >= 0 {
			return end
		}
		return len(text)
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:]) - 1
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// stringEnd returns the length of the string at the beginning of text, with both
// quotes.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		n := strings.IndexByte(text[i:], '"')
		if n < 0 {
			break
		}
		i += n
		escapes := 0
		for text[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
	return len(text)
}
