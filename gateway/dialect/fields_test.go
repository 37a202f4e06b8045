package dialect_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

const (
	gUser = `{"parts":[{"text":"a"}]}`
	oUser = `{"role":"user","content":"a"}`
)

// TestWrongFields: every field of the wrong type is named, however deep.
func TestWrongFields(t *testing.T) {
	gemini := func(field string) string { return `{"contents":[` + gUser + `],` + field + `}` }
	config := func(field string) string { return gemini(`"generationConfig":{` + field + `}`) }
	part := func(field string) string { return `{"contents":[{"parts":[{` + field + `}]}]}` }
	openai := func(field string) string { return `{"model":"m","messages":[` + oUser + `],` + field + `}` }
	content := func(piece string) string {
		return `{"model":"m","messages":[{"role":"user","content":[` + piece + `]}]}`
	}
	tests := []struct {
		d           dialect.Dialect
		body, param string
	}{
		{dialect.Gemini, gemini(`"systemInstruction":5`), "systemInstruction"},
		{dialect.Gemini, gemini(`"system_instruction":{"parts":[]}`), "systemInstruction.parts"},
		{dialect.Gemini, gemini(`"systemInstruction":{"parts":[{"inlineData":{"mimeType":"text/plain","data":"YQ"}}]}`), "systemInstruction"},
		{dialect.Gemini, gemini(`"generationConfig":[]`), "generationConfig"},
		{dialect.Gemini, gemini(`"generationConfig":{"candidateCount":"2"}`), "generationConfig.candidateCount"},
		{dialect.Gemini, gemini(`"generationConfig":{"responseMimeType":1}`), "generationConfig.responseMimeType"},
		{dialect.Gemini, gemini(`"generationConfig":{"response_json_schema":{}}`), "generationConfig.responseJsonSchema"},
		{dialect.Gemini, gemini(`"generationConfig":{"thinkingConfig":1}`), "generationConfig.thinkingConfig"},
		{dialect.Gemini, gemini(`"generationConfig":{"thinkingConfig":{"includeThoughts":"yes"}}`), "generationConfig.thinkingConfig.includeThoughts"},
		{dialect.Gemini, config(`"temperature":"x"`), "generationConfig.temperature"},
		{dialect.Gemini, config(`"temperature":""`), "generationConfig.temperature"},
		{dialect.Gemini, config(`"top_p":{}`), "generationConfig.topP"},
		{dialect.Gemini, config(`"topK":true`), "generationConfig.topK"},
		{dialect.Gemini, config(`"maxOutputTokens":"abc"`), "generationConfig.maxOutputTokens"},
		{dialect.Gemini, config(`"max_output_tokens":"-5"`), "generationConfig.maxOutputTokens"},
		{dialect.Gemini, config(`"maxOutputTokens":1.5`), "generationConfig.maxOutputTokens"},
		{dialect.Gemini, config(`"candidateCount":"one"`), "generationConfig.candidateCount"},
		{dialect.Gemini, config(`"seed":[1]`), "generationConfig.seed"},
		{dialect.Gemini, config(`"stopSequences":5`), "generationConfig.stopSequences"},
		{dialect.Gemini, config(`"stopSequences":"x"`), "generationConfig.stopSequences"},
		{dialect.Gemini, config(`"stop_sequences":["x",1]`), "generationConfig.stopSequences[1]"},
		{dialect.Gemini, config(`"stopSequences":[null]`), "generationConfig.stopSequences[0]"},
		{dialect.Gemini, config(`"responseModalities":5`), "generationConfig.responseModalities"},
		{dialect.Gemini, config(`"thinkingConfig":{"thinkingBudget":"much"}`), "generationConfig.thinkingConfig.thinkingBudget"},
		{dialect.Gemini, config(`"thinkingConfig":{"thinkingLevel":1}`), "generationConfig.thinkingConfig.thinkingLevel"},
		{dialect.Gemini, gemini(`"safetySettings":5`), "safetySettings"},
		{dialect.Gemini, gemini(`"safety_settings":["OFF"]`), "safetySettings[0]"},
		{dialect.Gemini, gemini(`"toolConfig":{"functionCallingConfig":{"mode":1}}`), "toolConfig.functionCallingConfig.mode"},
		{dialect.Gemini, gemini(`"tools":"search"`), "tools"},
		{dialect.Gemini, gemini(`"toolConfig":"ANY"`), "toolConfig"},
		{dialect.Gemini, gemini(`"toolConfig":{"functionCallingConfig":"ANY"}`), "toolConfig.functionCallingConfig"},
		{dialect.Gemini, `{"contents":["a"]}`, "contents[0]"},
		{dialect.Gemini, `{"contents":[{"role":1,"parts":[{"text":"a"}]}]}`, "contents[0].role"},
		{dialect.Gemini, `{"contents":[{"parts":"a"}]}`, "contents[0].parts"},
		{dialect.Gemini, `{"contents":[{"parts":["a"]}]}`, "contents[0].parts[0]"},
		{dialect.Gemini, `{"contents":[{"parts":[null]}]}`, "contents[0].parts[0]"},
		{dialect.Gemini, part(`"thought":1`), "contents[0].parts[0].thought"},
		{dialect.Gemini, part(`"inlineData":"YQ"`), "contents[0].parts[0].inlineData"},
		{dialect.Gemini, part(`"inlineData":{"mimeType":1}`), "contents[0].parts[0].inlineData.mimeType"},
		{dialect.Gemini, part(`"inlineData":{"displayName":1}`), "contents[0].parts[0].inlineData.displayName"},
		{dialect.Gemini, part(`"inlineData":{"data":1}`), "contents[0].parts[0].inlineData.data"},
		{dialect.Gemini, part(`"inlineData":{"mimeType":"a/b"}`), "contents[0].parts[0].inlineData.data"},
		{dialect.Gemini, part(`"text":" \n"`), "contents[0].parts"},
		{dialect.Gemini, `{}`, "contents"},
		{dialect.OpenAI, openai(`"stream_options":1`), "stream_options"},
		{dialect.OpenAI, openai(`"stream_options":{"include_usage":1}`), "stream_options.include_usage"},
		{dialect.OpenAI, openai(`"response_format":"json"`), "response_format"},
		{dialect.OpenAI, openai(`"response_format":{"type":1}`), "response_format.type"},
		{dialect.OpenAI, openai(`"tools":{}`), "tools"},
		{dialect.OpenAI, openai(`"functions":1`), "functions"},
		{dialect.OpenAI, openai(`"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required"}}`), "tool_choice"},
		{dialect.OpenAI, openai(`"functions":[{"name":"f"}],"function_call":{"name":"f"}`), "function_call"},
		{dialect.OpenAI, openai(`"reasoning_effort":5`), "reasoning_effort"},
		{dialect.OpenAI, openai(`"top_p":"1"`), "top_p"},
		{dialect.OpenAI, openai(`"stop":5`), "stop"},
		{dialect.OpenAI, openai(`"stop":{"a":"b"}`), "stop"},
		{dialect.OpenAI, openai(`"stop":[1]`), "stop[0]"},
		{dialect.OpenAI, openai(`"logit_bias":5`), "logit_bias"},
		{dialect.OpenAI, openai(`"user":5`), "user"},
		{dialect.OpenAI, openai(`"metadata":"x"`), "metadata"},
		{dialect.OpenAI, openai(`"store":"yes"`), "store"},
		{dialect.OpenAI, openai(`"parallel_tool_calls":"x"`), "parallel_tool_calls"},
		{dialect.OpenAI, openai(`"n":0`), "n"},
		{dialect.OpenAI, openai(`"n":1.5`), "n"},
		{dialect.OpenAI, openai(`"max_tokens":-5`), "max_tokens"},
		{dialect.OpenAI, openai(`"max_tokens":1.5`), "max_tokens"},
		{dialect.OpenAI, openai(`"max_completion_tokens":0`), "max_completion_tokens"},
		{dialect.OpenAI, `{"model":"m","messages":[null]}`, "messages[0]"},
		{dialect.OpenAI, `{"model":"m","messages":[{"content":"a"}]}`, "messages[0].role"},
		{dialect.OpenAI, `{"model":"m","messages":[{"role":5}]}`, "messages[0].role"},
		{dialect.OpenAI, `{"model":"m","messages":[{"role":"assistant","content":"b"},{"role":"user","content":null}]}`, "messages[1].content"},
		{dialect.OpenAI, `{"model":"m","messages":[{"role":"assistant","content":""}]}`, "messages"},
		{dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":"   "}]}`, "messages[0].content"},
		{dialect.OpenAI, `{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"\n\t\u3000"}]}`, "messages[1].content"},
		{dialect.OpenAI, `{"model":"m","messages":[{"role":"system","content":" "}]}`, "messages"},
		{dialect.OpenAI, content(`{"type":"text","text":" "},"\n"`), "messages[0].content"},
		{dialect.OpenAI, content(`5`), "messages[0].content[0]"},
		{dialect.OpenAI, content(`{"type":1}`), "messages[0].content[0].type"},
		{dialect.OpenAI, content(`{"type":"video"}`), "messages[0].content[0].type"},
		{dialect.OpenAI, content(`{"type":"text","text":1}`), "messages[0].content[0].text"},
		{dialect.OpenAI, content(`{"type":"image_url","image_url":1}`), "messages[0].content[0].image_url"},
		{dialect.OpenAI, content(`{"type":"image_url","image_url":{"url":1}}`), "messages[0].content[0].image_url.url"},
		{dialect.OpenAI, content(`{"type":"image_url"}`), "messages[0].content[0].image_url"},
		{dialect.OpenAI, content(`{"type":"input_audio"}`), "messages[0].content[0].input_audio.format"},
		{dialect.OpenAI, content(`{"type":"input_audio","input_audio":{"format":"wav","data":"%%"}}`), "messages[0].content[0].input_audio.data"},
		{dialect.OpenAI, content(`{"type":"file","file":1}`), "messages[0].content[0].file"},
		{dialect.OpenAI, content(`{"type":"file","file":{"filename":1}}`), "messages[0].content[0].file.filename"},
		{dialect.OpenAI, content(`{"type":"file","file":{}}`), "messages[0].content[0].file.file_data"},
		{dialect.OpenAI, content(`{"type":"file","file":{"file_data":"data:a/b;base64,"}}`), "messages[0].content[0].file.file_data"},
	}
	for _, test := range tests {
		t.Run(test.d.Name+" "+test.body, func(t *testing.T) {
			_, err := decode(test.d, strings.NewReader(test.body))
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

// TestUnusualForms: what is well meant is understood.
func TestUnusualForms(t *testing.T) {
	tests := []struct {
		name string
		d    dialect.Dialect
		body string
		want string // a line of describe
	}{
		{"unknown fields", dialect.Gemini, `{"contents":[` + gUser + `],"labels":{"a":1},"generationConfig":{"x":[1]},"cachedContent":null}`, `user: "a"`},
		{"nulls", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `],"stream":null,"tools":null,"tool_choice":null,"response_format":null,"n":null,"temperature":null}`, `user: "a"`},
		{"knobs", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `],"temperature":0,"top_p":1,"presence_penalty":-2,"frequency_penalty":0.5,"max_tokens":4000,"max_completion_tokens":1e3,"n":1,"seed":-1,"stop":"x","logit_bias":{"50256":-100},"metadata":{},"user":"u","store":false,"parallel_tool_calls":true}`, `user: "a"`},
		{"several ends", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `],"stop":["x","y"],"user":null,"max_tokens":null}`, `user: "a"`},
		{"knobs as protobuf writes them", dialect.Gemini, `{"contents":[` + gUser + `],"safetySettings":[{"category":"c","threshold":"OFF"}],"generation_config":{"temperature":"0.7","topP":1,"top_k":"40","maxOutputTokens":"8192","candidate_count":"1","seed":"-7","stopSequences":["x"],"responseModalities":["Text","IMAGE"],"presencePenalty":null,"thinkingConfig":{"thinkingBudget":-1,"thinkingLevel":"low"}}}`, `user: "a"`},
		{"allowed tools, none required", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto"}}}`, `user: "a"`},
		{"an answer to go on with", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":"b"}]}`, "model: \"b\"\nuser: \"Continue your last answer exactly where it breaks off. Repeat nothing of it and do not introduce what follows.\""},
		{"old functions", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `],"functions":[{"name":"f"}]}`, `model="m" stream=false thoughts=true ignored=["functions"]`},
		{"old functions, none required", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `],"functions":[{"name":"f"}],"function_call":"auto"}`, `model="m" stream=false thoughts=true ignored=["functions"]`},
		{"strings among parts", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":["a",{"type":"input_text","text":"b"}]}]}`, `user: "a" "b"`},
		{"refusal sent back", dialect.OpenAI, `{"model":"m","messages":[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},` + oUser + `]}`, `model: "no"`},
		{"image as a bare string", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":[{"type":"input_image","image_url":"DATA:image/gif;charset=x;BASE64,R0lGODlh"}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"file in the part itself", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":[{"type":"input_file","filename":"C:\\a\\b.txt","file_data":"data:text/plain;base64,YQ=="}]}]}`, `user: [text/plain "b.txt" 1 bytes]`},
		{"audio", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"format":"mp3","data":"SUQz"}}]}]}`, `user: [audio/mpeg "" 3 bytes]`},
		{"nothing but dots for a name", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a/..","file_data":"data:text/plain;base64,YQ=="}}]}]}`, `user: [text/plain "" 1 bytes]`},
		{"a name without end", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"` + strings.Repeat("世", 300) + `.txt","file_data":"data:text/plain;base64,YQ=="}}]}]}`, `user: [text/plain "` + strings.Repeat("世", 124) + `.txt" 1 bytes]`},
		{"instruction in the middle", dialect.OpenAI, `{"model":"m","messages":[{"role":"system","content":"s"},` + oUser + `,{"role":"system","content":"t"},` + oUser + `]}`, `user: "t"`},
		{"blank text beside a picture", dialect.OpenAI, `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\n"},{"type":"input_image","image_url":"data:image/gif;base64,R0lGODlh"}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"blank instruction", dialect.OpenAI, `{"model":"m","messages":[{"role":"system","content":" "},` + oUser + `]}`, "model=\"m\" stream=false thoughts=true ignored=[]\nuser: \"a\""},
		{"a tool that returns nothing", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":null,"tool_calls":[]},{"role":"tool","content":""}]}`, `user: "Tool result:" "(empty)"`},
		{"a tool that returns blanks", dialect.OpenAI, `{"model":"m","messages":[` + oUser + `,{"role":"function","name":"f","content":[{"type":"text","text":" "}]}]}`, `user: "Tool result:" "(empty)"`},
		{"broken text", dialect.OpenAI, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\xff\\ud800b\"}]}", `user: "a��b"`},
		{"lone signature", dialect.Gemini, `{"contents":[` + gUser + `,{"role":"model","parts":[{"thoughtSignature":"c2ln"}]},` + gUser + `]}`, `user: "a"`},
		{"code and its result", dialect.Gemini, `{"contents":[` + gUser + `,{"role":"model","parts":[{"executable_code":{"code":"1"}},{"codeExecutionResult":{"output":"1"}}]},` + gUser + `]}`, `model: "Code: {\"code\":\"1\"}" "Code result: {\"output\":\"1\"}"`},
		{"file with a name", dialect.Gemini, `{"contents":[{"parts":[{"inline_data":{"display_name":"x/y.txt","mime_type":"text/plain","data":"YQ"}}]}]}`, `user: [text/plain "y.txt" 1 bytes]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call, err := decode(test.d, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(describe(call)); !strings.Contains(got, "\n"+test.want+"\n") {
				t.Errorf("got:\n%s\nwant a line %s", got, test.want)
			}
		})
	}
}
