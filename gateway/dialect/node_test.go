package dialect_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/geminid/geminid/gateway/dialect"
)

// readObject returns the body of a request.
func readObject(t *testing.T, body string, names dialect.NameMapping) dialect.Object {
	t.Helper()
	o, err := dialect.ReadBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), names, nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// readField returns the field "f" of a body that holds value there.
func readField(t *testing.T, value string) dialect.Node {
	t.Helper()
	return readObject(t, `{"f":`+value+`}`, dialect.ExactNames).Field("f")
}

func TestCamelNames(t *testing.T) {
	for name, want := range map[string]string{
		"text": "text", "inlineData": "inlineData", "inline_data": "inlineData", "inline_Data": "inlineData",
		"a_b_c": "aBC", "a_1b": "a1b", "a_zz": "aZz", "a__b": "aB", "_a": "A", "a_": "a", "a_aa_z": "aAaZ",
	} {
		if got := dialect.CamelNames(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		o := readObject(t, `{"`+name+`":"x"}`, dialect.CamelNames)
		if text, err := o.Field(want).AsText(); text != "x" || err != nil {
			t.Errorf("%s: field %q, %v", name, text, err)
		}
	}
}

// TestTwice: null erases nothing, and of two different values none is dropped
// without a word.
func TestTwice(t *testing.T) {
	for body, want := range map[string]string{
		`{"a_b":"x","aB":null}`: "x", `{"aB":null,"a_b":"x"}`: "x", `{"aB":"x","a_b":"x"}`: "x", `{"aB":null,"aB":null}`: "",
		`{"aB":"x","aB":"y"}`: "!aB is given twice", `{"a_b":"x","aB":"y"}`: "!aB is given twice", `{"c":{"aB":1,"a_b":2}}`: "!c.aB is given twice",
	} {
		o, err := dialect.ReadBody(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), dialect.CamelNames, nil)
		if err == nil {
			_, err = o.Field("c").AsObject()
		}
		if words, refused := strings.CutPrefix(want, "!"); refused {
			if err == nil || !strings.HasPrefix(err.Error(), words) {
				t.Errorf("%s: %v", body, err)
			}
			continue
		}
		if text, failure := o.Field("aB").AsText(); err != nil || failure != nil || text != want {
			t.Errorf("%s: %q, %v, %v", body, text, err, failure)
		}
	}
}

// TestPaths: nodes name themselves, and names are mapped at every depth.
func TestPaths(t *testing.T) {
	o := readObject(t, `{"a_b":[{"c_d":1},{"c_d":2}],"e":{"f_g":3}}`, dialect.CamelNames)
	list, err := o.Field("aB").AsList(2)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	second, err := list[1].AsObject()
	if err != nil {
		t.Fatal(err)
	}
	one, err := o.Field("e").AsListOrOne(1)
	if err != nil || len(one) != 1 {
		t.Fatal(one, err)
	}
	inner, err := one[0].AsObject()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []struct {
		node  dialect.Node
		path  string
		value string
	}{
		{list[0], "aB[0]", `{"c_d":1}`}, {second.Field("cD"), "aB[1].cD", "2"},
		{one[0], "e[0]", `{"f_g":3}`}, {inner.Field("fG"), "e[0].fG", "3"}, {inner.Field("none"), "e[0].none", ""},
	} {
		if n.node.Path != n.path || n.node.JSONText() != n.value || n.node.IsAbsent() != (n.value == "") {
			t.Errorf("%s: path %s, value %s", n.path, n.node.Path, n.node.JSONText())
		}
	}
}

// TestReaders: each reader takes its type and nothing else. An error begins with
// the path.
func TestReaders(t *testing.T) {
	readers := map[string]func(dialect.Node) error{
		"text":   func(n dialect.Node) error { _, err := n.AsText(); return err },
		"bool":   func(n dialect.Node) error { _, err := n.AsBool(); return err },
		"object": func(n dialect.Node) error { _, err := n.AsObject(); return err },
		"list":   func(n dialect.Node) error { _, err := n.AsList(2); return err },
		"some":   func(n dialect.Node) error { _, err := n.AsListOrOne(2); return err },
	}
	for value, takes := range map[string]string{
		`"a"`: "text", `true`: "bool", `false`: "bool", `{"a":1}`: "object some", `[1,2]`: "list some", `[1,2,3]`: "", `5`: "",
		`null`: "text bool object list some",
	} {
		for name, read := range readers {
			err := read(readField(t, value))
			if want := strings.Contains(takes, name); (err == nil) != want {
				t.Errorf("%s as %s: %v", value, name, err)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "f ") {
				t.Errorf("%s as %s: %v", value, name, err)
			}
		}
	}
	if on, err := readField(t, "true").AsBool(); !on || err != nil {
		t.Errorf("true is %t, %v", on, err)
	}
	o := readObject(t, `{}`, dialect.ExactNames)
	if on, err := o.Field("f").AsBool(); on || err != nil {
		t.Errorf("absent is %t, %v", on, err)
	}
}

func TestIsOff(t *testing.T) {
	for value, want := range map[string]bool{
		`null`: true, `false`: true, `0`: true, `""`: true, `" "`: true, `"False"`: true, `"0"`: true,
		`true`: false, `1`: false, `"true"`: false, `"no"`: false, `[]`: false,
	} {
		if got := readField(t, value).IsOff(); got != want {
			t.Errorf("%s: %t", value, got)
		}
	}
}

// TestRules: the values that each rule takes.
func TestRules(t *testing.T) {
	rules := map[string]dialect.Rule{
		"text": dialect.IsText, "bool": dialect.IsBool, "object": dialect.IsObject, "number": dialect.IsNumber,
		"count": dialect.IsCount, "quoted": dialect.MayBeQuoted(dialect.IsCount),
		"texts": dialect.ListOf(dialect.IsText),
		"stop":  func(n dialect.Node) error { _, err := n.AsTexts(2); return err },
	}
	for value, takes := range map[string]string{
		`"a"`: "text stop", `"7"`: "text stop quoted", `"7 apples"`: "text stop", `"x7"`: "text stop", `"true"`: "text stop", `"[7]"`: "text stop",
		`1`: "number count quoted", `2`: "number count quoted", `1.5`: "number", `0`: "number", `-1`: "number", `0.5`: "number",
		`true`: "bool", `{}`: "object", `[]`: "texts stop", `["a","b"]`: "texts stop", `["a","b","c"]`: "texts", `["a",1]`: "", `["a",null]`: "", `"1.5"`: "text stop",
	} {
		for name, rule := range rules {
			err := rule(readField(t, value))
			want := false
			for _, taken := range strings.Fields(takes) {
				want = want || taken == name
			}
			if (err == nil) != want {
				t.Errorf("%s as %s: %v", value, name, err)
			}
		}
	}
}

// TestTextIsCopiedOnce: a text that a request keeps is no piece of the body, which it
// would hold in memory, and none is copied twice.
func TestTextIsCopiedOnce(t *testing.T) {
	const length = 4 << 20
	for name, tt := range map[string]struct {
		text string
		most int // copies
	}{
		"as it stands":        {strings.Repeat("x", length), 1},
		"unescaped by parser": {strings.Repeat("x", length-2) + `\n`, 0},
	} {
		n := readField(t, `"`+tt.text+`"`)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		text, err := n.AsText()
		runtime.ReadMemStats(&after)
		if err != nil || unsafe.StringData(text) == unsafe.StringData(n.Value.Raw[1:]) {
			t.Errorf("%s: it is a piece of the body, %v", name, err)
		}
		if got := float64(after.TotalAlloc-before.TotalAlloc) / length; got > float64(tt.most)+0.5 {
			t.Errorf("%s: %.1f times its length were allocated, want %d", name, got, tt.most)
		}
	}
}
