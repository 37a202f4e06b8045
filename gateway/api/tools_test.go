package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

var taughtTag = regexp.MustCompile("``````call-([a-z2-7]{8}) NAME")

// writes answers with text in frames of five bytes; TAG becomes the tag of calls that
// the prompt teaches.
func writes(text string) script {
	return func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
		out := text
		if tag := taughtTag.FindStringSubmatch(chat.FormatPrompt(req)); tag != nil {
			out = strings.ReplaceAll(text, "TAG", tag[1])
		}
		var frames []string
		for ; len(out) > 5; out = out[5:] {
			frames = append(frames, out[:5])
		}
		says(append(frames, out)...)(ctx, set, req, yield)
	}
}

const weatherTool = `"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]`

// TestChatCompletionsCallTools: calls in the answer, whole and streamed, and what the
// model is shown of the results.
func TestChatCompletionsCallTools(t *testing.T) {
	g := newRig(t)
	g.actor.plays(writes("Let me see.\n``````call-TAG weather\n{\"city\": \"Ulm\"}\n``````\n``````call-TAG weather\n{\"city\": \"Bonn\"}\n``````\n"))
	body := `{"model":"` + flash + `","messages":[{"role":"user","content":"Ulm?"}],` + weatherTool + `}`
	w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: body})
	var whole struct {
		Choices []struct {
			Message struct {
				Content   *string
				ToolCalls []struct {
					ID, Type string
					Function struct{ Name, Arguments string }
				} `json:"tool_calls"`
			}
			Reason string `json:"finish_reason"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &whole); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %v: %s", w.Code, err, w.Body)
	}
	only := whole.Choices[0]
	if calls := only.Message.ToolCalls; only.Reason != "tool_calls" || *only.Message.Content != "Let me see.\n" || len(calls) != 2 ||
		calls[0].Type != "function" || calls[0].ID == calls[1].ID || calls[0].Function.Name != "weather" || calls[1].Function.Arguments != `{"city":"Bonn"}` {
		t.Errorf("%s", w.Body)
	}
	stream := g.do(call{path: "/v1/chat/completions", key: apiKey, body: strings.TrimSuffix(body, "}") + `,"stream":true}`}).Body.String()
	for _, want := range []string{
		`"delta":{"tool_calls":[{"index":0,"id":"call_`, `{"index":1,"id":"call_`,
		`"type":"function","function":{"name":"weather","arguments":"{\"city\":\"Ulm\"}"}}]}`,
		`"finish_reason":"tool_calls"`, "data: [DONE]",
	} {
		if !strings.Contains(stream, want) {
			t.Errorf("the stream has no %s:\n%s", want, stream)
		}
	}
	if strings.Contains(stream, "call-") {
		t.Errorf("the stream shows the block:\n%s", stream)
	}
	g.actor.plays(writes("It rains."))
	w = g.do(call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + flash + `",` + weatherTool + `,"messages":[{"role":"user","content":"Ulm?"},
		{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Ulm\"}"}}]},
		{"role":"tool","tool_call_id":"c1","content":"rain"}]}`})
	prompt := chat.FormatPrompt(g.actor.asked[len(g.actor.asked)-1])
	if w.Code != http.StatusOK || !strings.Contains(prompt, "Tool result of call c1 of function weather:\nrain") || !strings.Contains(prompt, " weather\n{\"city\":\"Ulm\"}\n") {
		t.Errorf("%d, prompt %s", w.Code, prompt)
	}
}

// TestCallsThatFail: a mistake of the model is counted and asked about once more; the
// second one is an error in the client's own format, in a stream that has begun too.
func TestCallsThatFail(t *testing.T) {
	g := newRig(t)
	g.actor.plays(writes("Let me see.\n``````call-TAG weather\n{\"town\": \"Ulm\"}\n``````\n"))
	body := `{"model":"` + flash + `","messages":[{"role":"user","content":"Ulm?"}],` + weatherTool
	w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: body + `}`})
	if w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), "missing property 'city'") || g.actor.calls() != 2 {
		t.Errorf("%d after %d questions: %s", w.Code, g.actor.calls(), w.Body)
	}
	if strings.Contains(g.log.String(), "city") {
		t.Error("the log has words of the tool")
	}
	lines := g.do(call{path: "/metrics", key: adminKey, method: http.MethodGet}).Body.String()
	if !strings.Contains(lines, `geminid_tool_calls_total{outcome="failed"} 1`) {
		t.Error("the failed call is not counted")
	}
}

// TestResponseFormat: an answer in a form, and the refusal of a schema that is none.
func TestResponseFormat(t *testing.T) {
	g := newRig(t)
	g.actor.plays(writes("Sure:\n```json\n{\"city\": \"Ulm\"}\n```\n"))
	body := func(schema string) string {
		return `{"model":"` + flash + `","messages":[{"role":"user","content":"Ulm?"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":` + schema + `}}}`
	}
	w := g.do(call{path: "/v1/chat/completions", key: apiKey, body: body(`{"type":"object","required":["city"]}`)})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"content":"{\"city\": \"Ulm\"}"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	asked := g.actor.calls()
	w = g.do(call{path: "/v1/chat/completions", key: apiKey, body: body(`{"type":"what"}`)})
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"param":"response_format.json_schema.schema"`) || g.actor.calls() != asked {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestGenerateContentCallsFunctions: calls in the answer, whole and streamed, and an
// answer that is one word of a list.
func TestGenerateContentCallsFunctions(t *testing.T) {
	g := newRig(t)
	g.actor.plays(writes("Let me see.\n``````call-TAG weather\n{\"city\": \"Ulm\"}\n``````\n``````call-TAG weather\n{\"city\": \"Bonn\"}\n``````\n"))
	body := `{"contents":[{"parts":[{"text":"Ulm?"}]}],"tools":[{"functionDeclarations":[{"name":"weather","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}}]}]}`
	for _, path := range []string{":generateContent", ":streamGenerateContent?alt=sse"} {
		w := g.do(call{path: "/v1beta/models/" + flash + path, key: apiKey, body: body})
		text := regexp.MustCompile(`"id":"call_[A-Z2-7]+"`).ReplaceAllString(w.Body.String(), `"id":"ID"`)
		text = regexp.MustCompile(`"thoughtSignature":"[A-Za-z0-9+/=]+"`).ReplaceAllString(text, `"thoughtSignature":"S"`)
		for _, want := range []string{
			`{"functionCall":{"id":"ID","name":"weather","args":{"city":"Ulm"}},"thoughtSignature":"S"}`,
			`{"functionCall":{"id":"ID","name":"weather","args":{"city":"Bonn"}}}`, `"finishReason":"STOP"`,
		} {
			if w.Code != http.StatusOK || !strings.Contains(text, want) {
				t.Errorf("%s: %d, no %s in\n%s", path, w.Code, want, text)
			}
		}
	}
	g.actor.plays(writes("```json\n\"rain\"\n```"))
	w := g.do(call{path: "/v1beta/models/" + flash + ":generateContent", key: apiKey, body: `{"contents":[{"parts":[{"text":"Ulm?"}]}],
		"generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["sun","rain"]}}}`})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"text":"rain"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
