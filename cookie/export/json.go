package export

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// maxDepth is deeper than any export nests.
const maxDepth = 64

// parseJSON reads the cookies of a JSON document, wherever in it they are.
func parseJSON(text string, found *list) *cookie.Rejection {
	if rejection := checkJSON(text); rejection != nil {
		return rejection
	}
	root := gjson.Parse(text)
	if nothing(root) || root.IsObject() && emptyList(root.Get("cookies")) {
		return cookie.Reject(cookie.CodeEmpty, "holds no cookies. Nothing was changed; the previous cookies stay in use.")
	}
	if rejection := walkJSON(root, found); rejection != nil {
		return rejection
	}
	return rejectNoCookies(root, found)
}

// rejectNoCookies refuses JSON in which no cookies were found.
func rejectNoCookies(root gjson.Result, found *list) *cookie.Rejection {
	switch {
	case len(found.entries) > 0:
		return nil
	case isEncryptedJSON(root):
		return rejectEncrypted()
	}
	found.nameFormats = true
	return cookie.Reject(cookie.CodeMalformed, "is JSON, but has no cookies in it.")
}

// nothing reports whether a document is null, [] or {}.
func nothing(value gjson.Result) bool {
	return value.Raw == "null" || emptyList(value) || value.IsObject() && strings.Trim(value.Raw, "{} \t\r\n") == ""
}

func emptyList(value gjson.Result) bool {
	return value.IsArray() && strings.Trim(value.Raw, "[] \t\r\n") == ""
}

// checkJSON refuses text that is not one JSON document. It looks at the
// grammar only and builds nothing.
func checkJSON(text string) *cookie.Rejection {
	if depthOver(text, maxDepth) {
		return tooDeep()
	}
	if gjson.Valid(text) {
		return nil
	}
	// The standard library is slower but knows where the fault is.
	var fault *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(text), new(unread)), &fault) {
		return nil
	}
	if cutJSON(text, fault) {
		return cutInJSON()
	}
	return notJSON(text, fault)
}

func tooDeep() *cookie.Rejection {
	return cookie.Reject(cookie.CodeMalformed, "is JSON nested deeper than %d levels, which no export is. Export again.", maxDepth)
}

func cutInJSON() *cookie.Rejection {
	return cookie.Reject(cookie.CodeTruncated, "ends in the middle of the JSON. If it is still uploading, wait; otherwise copy it again.")
}

// notJSON says where the fault is.
func notJSON(text string, fault *json.SyntaxError) *cookie.Rejection {
	at := min(max(int(fault.Offset)-1, 0), len(text))
	line, column := position(text, at)
	if r, _ := utf8.DecodeRuneInString(text[at:]); curlyQuotes(string(r)) {
		return cookie.Reject(cookie.CodeMalformed, "has a curly quote at line %d column %d, so a word processor or a chat changed it. "+
			"Export again as plain text.", line, column)
	}
	return cookie.Reject(cookie.CodeMalformed, "is not valid JSON: line %d column %d. Export again, or copy the whole text.", line, column)
}

// cutJSON reports whether the fault is that the text ends. The decoder probes
// the end with a blank.
func cutJSON(text string, fault *json.SyntaxError) bool {
	return int(fault.Offset) >= len(strings.TrimRight(text, " \t\r\n")) &&
		(strings.HasPrefix(fault.Error(), "unexpected end") || strings.HasPrefix(fault.Error(), "invalid character ' '"))
}

// unread is a JSON value that is not needed: unmarshalling into it only checks.
type unread struct{}

// UnmarshalJSON implements json.Unmarshaler by ignoring the value.
func (*unread) UnmarshalJSON([]byte) error { return nil }

// depthOver reports whether the brackets outside of strings nest deeper than
// limit. It guards the parsers, which recurse.
func depthOver(text string, limit int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			quoted = !quoted
		case '\\':
			if quoted {
				i++
			}
		case '[', '{':
			if !quoted {
				depth++
			}
		case ']', '}':
			if !quoted {
				depth--
			}
		}
		if depth > limit {
			return true
		}
	}
	return false
}

// position returns the line and column of a byte offset, from 1.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}
