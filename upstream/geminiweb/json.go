package geminiweb

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// at walks a path of indexes.
func at(r gjson.Result, path ...int) gjson.Result {
	for _, i := range path {
		r = field(r, i)
	}
	return r
}

func field(array gjson.Result, index int) gjson.Result {
	for i, value := range fields(array) {
		if i == index {
			return value
		}
	}
	return gjson.Result{}
}

// fields are the elements of an array with their indexes, none of any other
// value. An array may end in an object whose keys are field numbers, counted
// from 1, in place of a long run of nulls: key "26" is index 25.
func fields(array gjson.Result) iter.Seq2[int, gjson.Result] {
	return func(yield func(int, gjson.Result) bool) {
		if !array.IsArray() {
			return
		}
		var last gjson.Result
		n, on := 0, true
		array.ForEach(func(_, value gjson.Result) bool {
			if n > 0 {
				on = yield(n-1, last)
			}
			last = value
			n++
			return on
		})
		switch {
		case !on || n == 0:
		case last.IsObject():
			last.ForEach(func(key, value gjson.Result) bool {
				number, err := strconv.Atoi(key.Str)
				return err != nil || number < n || yield(number-1, value)
			})
		default:
			yield(n-1, last)
		}
	}
}

// embedded decodes a row's inner JSON.
func embedded(r gjson.Result) (gjson.Result, bool) {
	inner := str(r)
	if inner == "" || !isJSON(inner) {
		return gjson.Result{}, false
	}
	return gjson.Parse(inner), true
}

// shallow is the length up to which JSON is checked by a parser that recurses:
// it is several times as quick as the standard library's, and so little text can
// not nest deep enough to exhaust a stack.
const shallow = 64 << 10

func isJSON(s string) bool {
	if len(s) <= shallow {
		return gjson.Valid(s)
	}
	return json.Valid([]byte(s))
}

// isValid is isJSON for bytes.
func isValid(b []byte) bool {
	if len(b) <= shallow {
		return gjson.ValidBytes(b)
	}
	return json.Valid(b)
}

// str decodes a JSON string exactly as encoding/json does: gjson is careless
// with lone surrogates and bytes that are no UTF-8. Other values give "".
func str(r gjson.Result) string {
	switch {
	case r.Type != gjson.String:
		return ""
	case utf8.ValidString(r.Str) && !strings.Contains(r.Raw, `\ud`) && !strings.Contains(r.Raw, `\uD`):
		return r.Str
	}
	var s string
	if json.Unmarshal([]byte(r.Raw), &s) != nil {
		return ""
	}
	return s
}

// adopt takes over a text for longer than its frame, unless it is known or
// empty.
func adopt(dst *string, s string) {
	if s != "" && s != *dst {
		*dst = strings.Clone(s)
	}
}

func set(dst *string, r gjson.Result) {
	if s := str(r); s != "" {
		*dst = s
	}
}
