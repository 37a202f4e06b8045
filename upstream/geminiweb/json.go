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
		r = elementAt(r, i)
	}
	return r
}

func elementAt(array gjson.Result, index int) gjson.Result {
	for i, value := range elements(array) {
		if i == index {
			return value
		}
	}
	return gjson.Result{}
}

// elements are the elements of an array with their indexes, none of any other
// value. An array may end in an object whose keys are field numbers, counted
// from 1, in place of a long run of nulls: key "26" is index 25.
func elements(array gjson.Result) iter.Seq2[int, gjson.Result] {
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

// decodeEmbedded decodes a row's inner JSON.
func decodeEmbedded(r gjson.Result) (gjson.Result, bool) {
	inner := decodeString(r)
	if inner == "" || !validString(inner) {
		return gjson.Result{}, false
	}
	return gjson.Parse(inner), true
}

// shallowLimit is the length up to which JSON is checked by a parser that recurses:
// it is several times as quick as the standard library's, and so little text can
// not nest deep enough to exhaust a stack.
const shallowLimit = 64 << 10

func validString(s string) bool {
	if len(s) <= shallowLimit {
		return gjson.Valid(s)
	}
	return json.Valid([]byte(s))
}

// validJSON is isJSON for bytes.
func validJSON(b []byte) bool {
	if len(b) <= shallowLimit {
		return gjson.ValidBytes(b)
	}
	return json.Valid(b)
}

// decodeString decodes a JSON string exactly as encoding/json does: gjson is careless
// with lone surrogates and bytes that are no UTF-8. Other values give "".
func decodeString(r gjson.Result) string {
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

// cloneInto takes over a text for longer than its frame, unless it is known or
// empty.
func cloneInto(dst *string, s string) {
	if s != "" && s != *dst {
		*dst = strings.Clone(s)
	}
}

func setString(dst *string, r gjson.Result) {
	if s := decodeString(r); s != "" {
		*dst = s
	}
}
