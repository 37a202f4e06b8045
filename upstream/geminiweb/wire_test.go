package geminiweb_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// wire writes answer bodies for tests: real framing, cumulative text, every
// escape doubled as the upstream does it.
type wire struct {
	text, thoughts string
	done           bool
	served         string
	extra          string // JSON of further body elements, ready to paste
}

// inner is the body array as JSON.
func (w wire) inner() string {
	candidate := []any{"rc_1", []any{w.text}, nil, nil, nil, nil, true, nil, []int{1}, "en"}
	if w.done {
		candidate[8] = []int{2}
	}
	if w.thoughts != "" {
		for len(candidate) < 37 {
			candidate = append(candidate, nil)
		}
		candidate = append(candidate, []any{[]any{w.thoughts}})
	}
	body := []any{nil, []any{"c_1", "r_1"}, nil, nil, []any{candidate}}
	if w.served != "" {
		for len(body) < 39 {
			body = append(body, nil)
		}
		body = append(body, w.served, nil, nil, "Some "+w.served)
	}
	return asJSON(body)
}

// row wraps the inner JSON; plain escapes are the ones json.Marshal makes,
// "\u003c" for "<" among them.
func (w wire) row() string { return wrap(w.inner()) }

func wrap(inner string) string {
	return `[["wrb.fr",null,` + asJSON(inner) + `]]`
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// frame puts the UTF-16 length in front.
func frame(row string) string {
	return fmt.Sprintf("%d\n%s\n", len(utf16.Encode([]rune(row)))+2, row)
}

const guard = ")]}'\n\n"

// body joins rows to a whole body with its end frame.
func body(rows ...string) string {
	var b strings.Builder
	b.WriteString(guard)
	for _, row := range rows {
		b.WriteString(frame(row))
	}
	b.WriteString(frame(`[["di",42],["af.httprm",41,"-1111111111111111111",7]]`))
	b.WriteString(frame(`[["e",4,null,null,781]]`))
	return b.String()
}

// growing returns the rows of an answer that grows by size bytes of text a
// frame; the last one is finished.
func growing(text string, size int) []string {
	var rows []string
	for end := size; ; end += size {
		if end >= len(text) {
			return append(rows, wire{text: text, done: true}.row())
		}
		rows = append(rows, wire{text: text[:end]}.row())
	}
}

// prose is n bytes of plain text with the marks of everyday answers.
func prose(n int) string {
	const line = "The quick brown fox said \"stop\" at 10 < 20, then it jumped over the lazy dog.\n"
	return strings.Repeat(line, n/len(line)+1)[:n]
}

func frames(rows []string) [][]byte {
	out := make([][]byte, len(rows))
	for i, row := range rows {
		out[i] = []byte(row)
	}
	return out
}

func TestWireCountsUnits(t *testing.T) {
	t.Parallel()
	row := `[["wrb.fr",null,"[null,[\"c_1f2e3d4c5b6a7988\",\"r_0a1b2c3d4e5f6071\"],null,null,[[\"rc_8899aabbccddeeff\",[\"Hi 😀\"],null,null,null,null,true,null,[2],\"en\"]]]"]]`
	if got, want := frame(row), "167\n"+row+"\n"; got != want {
		t.Errorf("got %.5q, want %.5q", got, want)
	}
	if !bytes.HasPrefix([]byte(wire{text: "a"}.row()), []byte(`[["wrb.fr",null,"`)) {
		t.Error("a row does not begin like the upstream's")
	}
}
