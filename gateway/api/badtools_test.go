package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// toolForms are the requests of each format that offer one tool: NAME and SCHEMA become
// those of the tool, ASK the question; field is where SCHEMA stands, name where NAME does.
var toolForms = []struct{ name, path, body, nameField, schemaField string }{
	{"chat completions", "/v1/chat/completions", `{"model":"` + flash + `","messages":[{"role":"user","content":ASK}],"tools":[{"type":"function","function":{"name":NAME,"parameters":SCHEMA}}MORE]}`,
		"tools[0].function.name", "tools[0].function.parameters"},
	{"functions", "/v1/chat/completions", `{"model":"` + flash + `","messages":[{"role":"user","content":ASK}],"functions":[{"name":NAME,"parameters":SCHEMA}MORE]}`,
		"functions[0].name", "functions[0].parameters"},
	{"Gemini", "/gemini/v1beta/models/" + flash + ":generateContent", `{"contents":[{"parts":[{"text":ASK}]}],"tools":[{"functionDeclarations":[{"name":NAME,"parametersJsonSchema":SCHEMA}MORE]}]}`,
		"tools[0].functionDeclarations[0].name", "tools[0].functionDeclarations[0].parametersJsonSchema"},
	{"Messages", "/v1/messages", `{"model":"` + flash + `","max_tokens":99,"messages":[{"role":"user","content":ASK}],"tools":[{"name":NAME,"input_schema":SCHEMA}MORE]}`,
		"tools[0].name", "tools[0].input_schema"},
	{"Responses", "/v1/responses", `{"model":"` + flash + `","input":ASK,"tools":[{"type":"function","name":NAME,"parameters":SCHEMA}MORE]}`,
		"tools[0].name", "tools[0].parameters"},
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// TestOddTools: tools that no sober program offers are taken, and called, or refused in
// the words of the format with the field named.
func TestOddTools(t *testing.T) {
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, 1000) + `{}` + strings.Repeat(`}}`, 1000)
	wide := `{"type":"object","properties":{"a":{}`
	for i := range 4000 {
		wide += fmt.Sprintf(`,"property_of_some_length_%d":{"type":"string"}`, i)
	}
	wide += "}}"
	for _, tt := range []struct {
		name, tool, schema string
		nameWrong          string // what is said of the name; empty if nothing is
		schemaWrong        string // likewise
		wrong              string // said of neither
	}{
		{"dots and slashes", "mcp.server/a-b.c:d@e+f", `{"type":"object"}`, "", "", ""},
		{"letters of the world", "wérkzeug_工具_👋", `{"type":"object"}`, "", "", ""},
		{"200 characters", strings.Repeat("n", 200), `{"type":"object"}`, "", "", ""},
		{"a reference to itself", "a", `{"$ref":"#"}`, "", "", ""},
		{"references in a ring", "a", `{"$ref":"#/$defs/x","$defs":{"x":{"$ref":"#/$defs/y"},"y":{"$ref":"#/$defs/x"}}}`, "", "", ""},
		{"a type that holds itself", "a", `{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}}}}}`, "", "", ""},
		{"anything", "a", `{}`, "", "", ""},
		{"257 characters", strings.Repeat("n", 257), `{}`, "must not be longer than 256 bytes", "", ""},
		{"two lines", "a\nb", `{}`, "must not hold blanks", "", ""},
		{"no name", "", `{}`, "must name the tool", "", ""},
		{"no type", "a", `{"type":"thing"}`, "", "is not a valid JSON Schema: at /type", ""},
		{"no pattern of fields", "a", `{"properties":[]}`, "", "is not a valid JSON Schema: at /properties", ""},
		{"a reference to nothing", "a", `{"$ref":"#/nope"}`, "", "is not a valid JSON Schema", ""},
		{"a list", "a", `[]`, "", "must be a JSON Schema, which is an object", ""},
		{"a text", "a", `"{}"`, "", "must be a JSON Schema, which is an object", ""},
		{"no object", "a", `{"type":"array"}`, "", "must allow an object", ""},
		{"1 MB", "a", `{"description":"` + strings.Repeat("x", 1<<20) + `"}`, "", "takes the schemas of all tools to 1048594 bytes; 524288 are taken", ""},
		{"1,000 levels", "a", deep, "", "", "nested deeper than 64 levels"},
		{"4,000 arguments", "a", wide, "", "", "the tools take "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				for _, form := range toolForms {
					said := strings.NewReplacer("NAME", quoted(tt.tool), "SCHEMA", tt.schema, "ASK", quoted(`[call `+quoted(tt.tool)+` {"x": 1}]`), "MORE", "").Replace(form.body)
					w := h.do(call{path: form.path, key: apiKey, body: said})
					want, status := `"`+tt.tool+`"`, http.StatusOK
					switch {
					case tt.nameWrong != "":
						want, status = form.nameField+" "+tt.nameWrong, http.StatusBadRequest
					case tt.schemaWrong != "":
						want, status = form.schemaField+" "+tt.schemaWrong, http.StatusBadRequest
					case tt.wrong != "":
						want, status = tt.wrong, http.StatusBadRequest
					}
					if body := w.Body.String(); w.Code != status || !strings.Contains(body, want) || status == http.StatusOK && !strings.Contains(strings.ReplaceAll(body, `\"`, `"`), `"x":1`) {
						t.Errorf("%s: %d %.400s\nwant %d and %s", form.name, w.Code, body, status, want)
					}
				}
			})
		})
	}
}

// TestToolsOfOneName: a name that is offered twice is refused.
func TestToolsOfOneName(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		for _, form := range toolForms {
			from := strings.Index(form.body, "[{\"type\":\"function\",\"function\"")
			if from < 0 {
				from = strings.LastIndex(form.body, "[{") // the list of tools
			}
			again, _, _ := strings.Cut(form.body[from+1:], "MORE")
			body := strings.NewReplacer("MORE", ","+again, "NAME", `"a"`, "SCHEMA", "{}", "ASK", `"hello"`).Replace(form.body)
			body = strings.NewReplacer("NAME", `"a"`, "SCHEMA", "{}").Replace(body)
			w := h.do(call{path: form.path, key: apiKey, body: body})
			if want := strings.Replace(form.nameField, "[0].name", "[1].name", 1); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "names a tool twice") ||
				!strings.Contains(w.Body.String(), strings.Replace(want, "tools[0].function.", "tools[1].function.", 1)) {
				t.Errorf("%s: %d %s", form.name, w.Code, w.Body)
			}
		}
	})
}

// TestManyCalls: 128 calls of one answer arrive, each with an id of its own.
func TestManyCalls(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		question := `[call read {"path": "0"}]`
		for i := 1; i < 128; i++ {
			question += fmt.Sprintf(` [also read {"path": "%d"}]`, i)
		}
		a := &agent{h: h, tools: fileTools()}
		text, status := a.run(question+" [say All are read.]", func(_, arguments string) string { return "content of " + arguments })
		ids := make(map[any]bool)
		for _, message := range a.messages {
			if message["role"] == "tool" {
				ids[message["tool_call_id"]] = true
			}
		}
		if status != http.StatusOK || text != "All are read." || len(a.calls) != 128 || len(ids) != 128 || a.calls[127] != `read {"path":"127"}` {
			t.Errorf("%d %q, %d calls with %d ids", status, text, len(a.calls), len(ids))
		}
	})
}

// TestLargeResult: a result of 10 MiB goes to the file of the conversation, and the
// question and the tools stay where the model reads them.
func TestLargeResult(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		a := &agent{h: h, tools: fileTools()}
		text, status := a.run(`[call read {"path": "big"}] [say It is big.]`, func(string, string) string { return strings.Repeat("much text ", 1<<20) })
		entries := h.upstream.Journal()
		last := entries[len(entries)-1]
		if status != http.StatusBadRequest || !strings.Contains(text, "both must fit in 128000") || len(a.calls) != 1 || last.PromptBytes > 128000 {
			t.Errorf("%d %.300q, calls %q, %d bytes", status, text, a.calls, last.PromptBytes)
		}
	})
}

// TestOddResults: results of calls that the conversation does not hold reach the model as
// they are: programs that shorten a conversation leave them behind. Calls without a
// result are history.
func TestOddResults(t *testing.T) {
	const made = `{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"read","arguments":"{}"}}]}`
	chats := func(messages string) (path, body string) {
		return "/v1/chat/completions", `{"model":"` + flash + `","messages":[` + messages + `],"tools":[{"type":"function","function":{"name":"read"}}]}`
	}
	inBubble(t, func(t *testing.T, h *house) {
		for name, tt := range map[string]struct{ messages, want string }{
			"of an unknown call":        {`{"role":"user","content":"Why?"},` + made + `,{"role":"tool","tool_call_id":"c9","content":"the text"}`, "The tool says: the text"},
			"before any call":           {`{"role":"tool","tool_call_id":"c1","content":"the text"},{"role":"user","content":"[quote] Why?"}`, "Why?"},
			"without an id":             {`{"role":"user","content":"Why?"},` + made + `,{"role":"tool","content":"the text"}`, "The tool says: the text"},
			"none":                      {`{"role":"user","content":"Why?"},` + made + `,{"role":"user","content":"[say Go on.]"}`, "Go on."},
			"of a call that is no JSON": {`{"role":"user","content":"Why?"},` + strings.Replace(made, `"{}"`, `"{"`, 1) + `,{"role":"tool","tool_call_id":"c1","content":"the text"}`, "The tool says: the text"},
		} {
			path, body := chats(tt.messages)
			if w := h.do(call{path: path, key: apiKey, body: body}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		for name, tt := range map[string]struct{ path, body string }{
			"Gemini":    {"/gemini/v1beta/models/" + flash + ":generateContent", `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"write","response":{"output":"the text"}}}]}],"tools":[{"functionDeclarations":[{"name":"read"}]}]}`},
			"Messages":  {"/v1/messages", `{"model":"` + flash + `","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"c9","content":"the text"}]}],"tools":[{"name":"read","input_schema":{"type":"object"}}]}`},
			"Responses": {"/v1/responses", `{"model":"` + flash + `","input":[{"type":"function_call_output","call_id":"c9","output":"the text"}],"tools":[{"type":"function","name":"read"}]}`},
		} {
			if w := h.do(call{path: tt.path, key: apiKey, body: tt.body}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "the text") {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
	})
}
