package openai_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

const oUser = `{"role":"user","content":"a"}`

// decodeChat decodes the body of a question.
func decodeChat(body string) (*dialect.Call, error) {
	r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(body))
	return openai.Dialect.Decode(r, func(string) string { return "" })
}

// TestWrongFields: every field of the wrong type is named, however deep.
func TestWrongFields(t *testing.T) {
	openaiBody := func(field string) string { return `{"model":"m","messages":[` + oUser + `],` + field + `}` }
	content := func(piece string) string {
		return `{"model":"m","messages":[{"role":"user","content":[` + piece + `]}]}`
	}
	tests := []struct{ body, param string }{
		{openaiBody(`"stream_options":1`), "stream_options"},
		{openaiBody(`"stream_options":{"include_usage":1}`), "stream_options.include_usage"},
		{openaiBody(`"response_format":"json"`), "response_format"},
		{openaiBody(`"response_format":{"type":1}`), "response_format.type"},
		{openaiBody(`"tools":{}`), "tools"},
		{openaiBody(`"functions":1`), "functions"},
		{openaiBody(`"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required"}}`), "tool_choice"},
		{openaiBody(`"functions":[{"name":"f"}],"function_call":{"name":"g"}`), "function_call"},
		{openaiBody(`"reasoning_effort":5`), "reasoning_effort"},
		{openaiBody(`"top_p":"1"`), "top_p"},
		{openaiBody(`"stop":5`), "stop"},
		{openaiBody(`"stop":{"a":"b"}`), "stop"},
		{openaiBody(`"stop":[1]`), "stop[0]"},
		{openaiBody(`"logit_bias":5`), "logit_bias"},
		{openaiBody(`"user":5`), "user"},
		{openaiBody(`"metadata":"x"`), "metadata"},
		{openaiBody(`"store":"yes"`), "store"},
		{openaiBody(`"parallel_tool_calls":"x"`), "parallel_tool_calls"},
		{openaiBody(`"n":0`), "n"},
		{openaiBody(`"n":1.5`), "n"},
		{openaiBody(`"max_tokens":-5`), "max_tokens"},
		{openaiBody(`"max_tokens":1.5`), "max_tokens"},
		{openaiBody(`"max_completion_tokens":0`), "max_completion_tokens"},
		{`{"model":"m","messages":[null]}`, "messages[0]"},
		{`{"model":"m","messages":[{"content":"a"}]}`, "messages[0].role"},
		{`{"model":"m","messages":[{"role":5}]}`, "messages[0].role"},
		{`{"model":"m","messages":[{"role":"assistant","content":"b"},{"role":"user","content":null}]}`, "messages[1].content"},
		{`{"model":"m","messages":[{"role":"assistant","content":""}]}`, "messages"},
		{`{"model":"m","messages":[{"role":"user","content":"   "}]}`, "messages[0].content"},
		{`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"\n\t\u3000"}]}`, "messages[1].content"},
		{`{"model":"m","messages":[{"role":"system","content":" "}]}`, "messages"},
		{openaiBody(`"images":["data:image/gif;base64,R0lGODlh"]`), "images"},
		{openaiBody(`"attachment_url":"https://x.example/a.pdf"`), "attachment_url"},
		{openaiBody(`"metadata":{"a":["data:image/gif;base64,R0lGODlh"]}`), "metadata"},
		{openaiBody(`"extra_body":{"google":{"cached_content":"cachedContents/x"}}`), "extra_body.google.cached_content"},
		{openaiBody(`"cached_content":"cachedContents/x"`), "cached_content"},
		{openaiBody(`"image_config":{"aspect_ratio":"1:99"}`), "image_config.aspect_ratio"},
		{`{"model":"m","messages":[{"role":"user","content":"a","pictures":["https://x.example/a.png"]}]}`, "messages[0].pictures"},
		{`{"model":"m","messages":[{"role":"user","content":"a","images":[{}]}]}`, "messages[0].images[0]"},
		{content(`{"type":"image_url","image_url":"hello"}`), "messages[0].content[0].image_url"},
		{content(`{"type":"image_file","image_file":{"file_id":"file-1"}}`), "messages[0].content[0].image_file"},
		{`{"model":"m","messages":[{"role":"user","name":5,"content":"a"}]}`, "messages[0].name"},
		{`{"model":"m","messages":[{"role":"tool","tool_call_id":5,"content":"a"}]}`, "messages[0].tool_call_id"},
		{`{"model":"m","messages":[{"role":"assistant","tool_calls":"x"},` + oUser + `]}`, "messages[0].tool_calls"},
		{`{"model":"m","messages":[{"role":"assistant","refusal":5},` + oUser + `]}`, "messages[0].refusal"},
		{content(`{"type":"text","text":" "},"\n"`), "messages[0].content"},
		{content(`5`), "messages[0].content[0]"},
		{content(`{"type":1}`), "messages[0].content[0].type"},
		{content(`{"type":"hologram"}`), "messages[0].content[0].type"},
		{content(`{"type":"text","text":1}`), "messages[0].content[0].text"},
		{content(`{"type":"image_url","image_url":1}`), "messages[0].content[0].image_url"},
		{content(`{"type":"image_url","image_url":{"url":1}}`), "messages[0].content[0].image_url.url"},
		{content(`{"type":"image_url"}`), "messages[0].content[0].image_url"},
		{content(`{"type":"input_audio"}`), "messages[0].content[0].input_audio"},
		{content(`{"type":"input_audio","input_audio":{"format":"wav","data":"%%"}}`), "messages[0].content[0].input_audio.data"},
		{content(`{"type":"file","file":1}`), "messages[0].content[0].file"},
		{content(`{"type":"file","file":{"filename":1}}`), "messages[0].content[0].file.filename"},
		{content(`{"type":"file","file":{}}`), "messages[0].content[0].file"},
		{content(`{"type":"file","file":{"file_data":"data:a/b;base64,"}}`), "messages[0].content[0].file.file_data"},
	}
	for _, test := range tests {
		t.Run(test.body, func(t *testing.T) {
			_, err := decodeChat(test.body)
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
		{"nulls", `{"model":"m","messages":[` + oUser + `],"stream":null,"tools":null,"tool_choice":null,"response_format":null,"n":null,"temperature":null}`, `user: "a"`},
		{"knobs", `{"model":"m","messages":[` + oUser + `],"temperature":0,"top_p":1,"presence_penalty":-2,"frequency_penalty":0.5,"max_tokens":4000,"max_completion_tokens":1e3,"n":1,"seed":-1,"stop":"x","logit_bias":{"50256":-100},"metadata":{},"user":"u","store":false,"parallel_tool_calls":true}`, `user: "a"`},
		{"several ends", `{"model":"m","messages":[` + oUser + `],"stop":["x","y"],"user":null,"max_tokens":null}`, `user: "a"`},
		{"allowed tools, none required", `{"model":"m","messages":[` + oUser + `],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto"}}}`, `user: "a"`},
		{"an answer to go on with", `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":"b"}]}`, "model: \"b\"\nuser: \"Continue your last answer exactly where it breaks off. Repeat nothing of it and do not introduce what follows.\""},
		{"old functions", `{"model":"m","messages":[` + oUser + `],"functions":[{"name":"f"}]}`, `tool "f" "" "" freeform=false`},
		{"old functions, none required", `{"model":"m","messages":[` + oUser + `],"functions":[{"name":"f"}],"function_call":"auto"}`, `choice mode=0 only=[] single=true`},
		{"strings among parts", `{"model":"m","messages":[{"role":"user","content":["a",{"type":"input_text","text":"b"}]}]}`, `user: "a" "b"`},
		{"refusal sent back", `{"model":"m","messages":[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},` + oUser + `]}`, `model: "no"`},
		{"image as a bare string", `{"model":"m","messages":[{"role":"user","content":[{"type":"input_image","image_url":"DATA:image/gif;charset=x;BASE64,R0lGODlh"}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"file in the part itself", `{"model":"m","messages":[{"role":"user","content":[{"type":"input_file","filename":"C:\\a\\b.txt","file_data":"data:text/plain;base64,YQ=="}]}]}`, `user: [text/plain "b.txt" 1 bytes]`},
		{"audio", `{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"format":"mp3","data":"SUQz"}}]}]}`, `user: [audio/mpeg "" 3 bytes]`},
		{"nothing but dots for a name", `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a/..","file_data":"data:text/plain;base64,YQ=="}}]}]}`, `user: [text/plain "" 1 bytes]`},
		{"a name without end", `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"` + strings.Repeat("世", 300) + `.txt","file_data":"data:text/plain;base64,YQ=="}}]}]}`, `user: [text/plain "` + strings.Repeat("世", 124) + `.txt" 1 bytes]`},
		{"instruction in the middle", `{"model":"m","messages":[{"role":"system","content":"s"},` + oUser + `,{"role":"system","content":"t"},` + oUser + `]}`, `user: "t"`},
		{"a blank question before a good one", `{"model":"m","messages":[{"role":"user","content":" "},` + oUser + `]}`, "model=\"m\" stream=false thoughts=true ignored=[]\nuser: \"a\""},
		{"a blank question before an answer", `{"model":"m","messages":[{"role":"user","content":" "},{"role":"assistant","content":"b"},` + oUser + `]}`, "model: \"b\"\nuser: \"a\""},
		{"blank text beside a picture", `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\n"},{"type":"input_image","image_url":"data:image/gif;base64,R0lGODlh"}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"blank instruction", `{"model":"m","messages":[{"role":"system","content":" "},` + oUser + `]}`, "model=\"m\" stream=false thoughts=true ignored=[]\nuser: \"a\""},
		{"an app with camels", `{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","imageUrl":{"url":"data:image/gif;base64,R0lGODlh"}}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"what has no effect", `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],"weight":1}],"temperature":0,"logprobs":false,"foo":{"a":1},"bar":"","b\u00e4r,":1}`,
			`model="m" stream=false thoughts=true ignored=["temperature" "foo" "b?r?" "messages[].weight" "messages[].content[].cache_control"]`},
		{"names of speakers", `{"model":"m","messages":[{"role":"system","name":"example_user","content":"s"},{"role":"user","name":"Ann","content":"a"},{"role":"user","name":"Bob \n B","content":[{"type":"text","text":"b"}]},{"role":"assistant","name":"Bot","content":"c"},{"role":"user","name":"","content":"d"}]}`,
			"system: \"example_user:\\ns\"\nuser: \"Ann:\\na\"\nuser: \"Bob B:\\nb\"\nmodel: \"Bot:\\nc\"\nuser: \"d\""},
		{"results in another order than the calls", `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":null,"tool_calls":[{"id":"c1"},{"id":"c2"}]},{"role":"tool","tool_call_id":"c2","content":"25"},{"role":"tool","tool_call_id":"c1","name":"w","content":"5"}]}`,
			"model: call \"c1\" \"\" \"\" freeform=false call \"c2\" \"\" \"\" freeform=false\ntool: result of \"c2\" \"\" failed=false \"25\"\ntool: result of \"c1\" \"w\" failed=false \"5\""},
		{"the result of an old function", `{"model":"m","messages":[` + oUser + `,{"role":"function","name":"f","content":"1"}]}`, `tool: result of "" "f" failed=false "1"`},
		{"a refusal beside the content", `{"model":"m","messages":[{"role":"assistant","content":null,"refusal":"no"},` + oUser + `]}`, `model: "no"`},
		{"a tool that returns nothing", `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":null,"tool_calls":[]},{"role":"tool","content":""}]}`, `tool: result of "" "" failed=false "(empty)"`},
		{"a tool that returns blanks", `{"model":"m","messages":[` + oUser + `,{"role":"function","name":"f","content":[{"type":"text","text":" "}]}]}`, `tool: result of "" "f" failed=false "(empty)"`},
		{"broken text", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\xff\\ud800b\"}]}", `user: "a��b"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call, err := decodeChat(test.body)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(dialecttest.DescribeCall(call)); !strings.Contains(got, "\n"+test.want+"\n") {
				t.Errorf("got:\n%s\nwant a line %s", got, test.want)
			}
		})
	}
}
