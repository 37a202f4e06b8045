package dialect_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

const (
	gUser = `{"parts":[{"text":"a"}]}`
	oUser = `{"role":"user","content":"a"}`
)

// TestWrongFields: every field of the wrong type is named, however deep.
func TestWrongFields(t *testing.T) {
	geminiBody := func(field string) string { return `{"contents":[` + gUser + `],` + field + `}` }
	config := func(field string) string { return geminiBody(`"generationConfig":{` + field + `}`) }
	part := func(field string) string { return `{"contents":[{"parts":[{` + field + `}]}]}` }
	openaiBody := func(field string) string { return `{"model":"m","messages":[` + oUser + `],` + field + `}` }
	content := func(piece string) string {
		return `{"model":"m","messages":[{"role":"user","content":[` + piece + `]}]}`
	}
	tests := []struct {
		d           dialect.Dialect
		body, param string
	}{
		{gemini.Dialect, geminiBody(`"systemInstruction":5`), "systemInstruction"},
		{gemini.Dialect, geminiBody(`"system_instruction":{"parts":[]}`), "systemInstruction.parts"},
		{gemini.Dialect, geminiBody(`"systemInstruction":{"parts":[{"inlineData":{"mimeType":"text/plain","data":"YQ"}}]}`), "systemInstruction"},
		{gemini.Dialect, geminiBody(`"generationConfig":[]`), "generationConfig"},
		{gemini.Dialect, geminiBody(`"generationConfig":{"candidateCount":"2"}`), "generationConfig.candidateCount"},
		{gemini.Dialect, geminiBody(`"generationConfig":{"responseMimeType":1}`), "generationConfig.responseMimeType"},
		{gemini.Dialect, geminiBody(`"generationConfig":{"response_json_schema":{}}`), "generationConfig.responseJsonSchema"},
		{gemini.Dialect, geminiBody(`"generationConfig":{"thinkingConfig":1}`), "generationConfig.thinkingConfig"},
		{gemini.Dialect, geminiBody(`"generationConfig":{"thinkingConfig":{"includeThoughts":"yes"}}`), "generationConfig.thinkingConfig.includeThoughts"},
		{gemini.Dialect, config(`"temperature":"x"`), "generationConfig.temperature"},
		{gemini.Dialect, config(`"temperature":""`), "generationConfig.temperature"},
		{gemini.Dialect, config(`"top_p":{}`), "generationConfig.topP"},
		{gemini.Dialect, config(`"topK":true`), "generationConfig.topK"},
		{gemini.Dialect, config(`"maxOutputTokens":"abc"`), "generationConfig.maxOutputTokens"},
		{gemini.Dialect, config(`"max_output_tokens":"-5"`), "generationConfig.maxOutputTokens"},
		{gemini.Dialect, config(`"maxOutputTokens":1.5`), "generationConfig.maxOutputTokens"},
		{gemini.Dialect, config(`"candidateCount":"one"`), "generationConfig.candidateCount"},
		{gemini.Dialect, config(`"seed":[1]`), "generationConfig.seed"},
		{gemini.Dialect, config(`"stopSequences":5`), "generationConfig.stopSequences"},
		{gemini.Dialect, config(`"stopSequences":"x"`), "generationConfig.stopSequences"},
		{gemini.Dialect, config(`"stop_sequences":["x",1]`), "generationConfig.stopSequences[1]"},
		{gemini.Dialect, config(`"stopSequences":[null]`), "generationConfig.stopSequences[0]"},
		{gemini.Dialect, config(`"responseModalities":5`), "generationConfig.responseModalities"},
		{gemini.Dialect, config(`"thinkingConfig":{"thinkingBudget":"much"}`), "generationConfig.thinkingConfig.thinkingBudget"},
		{gemini.Dialect, config(`"thinkingConfig":{"thinkingLevel":1}`), "generationConfig.thinkingConfig.thinkingLevel"},
		{gemini.Dialect, geminiBody(`"safetySettings":5`), "safetySettings"},
		{gemini.Dialect, geminiBody(`"safety_settings":["OFF"]`), "safetySettings[0]"},
		{gemini.Dialect, geminiBody(`"toolConfig":{"functionCallingConfig":{"mode":1}}`), "toolConfig.functionCallingConfig.mode"},
		{gemini.Dialect, geminiBody(`"tools":"search"`), "tools"},
		{gemini.Dialect, geminiBody(`"toolConfig":"ANY"`), "toolConfig"},
		{gemini.Dialect, geminiBody(`"toolConfig":{"functionCallingConfig":"ANY"}`), "toolConfig.functionCallingConfig"},
		{gemini.Dialect, `{"contents":["a"]}`, "contents[0]"},
		{gemini.Dialect, `{"contents":[{"role":1,"parts":[{"text":"a"}]}]}`, "contents[0].role"},
		{gemini.Dialect, `{"contents":[{"parts":"a"}]}`, "contents[0].parts"},
		{gemini.Dialect, `{"contents":[{"parts":["a"]}]}`, "contents[0].parts[0]"},
		{gemini.Dialect, `{"contents":[{"parts":[null]}]}`, "contents[0].parts[0]"},
		{gemini.Dialect, part(`"thought":1`), "contents[0].parts[0].thought"},
		{gemini.Dialect, part(`"inlineData":"YQ"`), "contents[0].parts[0].inlineData"},
		{gemini.Dialect, part(`"inlineData":{"mimeType":1}`), "contents[0].parts[0].inlineData.mimeType"},
		{gemini.Dialect, part(`"inlineData":{"displayName":1}`), "contents[0].parts[0].inlineData.displayName"},
		{gemini.Dialect, part(`"inlineData":{"data":1}`), "contents[0].parts[0].inlineData.data"},
		{gemini.Dialect, part(`"inlineData":{"mimeType":"a/b"}`), "contents[0].parts[0].inlineData.data"},
		{gemini.Dialect, part(`"text":" \n"`), "contents[0].parts"},
		{gemini.Dialect, `{}`, "contents"},
		{openai.Dialect, openaiBody(`"stream_options":1`), "stream_options"},
		{openai.Dialect, openaiBody(`"stream_options":{"include_usage":1}`), "stream_options.include_usage"},
		{openai.Dialect, openaiBody(`"response_format":"json"`), "response_format"},
		{openai.Dialect, openaiBody(`"response_format":{"type":1}`), "response_format.type"},
		{openai.Dialect, openaiBody(`"tools":{}`), "tools"},
		{openai.Dialect, openaiBody(`"functions":1`), "functions"},
		{openai.Dialect, openaiBody(`"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required"}}`), "tool_choice"},
		{openai.Dialect, openaiBody(`"functions":[{"name":"f"}],"function_call":{"name":"f"}`), "function_call"},
		{openai.Dialect, openaiBody(`"reasoning_effort":5`), "reasoning_effort"},
		{openai.Dialect, openaiBody(`"top_p":"1"`), "top_p"},
		{openai.Dialect, openaiBody(`"stop":5`), "stop"},
		{openai.Dialect, openaiBody(`"stop":{"a":"b"}`), "stop"},
		{openai.Dialect, openaiBody(`"stop":[1]`), "stop[0]"},
		{openai.Dialect, openaiBody(`"logit_bias":5`), "logit_bias"},
		{openai.Dialect, openaiBody(`"user":5`), "user"},
		{openai.Dialect, openaiBody(`"metadata":"x"`), "metadata"},
		{openai.Dialect, openaiBody(`"store":"yes"`), "store"},
		{openai.Dialect, openaiBody(`"parallel_tool_calls":"x"`), "parallel_tool_calls"},
		{openai.Dialect, openaiBody(`"n":0`), "n"},
		{openai.Dialect, openaiBody(`"n":1.5`), "n"},
		{openai.Dialect, openaiBody(`"max_tokens":-5`), "max_tokens"},
		{openai.Dialect, openaiBody(`"max_tokens":1.5`), "max_tokens"},
		{openai.Dialect, openaiBody(`"max_completion_tokens":0`), "max_completion_tokens"},
		{openai.Dialect, `{"model":"m","messages":[null]}`, "messages[0]"},
		{openai.Dialect, `{"model":"m","messages":[{"content":"a"}]}`, "messages[0].role"},
		{openai.Dialect, `{"model":"m","messages":[{"role":5}]}`, "messages[0].role"},
		{openai.Dialect, `{"model":"m","messages":[{"role":"assistant","content":"b"},{"role":"user","content":null}]}`, "messages[1].content"},
		{openai.Dialect, `{"model":"m","messages":[{"role":"assistant","content":""}]}`, "messages"},
		{openai.Dialect, `{"model":"m","messages":[{"role":"user","content":"   "}]}`, "messages[0].content"},
		{openai.Dialect, `{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"\n\t\u3000"}]}`, "messages[1].content"},
		{openai.Dialect, `{"model":"m","messages":[{"role":"system","content":" "}]}`, "messages"},
		{openai.Dialect, content(`{"type":"text","text":" "},"\n"`), "messages[0].content"},
		{openai.Dialect, content(`5`), "messages[0].content[0]"},
		{openai.Dialect, content(`{"type":1}`), "messages[0].content[0].type"},
		{openai.Dialect, content(`{"type":"video"}`), "messages[0].content[0].type"},
		{openai.Dialect, content(`{"type":"text","text":1}`), "messages[0].content[0].text"},
		{openai.Dialect, content(`{"type":"image_url","image_url":1}`), "messages[0].content[0].image_url"},
		{openai.Dialect, content(`{"type":"image_url","image_url":{"url":1}}`), "messages[0].content[0].image_url.url"},
		{openai.Dialect, content(`{"type":"image_url"}`), "messages[0].content[0].image_url"},
		{openai.Dialect, content(`{"type":"input_audio"}`), "messages[0].content[0].input_audio.format"},
		{openai.Dialect, content(`{"type":"input_audio","input_audio":{"format":"wav","data":"%%"}}`), "messages[0].content[0].input_audio.data"},
		{openai.Dialect, content(`{"type":"file","file":1}`), "messages[0].content[0].file"},
		{openai.Dialect, content(`{"type":"file","file":{"filename":1}}`), "messages[0].content[0].file.filename"},
		{openai.Dialect, content(`{"type":"file","file":{}}`), "messages[0].content[0].file.file_data"},
		{openai.Dialect, content(`{"type":"file","file":{"file_data":"data:a/b;base64,"}}`), "messages[0].content[0].file.file_data"},
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
		{"unknown fields", gemini.Dialect, `{"contents":[` + gUser + `],"labels":{"a":1},"generationConfig":{"x":[1]},"cachedContent":null}`, `user: "a"`},
		{"nulls", openai.Dialect, `{"model":"m","messages":[` + oUser + `],"stream":null,"tools":null,"tool_choice":null,"response_format":null,"n":null,"temperature":null}`, `user: "a"`},
		{"knobs", openai.Dialect, `{"model":"m","messages":[` + oUser + `],"temperature":0,"top_p":1,"presence_penalty":-2,"frequency_penalty":0.5,"max_tokens":4000,"max_completion_tokens":1e3,"n":1,"seed":-1,"stop":"x","logit_bias":{"50256":-100},"metadata":{},"user":"u","store":false,"parallel_tool_calls":true}`, `user: "a"`},
		{"several ends", openai.Dialect, `{"model":"m","messages":[` + oUser + `],"stop":["x","y"],"user":null,"max_tokens":null}`, `user: "a"`},
		{"knobs as protobuf writes them", gemini.Dialect, `{"contents":[` + gUser + `],"safetySettings":[{"category":"c","threshold":"OFF"}],"generation_config":{"temperature":"0.7","topP":1,"top_k":"40","maxOutputTokens":"8192","candidate_count":"1","seed":"-7","stopSequences":["x"],"responseModalities":["Text","IMAGE"],"presencePenalty":null,"thinkingConfig":{"thinkingBudget":-1,"thinkingLevel":"low"}}}`, `user: "a"`},
		{"allowed tools, none required", openai.Dialect, `{"model":"m","messages":[` + oUser + `],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto"}}}`, `user: "a"`},
		{"an answer to go on with", openai.Dialect, `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":"b"}]}`, "model: \"b\"\nuser: \"Continue your last answer exactly where it breaks off. Repeat nothing of it and do not introduce what follows.\""},
		{"old functions", openai.Dialect, `{"model":"m","messages":[` + oUser + `],"functions":[{"name":"f"}]}`, `model="m" stream=false thoughts=true ignored=["functions"]`},
		{"old functions, none required", openai.Dialect, `{"model":"m","messages":[` + oUser + `],"functions":[{"name":"f"}],"function_call":"auto"}`, `model="m" stream=false thoughts=true ignored=["functions"]`},
		{"strings among parts", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":["a",{"type":"input_text","text":"b"}]}]}`, `user: "a" "b"`},
		{"refusal sent back", openai.Dialect, `{"model":"m","messages":[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},` + oUser + `]}`, `model: "no"`},
		{"image as a bare string", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":[{"type":"input_image","image_url":"DATA:image/gif;charset=x;BASE64,R0lGODlh"}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"file in the part itself", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":[{"type":"input_file","filename":"C:\\a\\b.txt","file_data":"data:text/plain;base64,YQ=="}]}]}`, `user: [text/plain "b.txt" 1 bytes]`},
		{"audio", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"format":"mp3","data":"SUQz"}}]}]}`, `user: [audio/mpeg "" 3 bytes]`},
		{"nothing but dots for a name", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a/..","file_data":"data:text/plain;base64,YQ=="}}]}]}`, `user: [text/plain "" 1 bytes]`},
		{"a name without end", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"` + strings.Repeat("世", 300) + `.txt","file_data":"data:text/plain;base64,YQ=="}}]}]}`, `user: [text/plain "` + strings.Repeat("世", 124) + `.txt" 1 bytes]`},
		{"instruction in the middle", openai.Dialect, `{"model":"m","messages":[{"role":"system","content":"s"},` + oUser + `,{"role":"system","content":"t"},` + oUser + `]}`, `user: "t"`},
		{"a blank question before a good one", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":" "},` + oUser + `]}`, "model=\"m\" stream=false thoughts=true ignored=[]\nuser: \"a\""},
		{"a blank question before a good one, in Gemini's format", gemini.Dialect, `{"contents":[{"role":"user","parts":[{"text":"\n"}]},` + gUser + `]}`, "model=\"m\" stream=false thoughts=false ignored=[]\nuser: \"a\""},
		{"a blank question before an answer", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":" "},{"role":"assistant","content":"b"},` + oUser + `]}`, "model: \"b\"\nuser: \"a\""},
		{"blank text beside a picture", openai.Dialect, `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\n"},{"type":"input_image","image_url":"data:image/gif;base64,R0lGODlh"}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"blank instruction", openai.Dialect, `{"model":"m","messages":[{"role":"system","content":" "},` + oUser + `]}`, "model=\"m\" stream=false thoughts=true ignored=[]\nuser: \"a\""},
		{"a tool that returns nothing", openai.Dialect, `{"model":"m","messages":[` + oUser + `,{"role":"assistant","content":null,"tool_calls":[]},{"role":"tool","content":""}]}`, `user: "Tool result:" "(empty)"`},
		{"a tool that returns blanks", openai.Dialect, `{"model":"m","messages":[` + oUser + `,{"role":"function","name":"f","content":[{"type":"text","text":" "}]}]}`, `user: "Tool result:" "(empty)"`},
		{"broken text", openai.Dialect, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\xff\\ud800b\"}]}", `user: "a��b"`},
		{"lone signature", gemini.Dialect, `{"contents":[` + gUser + `,{"role":"model","parts":[{"thoughtSignature":"c2ln"}]},` + gUser + `]}`, `user: "a"`},
		{"code and its result", gemini.Dialect, `{"contents":[` + gUser + `,{"role":"model","parts":[{"executable_code":{"code":"1"}},{"codeExecutionResult":{"output":"1"}}]},` + gUser + `]}`, `model: "Code: {\"code\":\"1\"}" "Code result: {\"output\":\"1\"}"`},
		{"file with a name", gemini.Dialect, `{"contents":[{"parts":[{"inline_data":{"display_name":"x/y.txt","mime_type":"text/plain","data":"YQ"}}]}]}`, `user: [text/plain "y.txt" 1 bytes]`},
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
