package wire

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// At walks a path of indexes, each into an array whose elements are numbered as
// [elements] numbers them. The result does not exist if the path leads nowhere.
func At(r gjson.Result, path ...int) gjson.Result {
	return gjson.Parse(string(value(r.Raw).at(path...)))
}

// decodeEmbedded decodes the JSON inside a string. It reports false if there is none.
func decodeEmbedded(v value) (value, bool) {
	inner := v.text()
	if inner != "" && !validString(inner) {
		inner = repairEscapes(inner)
	}
	if inner == "" || !validString(inner) {
		return "", false
	}
	return value(inner), true
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

// setString decodes v into dst unless it is empty or no string.
func setString(dst *string, v value) {
	if s := v.text(); s != "" {
		*dst = s
	}
}
