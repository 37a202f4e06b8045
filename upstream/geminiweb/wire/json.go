package wire

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// At walks a path of indexes, each into an array as [Elements] reads it. The
// result does not exist if the path leads nowhere.
func At(r gjson.Result, path ...int) gjson.Result {
	for _, i := range path {
		r = elementAt(r, i)
	}
	return r
}

func elementAt(array gjson.Result, index int) gjson.Result {
	for i, value := range Elements(array) {
		if i == index {
			return value
		}
	}
	return gjson.Result{}
}

// Elements yields the elements of an array with their indexes, and nothing for
// any other value. An array may end in an object whose keys are field numbers,
// counted from 1, in place of a long run of nulls: key "26" is index 25.
func Elements(array gjson.Result) iter.Seq2[int, gjson.Result] {
	return func(yield func(int, gjson.Result) bool) {
		if !array.IsArray() {
			return
		}
		var last gjson.Result
		n, more := 0, true
		array.ForEach(func(_, value gjson.Result) bool {
			if n > 0 {
				more = yield(n-1, last)
			}
			last = value
			n++
			return more
		})
		switch {
		case !more || n == 0:
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

// decodeEmbedded decodes the JSON inside a string.
func decodeEmbedded(r gjson.Result) (gjson.Result, bool) {
	inner := DecodeString(r)
	if inner != "" && !validString(inner) {
		inner = repairEscapes(inner)
	}
	if inner == "" || !validString(inner) {
		return gjson.Result{}, false
	}
	return gjson.Parse(inner), true
}

// repairEscapes doubles the backslashes that begin no escape of JSON. Some values
// that answers carry, of no use to anybody here, have been seen to hold them.
func repairEscapes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			if i+1 < len(s) && strings.IndexByte(`"\/bfnrtu`, s[i+1]) >= 0 {
				b.WriteByte(s[i])
				i++
			} else {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// recursionLimit is the length in bytes up to which JSON is checked by gjson,
// which is several times as fast as the standard library and recurses: text so
// short cannot nest deep enough to exhaust the stack.
const recursionLimit = 64 << 10

// ValidJSON reports whether b is one JSON value, exactly as [json.Valid] does.
func ValidJSON(b []byte) bool {
	if len(b) <= recursionLimit {
		return gjson.ValidBytes(b)
	}
	return json.Valid(b)
}

func validString(s string) bool {
	if len(s) <= recursionLimit {
		return gjson.Valid(s)
	}
	return json.Valid([]byte(s))
}

// DecodeString decodes a JSON string exactly as encoding/json does; gjson alone
// differs for lone surrogates and invalid UTF-8. It returns "" for values of
// other types. The string may share memory with r.
func DecodeString(r gjson.Result) string {
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

// setString decodes r into dst unless it is empty or no string.
func setString(dst *string, r gjson.Result) {
	if s := DecodeString(r); s != "" {
		*dst = s
	}
}
