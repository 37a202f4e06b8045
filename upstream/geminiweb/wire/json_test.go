package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

func TestAt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		array string
		path  []int
		want  string
	}{
		{`[1,[2,3]]`, []int{1, 1}, "3"},
		{`[1,2]`, []int{2}, ""},
		{`[1,2]`, []int{-1}, ""},
		{`{"1":2}`, []int{0}, ""},
		{`7`, []int{0}, ""},
		{`[]`, []int{0}, ""},
		{`[1,{"26":"x","30":"y"}]`, []int{25}, `"x"`},
		{`[1,{"26":"x","30":"y"}]`, []int{29}, `"y"`},
		{`[1,{"2":"x"}]`, []int{1}, `"x"`},
		{`[1,{"1":"x"}]`, []int{0}, "1"}, // the dense part wins
		{`[1,{"x":2},3]`, []int{1}, `{"x":2}`},
		{`[{"3":[null,{"2":9}]}]`, []int{2, 1}, "9"},
	} {
		if got := wire.At(gjson.Parse(tt.array), tt.path...); got.Raw != tt.want {
			t.Errorf("%s at %v is %s, want %s", tt.array, tt.path, got.Raw, tt.want)
		}
	}
}

func TestDecodeString(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"a"`: "a", `""`: "", `7`: "", `null`: "", `["a"]`: "",
		`"\ud83d\ude00"`: "😀", `"\ud83d"`: "\uFFFD", `"\uDE00x"`: "\uFFFDx", "\"a\xff\"": "a\uFFFD",
	} {
		if got := wire.DecodeString(gjson.Parse(raw)); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
}

func TestParseAccount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tier, caps string
		want       int
		shifted    bool
	}{
		{"null", "null", 1, false},
		{"[19]", "[]", 1, false},
		{"[8,19]", "null", 2, false},
		{"null", "[19]", 2, false},
		{"null", "[19,106]", 3, false},
		{"[16]", "null", 3, false},
		{"null", "[115,106]", 4, false},
		{"[22,16]", "null", 2, true},
		{"[21,22]", "[115]", 1, true},
	} {
		body := fmt.Sprintf(`[1,{"15":1033,"16":[["id","Name","about",{"12":"3.6 Flash","18":3}],[""]],"17":%s,"18":%s}]`, tt.tier, tt.caps)
		got, ok := wire.ParseAccount(gjson.Parse(body))
		want := wire.Account{Status: 1033, Offers: []wire.Offer{{ID: "id", Name: "Name", Description: "about", Version: "3.6 Flash", Class: 3}}, Capacity: tt.want, Shifted: tt.shifted}
		if !ok || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s %s: got %+v, want %+v", tt.tier, tt.caps, got, want)
		}
	}
	if _, ok := wire.ParseAccount(gjson.Parse(`{"15":1016}`)); ok {
		t.Error("parsed an object")
	}
}

// The elements of an array are those that encoding/json finds, whatever they are.
func FuzzAt(f *testing.F) {
	for _, seed := range []string{
		`[]`, ` [ 1 , [2,"]"] ,{"a":[1]},null]`, `["\\\\","\\\"",",]","\u005d"]`, "[\n[\t[ ] ],\r-1e5,true]", `[{"a":"}"},[],{"b":"\\"},0]`, `["\ud83d","` + "\xff" + `"]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var want []json.RawMessage
		if json.Unmarshal(b, &want) != nil {
			return
		}
		if last := len(want) - 1; last >= 0 && want[last][0] == '{' {
			want = want[:last] // its fields are elements
		}
		array := gjson.ParseBytes(b)
		for i, element := range want {
			got := wire.At(array, i)
			if got.Raw != string(element) {
				t.Errorf("%q at %d is %q, want %q", b, i, got.Raw, element)
			}
			var text string
			if element[0] == '"' && (json.Unmarshal(element, &text) != nil || wire.DecodeString(got) != text) {
				t.Errorf("%q at %d is the text %q, want %q", b, i, wire.DecodeString(got), text)
			}
		}
	})
}

// Short JSON is checked by another parser than long; they must agree.
func FuzzValidJSON(f *testing.F) {
	for _, seed := range []string{
		``, ` `, `null`, `[1,-0,1e5,0.5,"\u00e9\n"]`, `{"a":{"b":[]}}`, "[1]\n", `[01]`, `[1.]`, `[+1]`, `[1e]`, `"\x"`, `"\u12"`,
		"\"\x01\"", "\"\xff\"", `[1,]`, `{"a":1,}`, `{a:1}`, `[1] 2`, `tru`, `-`, `["a" "b"]`, `{"a" 1}`, "\ufeff[]", `{"a":1,"a":2}`, wiretest.Row{Text: "x"}.String(),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := wire.ValidJSON(b), json.Valid(b); got != want {
			t.Errorf("%q: got %t, want %t", b, got, want)
		}
	})
}

// JSON too deep for a parser that recurses is valid all the same.
func TestValidJSONOfAnyDepth(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1 << 10, 100 << 10, 16 << 20} {
		deep := strings.Repeat("[", n) + strings.Repeat("]", n)
		if got, want := wire.ValidJSON([]byte(deep)), json.Valid([]byte(deep)); got != want {
			t.Errorf("%d levels: got %t, want %t", n, got, want)
		}
	}
}
