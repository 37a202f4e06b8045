// Package wiretest writes answer bodies of the upstream for tests, and loads
// recorded ones.
package wiretest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Row is a row with a candidate: cumulative text, every escape doubled as the
// upstream does it.
type Row struct {
	Text, Thoughts string
	Done           bool   // the candidate is marked complete
	Served         string // id of the model that answers, "" for none
	Document       string // the canvas so far, "" for none
	Title          string // of the canvas
	Sources        []any  // rows of passages with their pages, nil for none
	Media          []any  // the container of media, nil for none
}

// InnerJSON is the body array as JSON.
func (w Row) InnerJSON() string {
	candidate := []any{"rc_1", []any{w.Text}, nil, nil, nil, nil, true, nil, []int{1}, "en"}
	if w.Done {
		candidate[8] = []int{2}
	}
	for i, v := range map[int]any{
		2: orNil(w.Sources, []any{nil, w.Sources}), 12: orNil(w.Media, w.Media),
		30: orNil(w.Document, []any{[]any{"d_1", nil, w.Title, nil, w.Document}}),
		37: orNil(w.Thoughts, []any{[]any{w.Thoughts}}),
	} {
		for v != nil && len(candidate) <= i {
			candidate = append(candidate, nil)
		}
		if v != nil {
			candidate[i] = v
		}
	}
	body := []any{nil, []any{"c_1", "r_1"}, nil, nil, []any{candidate}}
	if w.Served != "" {
		for len(body) < 39 {
			body = append(body, nil)
		}
		body = append(body, w.Served, nil, nil, "Some "+w.Served)
	}
	return JSON(body)
}

// orNil is value, or nil if what it is made of is empty.
func orNil[T string | []any](from T, value any) any {
	if len(from) == 0 {
		return nil
	}
	return value
}

// String is the row as JSON. Its escapes are those of json.Marshal, with "\u003c"
// for "<".
func (w Row) String() string { return WrapRow(w.InnerJSON()) }

// WrapRow puts the JSON of a body array into a row.
func WrapRow(inner string) string {
	return `[["wrb.fr",null,` + JSON(inner) + `]]`
}

// JSON marshals v, which must not fail.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// FrameRow puts the length in UTF-16 units in front of a row.
func FrameRow(row string) string {
	return fmt.Sprintf("%d\n%s\n", len(utf16.Encode([]rune(row)))+2, row)
}

// Guard is the beginning of every body.
const Guard = ")]}'\n\n"

// JoinBody joins rows to a whole body with its end frame.
func JoinBody(rows ...string) string {
	var b strings.Builder
	b.WriteString(Guard)
	for _, row := range rows {
		b.WriteString(FrameRow(row))
	}
	b.WriteString(FrameRow(`[["di",42],["af.httprm",41,"-1111111111111111111",7]]`))
	b.WriteString(FrameRow(`[["e",4,null,null,781]]`))
	return b.String()
}

// GrowingRows returns the rows of an answer that grows by size bytes of text a
// frame; the last one is finished.
func GrowingRows(text string, size int) []string {
	var rows []string
	for end := size; ; end += size {
		if end >= len(text) {
			return append(rows, Row{Text: text, Done: true}.String())
		}
		rows = append(rows, Row{Text: text[:end]}.String())
	}
}

// WriteProse is n bytes of plain text with the marks of everyday answers.
func WriteProse(n int) string {
	const line = "The quick brown fox said \"stop\" at 10 < 20, then it jumped over the lazy dog.\n"
	return strings.Repeat(line, n/len(line)+1)[:n]
}

// RowBytes converts rows.
func RowBytes(rows []string) [][]byte {
	out := make([][]byte, len(rows))
	for i, row := range rows {
		out[i] = []byte(row)
	}
	return out
}
