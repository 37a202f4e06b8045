package gemini_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
)

const gUser = `{"parts":[{"text":"a"}]}`

// decodeChat decodes the body of a question.
func decodeChat(body string) (*dialect.Call, error) {
	r := httptest.NewRequest(http.MethodPost, "/gemini/v1beta/models/m:generateContent", strings.NewReader(body))
	return gemini.Dialect.Decode(r, func(string) string { return "/m:generateContent" })
}

// TestWrongFields: every field of the wrong type is named, however deep.
func TestWrongFields(t *testing.T) {
	geminiBody := func(field string) string { return `{"contents":[` + gUser + `],` + field + `}` }
	config := func(field string) string { return geminiBody(`"generationConfig":{` + field + `}`) }
	part := func(field string) string { return `{"contents":[{"parts":[{` + field + `}]}]}` }
	tests := []struct{ body, param string }{
		{geminiBody(`"systemInstruction":5`), "systemInstruction"},
		{geminiBody(`"system_instruction":{"parts":[]}`), "systemInstruction.parts"},
		{geminiBody(`"cachedContent":"cachedContents/x"`), "cachedContent"},
		{geminiBody(`"photo":"https://x.example/a.png"`), "photo"},
		{config(`"_responseJsonSchema":{}`), "generationConfig.ResponseJsonSchema"},
		{config(`"responseFormat":{"text":{"mimeType":"text/html"}}`), "generationConfig.responseFormat.text.mimeType"},
		{geminiBody(`"generationConfig":[]`), "generationConfig"},
		{geminiBody(`"generationConfig":{"candidateCount":"2"}`), "generationConfig.candidateCount"},
		{geminiBody(`"generationConfig":{"responseMimeType":1}`), "generationConfig.responseMimeType"},
		{geminiBody(`"generationConfig":{"response_json_schema":{}}`), "generationConfig.responseJsonSchema"},
		{geminiBody(`"generationConfig":{"thinkingConfig":1}`), "generationConfig.thinkingConfig"},
		{geminiBody(`"generationConfig":{"thinkingConfig":{"includeThoughts":"yes"}}`), "generationConfig.thinkingConfig.includeThoughts"},
		{config(`"temperature":"x"`), "generationConfig.temperature"},
		{config(`"temperature":""`), "generationConfig.temperature"},
		{config(`"top_p":{}`), "generationConfig.topP"},
		{config(`"topK":true`), "generationConfig.topK"},
		{config(`"maxOutputTokens":"abc"`), "generationConfig.maxOutputTokens"},
		{config(`"max_output_tokens":"-5"`), "generationConfig.maxOutputTokens"},
		{config(`"maxOutputTokens":1.5`), "generationConfig.maxOutputTokens"},
		{config(`"candidateCount":"one"`), "generationConfig.candidateCount"},
		{config(`"seed":[1]`), "generationConfig.seed"},
		{config(`"stopSequences":5`), "generationConfig.stopSequences"},
		{config(`"stop_sequences":["x",1]`), "generationConfig.stopSequences[1]"},
		{config(`"stopSequences":[null]`), "generationConfig.stopSequences[0]"},
		{config(`"responseModalities":5`), "generationConfig.responseModalities"},
		{config(`"thinkingConfig":{"thinkingBudget":"much"}`), "generationConfig.thinkingConfig.thinkingBudget"},
		{config(`"thinkingConfig":{"thinkingLevel":1}`), "generationConfig.thinkingConfig.thinkingLevel"},
		{geminiBody(`"safetySettings":5`), "safetySettings"},
		{geminiBody(`"safety_settings":["OFF"]`), "safetySettings[0]"},
		{geminiBody(`"toolConfig":{"functionCallingConfig":{"mode":1}}`), "toolConfig.functionCallingConfig.mode"},
		{geminiBody(`"tools":"search"`), "tools"},
		{geminiBody(`"toolConfig":"ANY"`), "toolConfig"},
		{geminiBody(`"toolConfig":{"functionCallingConfig":"ANY"}`), "toolConfig.functionCallingConfig"},
		{`{"contents":["a"]}`, "contents[0]"},
		{`{"contents":[{"role":1,"parts":[{"text":"a"}]}]}`, "contents[0].role"},
		{`{"contents":[{"parts":"a"}]}`, "contents[0].parts"},
		{`{"contents":[{"parts":["a"]}]}`, "contents[0].parts[0]"},
		{`{"contents":[{"parts":[null]}]}`, "contents[0].parts[0]"},
		{part(`"thought":1`), "contents[0].parts[0].thought"},
		{part(`"inlineData":"YQ"`), "contents[0].parts[0].inlineData"},
		{part(`"inlineData":{"mimeType":1}`), "contents[0].parts[0].inlineData.mimeType"},
		{part(`"inlineData":{"displayName":1}`), "contents[0].parts[0].inlineData.displayName"},
		{part(`"inlineData":{"data":1}`), "contents[0].parts[0].inlineData.data"},
		{part(`"inlineData":{"mimeType":"a/b"}`), "contents[0].parts[0].inlineData"},
		{part(`"text":" \n"`), "contents[0].parts"},
		{`{}`, "contents"},
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
		{"unknown fields", `{"contents":[` + gUser + `],"labels":{"a":1},"generationConfig":{"x":[1]},"cachedContent":null,"y":false}`, `model="m" stream=false thoughts=false ignored=["labels" "generationConfig.x"]`},
		{"a file in the instruction", `{"contents":[` + gUser + `],"systemInstruction":{"parts":[{"inlineData":{"mimeType":"text/plain","data":"YQ"}}]}}`, `user: [text/plain "" 1 bytes] "a"`},
		{"a text beside a call", `{"contents":[` + gUser + `,{"role":"model","parts":[{"text":"b","functionCall":{"id":"c1","name":"f"}}]},` + gUser + `]}`, `model: "b" call "c1" "f" "{}" freeform=false`},
		{"a picture in a function's result", `{"contents":[` + gUser + `,{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"a":1},"parts":[{"inline_data":{"mime_type":"image/gif","data":"R0lGODlh"}}]}}]}]}`,
			`tool: result of "c1" "f" failed=false "{\"a\":1}" [image/gif "" 6 bytes]`},
		{"a picture as in another API", `{"contents":[{"parts":[{"image_url":{"url":"data:image/gif;base64,R0lGODlh"}}]}]}`, `user: [image/gif "" 6 bytes]`},
		{"looks of a picture", `{"contents":[` + gUser + `],"generationConfig":{"imageConfig":{"aspectRatio":"16:9","image_size":"2K"}}}`, `user: "a" "Format of the picture: 16:9." "Resolution: 2K, the longer side about 2000 pixels."`},
		{"knobs as protobuf writes them", `{"contents":[` + gUser + `],"safetySettings":[{"category":"c","threshold":"OFF"}],"generation_config":{"temperature":"0.7","topP":1,"top_k":"40","maxOutputTokens":"8192","candidate_count":"1","seed":"-7","stopSequences":["x"],"responseModalities":["Text","IMAGE"],"presencePenalty":null,"thinkingConfig":{"thinkingBudget":-1,"thinkingLevel":"low"}}}`, `user: "a"`},
		{"a blank question before a good one, in Gemini's format", `{"contents":[{"role":"user","parts":[{"text":"\n"}]},` + gUser + `]}`, "model=\"m\" stream=false thoughts=false ignored=[]\nuser: \"a\""},
		{"lone signature", `{"contents":[` + gUser + `,{"role":"model","parts":[{"thoughtSignature":"c2ln"}]},` + gUser + `]}`, `user: "a"`},
		{"code and its result", `{"contents":[` + gUser + `,{"role":"model","parts":[{"executable_code":{"code":"1"}},{"codeExecutionResult":{"output":"1"}}]},` + gUser + `]}`, `model: "Code: {\"code\":\"1\"}" "Code result: {\"output\":\"1\"}"`},
		{"file with a name", `{"contents":[{"parts":[{"inline_data":{"display_name":"x/y.txt","mime_type":"text/plain","data":"YQ"}}]}]}`, `user: [text/plain "y.txt" 1 bytes]`},
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
