package dialect_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/geminid/geminid/gateway/dialect"
)

type templated struct {
	Before string `json:"before"`
	Text   string `json:"text"`
	After  string `json:"after"`
}

// FuzzTemplate compares the strings of templates with encoding/json.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\\n\r\t\b\f\x00\x1f\x7f", "世界👋", "\u2028\u2029\u0085", "\xff\xf0\x9f\x91", "<&>", "\ufffd", `","text":""`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := templated{Before: s + "x", After: s}
		got := dialect.NewTemplate(v, "text").AppendText([]byte(""), s)
		if !utf8.Valid(got) || strings.ContainsAny(string(got), "\n\r\u0085\u2028\u2029") {
			t.Fatalf("%q", got)
		}
		v.Text = s
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var ours, theirs templated
		if err := errors.Join(json.Unmarshal(got, &ours), json.Unmarshal(want, &theirs)); err != nil || ours != theirs {
			t.Fatalf("%q: got %s, want %s, %v", s, got, want, err)
		}
	})
}

// TestOneLine: no reader sees an end of line inside an event, whatever is in it.
func TestOneLine(t *testing.T) {
	const all = "a\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029b"
	for name, line := range map[string][]byte{
		"a value":    dialect.AppendJSON([]byte("x"), templated{Before: all})[1:],
		"a template": dialect.NewTemplate(templated{Before: all}, "text").AppendText(nil, all),
	} {
		if strings.ContainsAny(string(line), "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029") {
			t.Errorf("%s: %q", name, line)
		}
		var got templated
		if err := json.Unmarshal(line, &got); err != nil || got.Before != all {
			t.Errorf("%s: %q, %v", name, got.Before, err)
		}
	}
}

// TestEscapes: the bytes that stand for a text. Nothing is escaped without need.
func TestEscapes(t *testing.T) {
	template := dialect.NewTemplate(templated{}, "text")
	for text, want := range map[string]string{
		" ": " ", "\x7f": "\x7f", "\ufffd": "\ufffd", "世": "世", "\x80": `\ufffd`, "a\xffb": `a\ufffdb`, "\"": `\"`, "\x1f": `\u001f`,
	} {
		if got := string(template.AppendText(nil, text)); got != `{"before":"","text":"`+want+`","after":""}` {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// TestTemplate: a template can be filled again, appends, and takes base64 too.
func TestTemplate(t *testing.T) {
	template := dialect.NewTemplate(templated{Before: "b", After: "a"}, "text")
	for range 2 {
		got := string(template.AppendBase64(template.AppendText([]byte("-"), "x\""), []byte("abc")))
		if want := `-{"before":"b","text":"x\"","after":"a"}{"before":"b","text":"YWJj","after":"a"}`; got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	for _, v := range []templated{{Text: "x"}, {Before: "x", Text: "x"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v has no place", v)
				}
			}()
			dialect.NewTemplate(v, "text")
		}()
	}
}
