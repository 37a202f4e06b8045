package cookie

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// checkJSON refuses text that is not one JSON document. It looks at the
// grammar only and builds nothing.
func checkJSON(text string) *Rejection {
	err := json.Unmarshal([]byte(text), new(unread))
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return reject(CodeMalformed, "is not valid JSON. Export again.")
	}
	if int(syntax.Offset) >= len(strings.TrimSpace(text)) && strings.HasPrefix(syntax.Error(), "unexpected end") {
		return reject(CodeTruncated, "ends in the middle of the JSON. If it is still uploading, wait; otherwise copy it again.")
	}
	at := max(int(syntax.Offset)-1, 0)
	line, column := position(text, at)
	if r, _ := utf8.DecodeRuneInString(text[min(at, len(text)):]); curlyQuotes(string(r)) {
		return reject(CodeMalformed, "has a curly quote at line %d column %d, so a word processor or a chat changed it. "+
			"Export again as plain text.", line, column)
	}
	return reject(CodeMalformed, "is not valid JSON: line %d column %d. Export again, or copy the whole text.", line, column)
}

// unread is a JSON value nobody wants: unmarshalling into it only checks.
type unread struct{}

// UnmarshalJSON implements json.Unmarshaler by ignoring the value.
func (*unread) UnmarshalJSON([]byte) error { return nil }

// position returns the line and column of a byte offset, from 1.
func position(text string, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

func emptyJSON(text string) bool {
	compact := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, text[:min(len(text), sniffed)])
	return compact == "null" || compact == "[]" || compact == "{}"
}
