package interactions_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/interactions"
)

func decode(body string) (*dialect.Call, error) {
	r := httptest.NewRequest(http.MethodPost, "/v1beta/interactions", strings.NewReader(body))
	return interactions.Dialect.Decode(r, func(string) string { return "" })
}

// TestWrongFields: every field of the wrong type is named, however deep.
func TestWrongFields(t *testing.T) {
	with := func(field string) string { return `{"model":"m","input":"a",` + field + `}` }
	step := func(fields string) string {
		return `{"model":"m","input":[{` + fields + `},{"type":"text","text":"a"}]}`
	}
	tests := []struct{ body, param string }{
		{`{"input":"a"}`, "model"}, {`{"model":5,"input":"a"}`, "model"}, {`{"model":"m"}`, "input"}, {`{"model":"m","input":5}`, "input"}, {`{"model":"m","input":[]}`, "input"},
		{`{"model":"m","input":" "}`, "input"}, {`{"model":"m","input":[null]}`, "input[0]"}, {`{"model":"m","input":{"type":"hologram"}}`, "input.type"},
		{with(`"stream":1`), "stream"}, {with(`"store":"yes"`), "store"}, {with(`"system_instruction":5`), "system_instruction"}, {with(`"previous_interaction_id":5`), "previous_interaction_id"},
		{with(`"background":true,"store":false`), "background"}, {with(`"background":1`), "background"}, {with(`"agent":"a"`), "agent"}, {with(`"cached_content":"c"`), "cached_content"}, {with(`"environment":"e"`), "environment"}, {with(`"webhook_config":{"a":1}`), "webhook_config"},
		{with(`"tools":{}`), "tools"}, {with(`"tools":[1]`), "tools[0]"}, {with(`"tools":[{"type":5}]`), "tools[0]"}, {with(`"tools":[{"type":"function"}]`), "tools[0].name"}, {with(`"tools":[{"type":"function","name":"f","parameters":1}]`), "tools[0].parameters"},
		{with(`"generation_config":5`), "generation_config"}, {with(`"generation_config":{"thinking_level":5}`), "generation_config.thinking_level"}, {with(`"generation_config":{"thinking_summaries":5}`), "generation_config.thinking_summaries"},
		{with(`"generation_config":{"stop_sequences":5}`), "generation_config.stop_sequences"}, {with(`"generation_config":{"temperature":"x"}`), "generation_config.temperature"}, {with(`"generation_config":{"image_config":5}`), "generation_config.image_config"},
		{with(`"generation_config":{"tool_choice":"sometimes"}`), "generation_config.tool_choice"}, {with(`"generation_config":{"tool_choice":"any"}`), "generation_config.tool_choice"},
		{with(`"generation_config":{"tool_choice":{"allowed_tools":{"mode":"x"}}}`), "generation_config.tool_choice.allowed_tools.mode"}, {with(`"generation_config":{"tool_choice":{"allowed_tools":{"tools":["f"]}}}`), "generation_config.tool_choice.allowed_tools.tools"},
		{with(`"response_mime_type":"text/html"`), "response_mime_type"}, {with(`"response_format":5`), "response_format"}, {with(`"response_format":[{"type":"audio"}]`), "response_format[0].type"},
		{with(`"response_format":{"type":"text","schema":5}`), "response_format.schema"}, {with(`"response_format":{"type":"text","mime_type":"text/html"}`), "response_format.mime_type"}, {with(`"response_format":[{"type":"hologram"}]`), "response_format[0].type"},
		{step(`"type":"hologram"`), "input[0].type"}, {step(`"type":"user_input","content":5`), "input[0].content"}, {step(`"type":"user_input","content":[{"type":"hologram"}]`), "input[0].content[0].type"},
		{step(`"type":"image"`), "input[0].image"}, {step(`"type":"image","uri":"ftp://x"`), "input[0].uri"}, {step(`"type":"function_call","name":5`), "input[0].name"}, {step(`"type":"function_call","name":"f","arguments":"x"`), "input[0].arguments"},
		{step(`"type":"function_result","call_id":5`), "input[0].call_id"}, {step(`"type":"function_result","is_error":"x"`), "input[0].is_error"}, {step(`"type":"user_input","text":5`), "input[0].text"},
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
		{"nulls", `{"model":"m","input":"a","stream":null,"tools":null,"generation_config":null,"response_format":null,"previous_interaction_id":null}`, `user: "a"`},
		{"texts in a list", `{"model":"m","input":["a",{"type":"text","text":"b"}]}`, `user: "a" "b"`},
		{"one step", `{"model":"m","input":{"type":"user_input","content":"a"}}`, `user: "a"`},
		{"content among steps", `{"model":"m","input":[{"type":"text","text":"a"},{"type":"model_output","content":[{"type":"text","text":"b"}]},{"type":"text","text":"c"}]}`, "user: \"a\"\nmodel: \"b\"\nuser: \"c\""},
		{"thoughts", `{"model":"m","input":"a","generation_config":{"thinking_level":"minimal","thinking_summaries":"auto"}}`, `model="m" stream=false thoughts=true ignored=[] thinking=standard`},
		{"no tools", `{"model":"m","input":"a","tools":[{"type":"function","name":"f"}],"generation_config":{"tool_choice":"none"}}`, `choice mode=1 only=[] single=false`},
		{"any JSON", `{"model":"m","input":"a","response_mime_type":"application/json"}`, `format kind=2 ""`},
		{"a picture's looks", `{"model":"m","input":"a","response_format":{"type":"image","aspect_ratio":"16:9"}}`, `model="m" stream=false thoughts=false ignored=[]`},
		{"a call without arguments", `{"model":"m","input":[{"type":"function_call","id":"c","name":"f"},{"type":"function_result","call_id":"c","result":"x"}]}`, `model: call "c" "f" "{}" freeform=false`},
		{"a result that is a list", `{"model":"m","input":[{"type":"function_result","call_id":"c","result":[1,2]}]}`, `tool: result of "c" "" failed=false "[1,2]"`},
		{"fields of steps of another type", `{"model":"m","input":[{"type":"user_input","content":"a","id":"x","arguments":{"b":1}},{"type":"thought","text":"t"},{"type":"function_result","call_id":"c","result":"x","content":"y"}]}`, `model="m" stream=false thoughts=false ignored=["input[].arguments" "input[].id" "input[].text" "input[].content"]`},
		{"a result that is nothing", `{"model":"m","input":[{"type":"function_result","call_id":"c","result":""}]}`, `tool: result of "c" "" failed=false "(empty)"`},
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

// TestConversation: an interaction goes on with the one before, by its ID alone, and what
// is stored can be read and removed.
func TestConversation(t *testing.T) {
	s := dialecttest.NewServer()
	first := s.SendLine(t, "POST /v1beta/interactions", `{"model":"gemini-2.5-flash","input":"one","system_instruction":"Be short.","tools":[{"type":"function","name":"f"}]}`)
	id := gjson.Get(first.Body.String(), "id").Str
	second := s.SendLine(t, "POST /v1beta/interactions", `{"model":"gemini-2.5-flash","input":[{"type":"function_result","call_id":"c","result":"two"}],"store":false,"previous_interaction_id":"`+id+`"}`)
	if second.Code != http.StatusOK || gjson.Get(second.Body.String(), "previous_interaction_id").Str != id {
		t.Fatalf("%d %s", second.Code, second.Body)
	}
	got := string(dialecttest.DescribeCall(s.Last))
	if !strings.Contains(got, "user: \"one\"\nmodel: \"Hello, 世界") || !strings.Contains(got, `tool: result of "c" "" failed=false "two"`) || strings.Contains(got, "Be short.") || strings.Contains(got, "tool \"f\"") {
		t.Errorf("the conversation is\n%s", got)
	}
	stored := s.SendLine(t, "GET /v1beta/interactions/"+id+"?include_input=true", "").Body.String()
	if gjson.Get(stored, "input.0.content.0.text").Str != "one" || gjson.Get(stored, "status").Str != "completed" {
		t.Errorf("stored: %s", stored)
	}
	for _, test := range []struct {
		line, body string
		code       int
	}{
		{"GET /v1beta/interactions/" + id, "", 200}, {"GET /v1beta/interactions/" + id + "?stream=true&last_event_id=7", "", 400}, {"POST /v1beta/interactions/" + id + "/cancel", "", 400},
		{"DELETE /v1beta/interactions/" + id, "", 200}, {"GET /v1beta/interactions/" + id, "", 404}, {"DELETE /v1beta/interactions/" + id, "", 404}, {"POST /v1beta/interactions/" + id + "/cancel", "", 404}, {"GET /v1beta/interactions/resp_x", "", 404},
		{"POST /v1beta/interactions", `{"model":"gemini-2.5-flash","input":"a","previous_interaction_id":"` + id + `"}`, 400},
	} {
		if w := s.SendLine(t, test.line, test.body); w.Code != test.code {
			t.Errorf("%s: %d %s, want %d", test.line, w.Code, w.Body, test.code)
		}
	}
}
