package responses_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/responses"
)

func decode(body string) (*dialect.Call, error) {
	r := httptest.NewRequest(http.MethodPost, "/v1/responses", strings.NewReader(body))
	return responses.Dialect.Decode(r, func(string) string { return "" })
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sorted is JSON with its fields in the order of encode.
func sorted(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return encode(t, v)
}

// TestWrongFields: every field of the wrong type is named, however deep.
func TestWrongFields(t *testing.T) {
	with := func(field string) string { return `{"model":"m","input":"a",` + field + `}` }
	item := func(fields string) string {
		return `{"model":"m","input":[{` + fields + `},{"role":"user","content":"a"}]}`
	}
	tests := []struct{ body, param string }{
		{`{"input":"a"}`, "model"}, {`{"model":5,"input":"a"}`, "model"},
		{`{"model":"m","input":5}`, "input"}, {`{"model":"m","input":[]}`, "input"}, {`{"model":"m","input":" "}`, "input"}, {`{"model":"m","input":[null]}`, "input[0]"},
		{with(`"stream":1`), "stream"}, {with(`"instructions":5`), "instructions"}, {with(`"metadata":[]`), "metadata"}, {with(`"metadata":{"a":1}`), "metadata"},
		{with(`"metadata":{"a":"` + strings.Repeat("x", 513) + `"}`), "metadata"},
		{with(`"reasoning":5`), "reasoning"}, {with(`"reasoning":{"effort":5}`), "reasoning.effort"}, {with(`"reasoning":{"summary":5}`), "reasoning.summary"},
		{with(`"include":"x"`), "include"}, {with(`"include":[1]`), "include[0]"},
		{with(`"text":"json"`), "text"}, {with(`"text":{"format":1}`), "text.format"}, {with(`"text":{"format":{"type":"xml"}}`), "text.format.type"},
		{with(`"text":{"format":{"type":"json_schema","schema":"x"}}`), "text.format.schema"},
		{with(`"tools":{}`), "tools"}, {with(`"tools":[5]`), "tools[0]"}, {with(`"tools":[{"type":5}]`), "tools[0]"}, {with(`"tools":[{"type":"function"}]`), "tools[0].name"},
		{with(`"tools":[{"type":"function","name":"f","parameters":5}]`), "tools[0].parameters"}, {with(`"tools":[{"type":"namespace"}]`), "tools[0].name"},
		{with(`"tools":[{"type":"namespace","name":"n","tools":[{"name":"f"},{"name":"f"}]}]`), "tools[0].tools[1].name"},
		{with(`"tool_choice":"sometimes"`), "tool_choice"}, {with(`"tool_choice":5`), "tool_choice"}, {with(`"tool_choice":{}`), "tool_choice"}, {with(`"tool_choice":"required"`), "tool_choice"},
		{with(`"tool_choice":{"type":"custom","name":"g"}`), "tool_choice"}, {with(`"tool_choice":{"type":"allowed_tools","mode":"none"}`), "tool_choice"},
		{with(`"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{}]}`), "tool_choice"}, {with(`"parallel_tool_calls":"x"`), "parallel_tool_calls"},
		{with(`"temperature":"1"`), "temperature"}, {with(`"max_output_tokens":0`), "max_output_tokens"}, {with(`"store":"yes"`), "store"},
		{with(`"images":["data:image/gif;base64,R0lGODlh"]`), "images"}, {with(`"prompt":{"id":"p"}`), "prompt"},
		{item(`"type":5`), "input[0].type"}, {item(`"type":"hologram"`), "input[0].type"}, {item(`"role":5`), "input[0].role"}, {item(`"content":"a"`), "input[0].role"},
		{item(`"role":"user","content":5`), "input[0].content"}, {item(`"role":"user","content":[{"type":"hologram"}]`), "input[0].content[0].type"},
		{item(`"role":"user","content":[{"type":"input_image","file_id":"f"}]`), "input[0].content[0].file_id"}, {item(`"role":"user","content":[{"type":"input_image"}]`), "input[0].content[0].input_image"},
		{item(`"role":"user","id":5,"content":"a"`), "input[0].id"},
		{item(`"type":"function_call","name":5`), "input[0].name"}, {item(`"type":"function_call","name":"f","arguments":5`), "input[0].arguments"},
		{item(`"type":"custom_tool_call","name":"f","input":5`), "input[0].input"}, {item(`"type":"function_call_output","call_id":5`), "input[0].call_id"},
		{item(`"type":"function_call_output","output":5`), "input[0].output"}, {item(`"type":"reasoning","encrypted_content":5`), "input[0].encrypted_content"},
		{item(`"type":"image_generation_call","result":"%%"`), "input[0].result"}, {item(`"type":"shell_call","call_id":5`), "input[0].call_id"},
	}
	for _, test := range tests {
		t.Run(test.body[:min(len(test.body), 80)], func(t *testing.T) {
			_, err := decode(test.body)
			var failure *chat.Error
			if !errors.As(err, &failure) || failure.Kind != chat.BadRequest {
				t.Fatalf("not refused as a bad request: %v", err)
			}
			if failure.Param != test.param || !strings.HasPrefix(failure.Message, test.param+" ") {
				t.Errorf("param %q, message %q; want %q", failure.Param, failure.Message, test.param)
			}
		})
	}
}

// TestUnusualForms: well-meant requests are understood.
func TestUnusualForms(t *testing.T) {
	tests := []struct{ name, body, want string }{ // want is a line of DescribeCall
		{"nulls", `{"model":"m","input":"a","stream":null,"tools":null,"tool_choice":null,"text":null,"reasoning":null,"instructions":null,"metadata":null,"include":null}`, `user: "a"`},
		{"knobs", `{"model":"m","input":"a","temperature":0,"top_p":1,"max_output_tokens":10,"store":false,"truncation":"auto","service_tier":"auto","background":false,"user":"u"}`, `model="m" stream=false thoughts=false ignored=["temperature" "top_p" "max_output_tokens" "user"]`},
		{"instructions and a developer", `{"model":"m","instructions":"i","input":[{"role":"developer","content":"d"},{"role":"user","content":"a"}]}`, "system: \"i\"\nsystem: \"d\"\nuser: \"a\""},
		{"an answer to go on with", `{"model":"m","input":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]}`, `model: "no"`},
		{"thoughts", `{"model":"m","input":"a","reasoning":{"effort":"high","generate_summary":"auto"}}`, `model="m" stream=false thoughts=true ignored=[] thinking=extended`},
		{"no thoughts", `{"model":"m","input":"a","reasoning":{"effort":"none","summary":"auto"}}`, `model="m" stream=false thoughts=false ignored=[] thinking=standard`},
		{"a choice in a namespace", `{"model":"m","input":"a","tools":[{"type":"namespace","name":"n","tools":[{"type":"custom","name":"f"}]}],"tool_choice":{"type":"custom","name":"f","namespace":"n"}}`, `choice mode=2 only=["n.f"] single=false`},
		{"the web is searched anyway", `{"model":"m","input":"a","tools":[{"type":"web_search_preview"}],"tool_choice":{"type":"web_search_preview"}}`, `model="m" stream=false thoughts=false ignored=["tool_choice"]`},
		{"an allowed search", `{"model":"m","input":"a","tools":[{"name":"f"}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"web_search"},{"type":"function","name":"f"}]}}`, `choice mode=0 only=["f"] single=false`},
		{"one call at most", `{"model":"m","input":"a","tools":[{"name":"f"}],"parallel_tool_calls":false}`, `choice mode=0 only=[] single=true`},
		{"any object", `{"model":"m","input":"a","text":{"format":{"type":"json_schema","name":"x"}}}`, `format kind=1 ""`},
		{"arguments as an object", `{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","namespace":"n","arguments":{"a":1}},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}]}]}`, `model: call "c" "n.f" "{\"a\":1}" freeform=false`},
		{"a tool that returns nothing", `{"model":"m","input":[{"type":"function_call_output","call_id":"c","output":""}]}`, `tool: result of "c" "" failed=false "(empty)"`},
		{"a picture that was never made", `{"model":"m","input":[{"type":"image_generation_call","id":"i","result":null},{"role":"user","content":"a"}]}`, `user: "a"`},
		{"what has no effect", `{"model":"m","input":[{"type":"reasoning","summary":[{"type":"summary_text","text":"x"}],"content":[{"type":"reasoning_text","text":"y"}]},{"type":"configuration_update"},{"role":"user","phase":"x","content":"a","weight":1}]}`, `model="m" stream=false thoughts=false ignored=["input[].summary" "input[].content" "input[]" "input[].phase" "input[].weight"]`},
		{"results of own tools", `{"model":"m","input":[{"type":"shell_call","call_id":"c","action":{"commands":["ls"]}},{"type":"shell_call_output","call_id":"c","output":[{"stdout":"a.go"}]}]}`, `tool: result of "c" "shell" failed=false "{\"output\":[{\"stdout\":\"a.go\"}]}"`},
		{"an approval", `{"model":"m","input":[{"type":"mcp_approval_response","approval_request_id":"r","approve":true}]}`, `tool: result of "" "" failed=false "{\"approval_request_id\":\"r\",\"approve\":true}"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call, err := decode(test.body)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(dialecttest.DescribeCall(call)); !strings.Contains(got, "\n"+test.want+"\n") {
				t.Errorf("got:\n%s\nwant a line %s", got, test.want)
			}
		})
	}
}
