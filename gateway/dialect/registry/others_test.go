package registry_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// TestFieldsOfOtherKinds: a field that means something in messages of another role, or
// in items of another type, is named where nobody reads it. One with a file is refused.
func TestFieldsOfOtherKinds(t *testing.T) {
	const (
		call    = `[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]`
		picture = `"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"`
	)
	chat := func(message string) string {
		return `{"model":"m","messages":[{"role":"user","content":"a"},` + message + `,{"role":"user","content":"b"}]}`
	}
	item := func(item string) string {
		return `{"model":"m","input":[{"role":"user","content":"a"},` + item + `,{"role":"user","content":"b"}]}`
	}
	content := func(content string) string {
		return `{"contents":[{"role":"user","parts":[{"text":"a"}]},` + content + `,{"role":"user","parts":[{"text":"b"}]}]}`
	}
	tests := []struct{ body, named string }{
		{chat(`{"role":"user","content":"a","name":"Ann"}`), ""},
		{chat(`{"role":"user","content":"a","tool_calls":` + call + `}`), "messages[].tool_calls"},
		{chat(`{"role":"user","content":"a","tool_calls":[],"refusal":null,"function_call":null}`), ""},
		{chat(`{"role":"user","content":"a","tool_call_id":"c","refusal":"no"}`), "messages[].refusal messages[].tool_call_id"},
		{chat(`{"role":"system","content":"a","function_call":{"name":"f","arguments":"{}"}}`), "messages[].function_call"},
		{chat(`{"role":"assistant","content":"a","refusal":"no","tool_calls":` + call + `,"tool_call_id":"c"}`), "messages[].tool_call_id"},
		{chat(`{"role":"tool","tool_call_id":"c","content":"a","name":"f","images":[` + picture + `]}`), ""},
		{chat(`{"role":"tool","tool_call_id":"c","content":"a","tool_calls":` + call + `}`), "messages[].tool_calls"},
		{chat(`{"role":"user","content":"a","refusal":` + picture + `}`), "! messages[1].refusal"},

		{item(`{"type":"message","role":"user","content":"a","images":[` + picture + `]}`), ""},
		{item(`{"type":"message","role":"user","content":"a","name":"Ann","output":"x","action":{"a":1}}`), "input[].action input[].name input[].output"},
		{item(`{"type":"function_call","call_id":"c","name":"f","arguments":"{}","output":"x","code":"y"}`), "input[].code input[].output"},
		{item(`{"type":"function_call_output","call_id":"c","output":"x","content":"y"}`), "input[].content"},
		{item(`{"type":"reasoning","summary":[],"action":"x"}`), "input[].action"},
		{item(`{"type":"function_call","call_id":"c","name":"f","arguments":"{}","files":[` + picture + `]}`), "! input[1].files"},
		{item(`{"type":"reasoning","summary":[],"image":` + picture + `}`), "! input[1].image"},
		{item(`{"type":"image_generation_call","result":"` + strings.TrimPrefix(picture, `"data:image/png;base64,`) + `,"size":"1x1","call_id":"c"}`), "input[].call_id input[].size"},
		{content(`{"role":"model","parts":[{"text":"a"},{"functionCall":{"name":"f","args":{}}}]}`), ""},
		{content(`{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}`), ""},
		{content(`{"role":"user","parts":[{"text":"a"},{"functionCall":{"name":"f","args":{}}}]}`), "contents[].parts[].functionCall"},
		{content(`{"role":"model","parts":[{"text":"a"},{"functionResponse":{"name":"f","response":{}}}]}`), "contents[].parts[].functionResponse"},
		{content(`{"role":"system","parts":[{"text":"a","functionCall":{"name":"f"}}]}`), "contents[].parts[].functionCall"},
		{`{"systemInstruction":{"parts":[{"text":"a"},{"functionResponse":{"name":"f","response":{}}}]},"contents":[{"parts":[{"text":"b"}]}]}`, "systemInstruction.parts[].functionResponse"},

		{item(`{"type":"shell_call","call_id":"c","action":{"commands":["ls"]},"environment":{"a":"b"}}`), ""},
	}
	for _, tt := range tests {
		s, path := dialecttest.NewServer(), "/v1/chat/completions"
		switch {
		case strings.Contains(tt.body, `"input":[`):
			path = "/v1/responses"
		case strings.Contains(tt.body, `"contents":[`):
			path = "/v1beta/models/m:generateContent"
		}
		w := s.Send(path, "application/json", tt.body)
		got := fmt.Sprintf("status %d: %s", w.Code, w.Body)
		switch {
		case w.Code == http.StatusBadRequest && strings.HasPrefix(tt.named, "! ") && strings.Contains(got, strings.TrimPrefix(tt.named, "! ")+" is not a field for files"):
			continue
		case w.Code == http.StatusOK && s.Last != nil:
			names := slices.Sorted(slices.Values(s.Last.Chat.Ignored))
			if got = strings.Join(names, " "); got == tt.named {
				continue
			}
		}
		t.Errorf("%s: %s, want %q", tt.body, got, tt.named)
	}
}
