package toolcall_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

// TestSignatures: nothing of a schema is lost, whatever stands beside what.
func TestSignatures(t *testing.T) {
	for _, tt := range []struct{ name, schema, want string }{
		{"alternatives beside properties", `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}`,
			"t({\n a?: string\n b?: string\n} & ({\n a: any\n} | {\n b: any\n}))"},
		{"two kinds of alternatives", `{"properties":{"x":{"anyOf":[{"const":1},{"const":2}],"allOf":[{"type":"number"},{"enum":[1,3]}]}}}`,
			"x?: (1 | 2) & (number & (1 | 3))"},
		{"types of one name", `{"properties":{"a":{"$ref":"#/$defs/p/x"},"b":{"$ref":"#/$defs/q/x"}},"$defs":{"p":{"x":{"type":"string"}},"q":{"x":{"type":"null"}}}}`,
			"a?: x\n b?: x2\n})\ntype x = string\ntype x2 = null"},
		{"a name that is no word", `{"properties":{"a":{"$ref":"#/$defs/a.b[c]"}},"$defs":{"a.b[c]":{"type":"string"}}}`, "a?: abc\n})\ntype abc = string"},
		{"names that need quotes", `{"properties":{"a\n\"b":{"type":"string"}}}`, `"a\n\"b"?: string`},
		{"what the whole says", `{"type":"object","description":"All of it.","minProperties":1,"properties":{}}`, "// All of it. (minProperties: 1)\nt({})"},
		{"a type that says more", `{"properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"string","pattern":"^x"}}}`, "// (pattern: \"^x\")\ntype A = string"},
		{"required and not described", `{"type":"object","required":["b","a"]}`, "t({\n a: any\n b: any\n})"},
	} {
		if got := promptOf(t, question(chat.OfferedTool{Name: "t", Schema: tt.schema})); !strings.Contains(got, tt.want) {
			t.Errorf("%s: no %q in\n%s", tt.name, tt.want, got)
		}
	}
}

// TestLongDescriptions: of long descriptions the beginning is shown, of short ones all,
// and a tool that was called wrongly is shown whole.
func TestLongDescriptions(t *testing.T) {
	var tools []chat.OfferedTool
	for i := range 20 {
		schema := fmt.Sprintf(`{"type":"object","required":["a"],"properties":{"a":{"type":"string","description":"Short %d."},"b":{"enum":["x%d"],"description":"Long %d. %s"}}}`,
			i, i, i, strings.Repeat("And 更多. ", 30))
		tools = append(tools, chat.OfferedTool{Name: fmt.Sprint("tool_", i), Description: fmt.Sprintf("Tool %d.\n%s", i, strings.Repeat("Much to say. ", 60)), Schema: schema})
	}
	tools[3].Description += "The last words."
	m := &model{scripts: []string{"``````call-TAG tool_3\n{}\n``````", "``````call-TAG tool_3\n{\"a\": \"b\"}\n``````"}}
	got, err := answer(t, counts{}, question(tools...), m)
	if err != nil || listCalls(got.Calls) != `tool_3 {"a":"b"}` {
		t.Fatalf("%v, %+v", err, got)
	}
	first, second := chat.FormatPrompt(m.asked[0]), chat.FormatPrompt(m.asked[1])
	for i := range 20 {
		for _, part := range []string{fmt.Sprintf("// Tool %d.\n", i), fmt.Sprintf("a: string // Short %d.\n", i), fmt.Sprintf("b?: \"x%d\" // Long %d. And", i, i)} {
			if !strings.Contains(first, part) {
				t.Errorf("no %q", part)
			}
		}
	}
	if strings.Contains(first, "The last words.") || !strings.Contains(second, "The last words.") || strings.Contains(second, "The tool in full:\n\n// Tool 4") {
		t.Error("the tool that was called wrongly is not shown whole, and it alone")
	}
	if whole := len(tools[0].Description+tools[0].Schema) * 20; len(first) > whole*45/100 {
		t.Errorf("%d of %d bytes", len(first), whole)
	}
}

// TestEqualTools: an engine that has seen tools before shows them in the same words, and
// others in their own.
func TestEqualTools(t *testing.T) {
	engine := newEngine(counts{})
	show := func(description string) string {
		tool := writeFile
		tool.Description = strings.Clone(description)
		req := question(readFile, tool)
		q, err := engine.Prepare(req)
		if err != nil {
			t.Fatal(err)
		}
		m := &model{scripts: []string{"``````call-TAG write_file\n{\"path\": \"/a\", \"content\": \"x\"}\n``````"}}
		got, err := chat.CollectAnswer(q.Answer(t.Context(), m.ask))
		if err != nil || listCalls(got.Calls) != `write_file {"path":"/a","content":"x"}` || req.Tools[1].Description != description || req.Tools[0].Field != readFile.Field {
			t.Errorf("%v, %q, tools %+v", err, listCalls(got.Calls), req.Tools)
		}
		return chat.FormatPrompt(m.asked[0])
	}
	first, second, other := show("Writes."), show("Writes."), show("Writes!")
	if first != second || first == other || !strings.Contains(other, "// Writes!\nwrite_file") {
		t.Errorf("first\n%s\nsecond\n%s\nother\n%s", first, second, other)
	}
}
