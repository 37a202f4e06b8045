package simulator_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// frames cuts a body by its announced lengths in UTF-16 units, and nothing
// else; it fails the test when a length is wrong.
func frames(t *testing.T, body string) []string {
	t.Helper()
	out, err := cutFrames(body)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func cutFrames(body string) ([]string, error) {
	rest, ok := strings.CutPrefix(body, ")]}'\n\n")
	if !ok {
		return nil, fmt.Errorf("no prologue in %.40q", body)
	}
	u := utf16.Encode([]rune(rest))
	var out []string
	for len(u) > 0 {
		n, i := 0, 0
		for i < len(u) && u[i] >= '0' && u[i] <= '9' {
			n = 10*n + int(u[i]-'0')
			i++
		}
		if i == 0 || n < 2 || i+n > len(u) || u[i] != '\n' || u[i+n-1] != '\n' {
			return out, fmt.Errorf("frame %d: bad length %d", len(out), n)
		}
		out = append(out, string(utf16.Decode(u[i+1:i+n-1])))
		u = u[i+n:]
	}
	return out, nil
}

// rows are the rows of all frames of a body.
func rows(t *testing.T, body string) [][]any {
	t.Helper()
	var out [][]any
	for _, frame := range frames(t, body) {
		for _, row := range decode(t, frame) {
			out = append(out, row.([]any))
		}
	}
	return out
}

func decode(t *testing.T, doc string) []any {
	t.Helper()
	var v []any
	dec := json.NewDecoder(bytes.NewReader([]byte(doc)))
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("decoding %.200q: %v", doc, err)
	}
	return v
}

// at walks by index; a trailing object holds fields by number, index plus one.
func at(v any, path ...int) any {
	for _, i := range path {
		l, ok := v.([]any)
		if !ok {
			if o, isObject := v.(map[string]any); isObject {
				v = o[fmt.Sprint(i+1)]
				continue
			}
			return nil
		}
		var sparse map[string]any
		if len(l) > 0 {
			sparse, _ = l[len(l)-1].(map[string]any)
		}
		switch {
		case sparse != nil && i >= len(l)-1:
			v = sparse[fmt.Sprint(i+1)]
		case i < len(l):
			v = l[i]
		default:
			return nil
		}
	}
	return v
}

// answer is what a client makes of a StreamGenerate body.
type answer struct {
	cid, rid, rcid string
	texts          []string // one for each candidate row
	thoughts       []string
	done           bool
	code, status   int
	title, context string
	served, name   string
	pictures       []any
	candidate      any // the last one
	bodies         [][]any
}

func (a answer) text() string {
	if len(a.texts) == 0 {
		return ""
	}
	return a.texts[len(a.texts)-1]
}

func readJSON(t *testing.T, body string) answer {
	t.Helper()
	return gather(t, rows(t, body))
}

func gather(t *testing.T, all [][]any) answer {
	t.Helper()
	var a answer
	str := func(into *string, v any) {
		if s, ok := v.(string); ok && s != "" {
			*into = s
		}
	}
	for _, row := range all {
		if row[0] != "wrb.fr" {
			continue
		}
		if s, ok := at(row, 5, 0).(float64); ok {
			a.status = int(s)
			if code, ok := at(row, 5, 2, 0, 1, 0).(float64); ok {
				a.code = int(code)
			}
			continue
		}
		body := decode(t, row[2].(string))
		a.bodies = append(a.bodies, body)
		str(&a.cid, at(body, 1, 0))
		str(&a.rid, at(body, 1, 1))
		str(&a.title, at(body, 10, 0))
		str(&a.context, at(body, 25))
		str(&a.served, at(body, 39))
		str(&a.name, at(body, 42))
		k := at(body, 4, 0)
		if k == nil {
			continue
		}
		a.candidate = k
		str(&a.rcid, at(k, 0))
		a.texts = append(a.texts, at(k, 1, 0).(string))
		if s, ok := at(k, 37, 0, 0).(string); ok {
			a.thoughts = append(a.thoughts, s)
		}
		a.done = at(k, 8, 0) == 2.0
		if list, ok := at(k, 12, 7, 0).([]any); ok {
			a.pictures = list
		}
	}
	return a
}

func unzip(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
