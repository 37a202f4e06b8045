package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/simulator"
)

// agent is a program that asks in OpenAI's format, runs the calls of the answers, and
// asks again until an answer has none.
type agent struct {
	h        *house
	tools    []map[string]any
	choice   any
	messages []map[string]any
	calls    []string // name and arguments of each call, one an answer's line
}

// run asks a question and returns the last answer, after so many rounds at most.
func (a *agent) run(question string, result func(name, arguments string) string) (text string, status int) {
	a.messages = append(a.messages, map[string]any{"role": "user", "content": question})
	for range 8 {
		message, status := a.askOnce()
		calls, _ := message["tool_calls"].([]any)
		a.messages = append(a.messages, message)
		if text, _ = message["content"].(string); status != http.StatusOK || len(calls) == 0 {
			return text, status
		}
		for _, call := range calls {
			name, arguments := at(call, "function", "name").(string), at(call, "function", "arguments").(string)
			a.calls = append(a.calls, name+" "+arguments)
			a.messages = append(a.messages, map[string]any{"role": "tool", "tool_call_id": at(call, "id"), "content": result(name, arguments)})
		}
	}
	return "no end after 8 rounds", 0
}

// askOnce returns the message of one answer, or of the error.
func (a *agent) askOnce() (message map[string]any, status int) {
	body := map[string]any{"model": flash, "messages": a.messages, "tools": a.tools}
	if a.choice != nil {
		body["tool_choice"] = a.choice
	}
	text, err := json.Marshal(body)
	if err != nil {
		a.h.t.Fatal(err)
	}
	w := a.h.do(call{path: "/v1/chat/completions", key: apiKey, body: string(text)})
	message, _ = at(fields(a.h.t, w.Body.Bytes()), "choices", 0, "message").(map[string]any)
	if w.Code != http.StatusOK {
		said, _ := at(fields(a.h.t, w.Body.Bytes()), "error", "message").(string)
		message = map[string]any{"content": said}
	}
	return message, w.Code
}

// function is a tool as programs offer it; parameters is its JSON Schema.
func function(name, parameters string) map[string]any {
	return map[string]any{"type": "function", "function": map[string]any{"name": name, "parameters": json.RawMessage(parameters)}}
}

func fileTools() []map[string]any {
	return []map[string]any{
		function("read", `{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}`),
		function("edit", `{"type":"object","properties":{"path":{"type":"string"},"old":{"type":"string"},"new":{"type":"string"}},"required":["path","old","new"]}`),
		function("shell", `{"type":"object","properties":{"command":{"type":"string"},"limit":{"type":"integer"}},"required":["command"]}`),
	}
}

// TestAgentsTask: a program reads a file, edits it, runs a command and answers, over
// the real provider and a model that is driven by its question.
func TestAgentsTask(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		files := map[string]string{"a.go": "package a // \"was\" `here`\n"}
		a := &agent{h: h, tools: fileTools()}
		text, status := a.run(`Mend it: [call read {"path": "a.go"}] [call edit {"path": "a.go", "old": "was", "new": "is\n\t[1]"}] [call shell {"command": "cat a.go"}] [also read {"path": "a.go"}] [say All is mended.]`,
			func(name, arguments string) string {
				args := fields(t, []byte(arguments))
				if name == "edit" {
					files["a.go"] = strings.ReplaceAll(files["a.go"], args["old"].(string), args["new"].(string))
				}
				return files["a.go"]
			})
		if status != http.StatusOK || text != "All is mended." || files["a.go"] != "package a // \"is\n\t[1]\" `here`\n" || len(a.calls) != 4 {
			t.Errorf("%d %q, calls %q, files %q", status, text, a.calls, files)
		}
		text, status = a.run("And what does it say? [call read]", func(string, string) string { return files["a.go"] })
		if status != http.StatusOK || !strings.Contains(text, "The tool says: package a // \"is") || len(a.calls) != 5 {
			t.Errorf("%d %q, calls %q", status, text, a.calls)
		}
		rounds := 0
		for _, entry := range h.upstream.Journal() {
			if entry.Operation != simulator.OpGenerate {
				continue
			}
			if rounds++; entry.ReadBytes != entry.PromptBytes || entry.ToolsRead != 3 {
				t.Errorf("round %d: %d of %d bytes read, %d tools", rounds, entry.ReadBytes, entry.PromptBytes, entry.ToolsRead)
			}
		}
		if rounds != 6 {
			t.Errorf("%d questions were asked, want 6", rounds)
		}
	})
}

// TestAgentsModelErrs: whatever the model does wrong, the call that arrives is the right
// one, or there is an error.
func TestAgentsModelErrs(t *testing.T) {
	const right = `shell {"command":"ls _x[0] <y> 'z' \"q\"","limit":3}`
	const inOrder = `shell {"limit":3,"command":"ls _x[0] <y> 'z' \"q\""}`
	for _, how := range []string{
		"", "markdown", "comma", "single", "python", "newline", "types", "raw", "invent", "prose", "comma single python",
		"tool_code", "default_api", "tool_call", "invoke", "function", "json", "list", "fenced", "tool_calls", "function_call",
		"cut once", "undeclared once", "wrong once", "missing once", "extra once", "cut=60 once",
	} {
		t.Run(how, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				a := &agent{h: h, tools: fileTools()}
				for i := range a.tools {
					if how == "extra once" {
						a.tools[i] = function(a.tools[i]["function"].(map[string]any)["name"].(string), `{"type":"object","properties":{"command":{},"limit":{}},"additionalProperties":false}`)
					}
				}
				question := `[call shell {"command": "ls _x[0] <y> 'z' \"q\"", "limit": 3}] [say ok]` + fmt.Sprintf(" [form %s]", how)
				text, status := a.run(question, func(string, string) string { return "done" })
				if status != http.StatusOK || text != "ok" || len(a.calls) != 1 || a.calls[0] != right && a.calls[0] != inOrder {
					t.Errorf("%d %q, calls %q", status, text, a.calls)
				}
			})
		})
	}
	for _, how := range []string{"cut", "undeclared", "wrong", "missing"} {
		t.Run(how+" for ever", func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				a := &agent{h: h, tools: fileTools()}
				text, status := a.run(`[call shell {"command": "ls"}] [say ok] [form `+how+`]`, func(string, string) string { return "done" })
				if status != http.StatusBadGateway || len(a.calls) > 0 || !strings.Contains(text, "when asked once more too") {
					t.Errorf("%d %q, calls %q", status, text, a.calls)
				}
			})
		})
	}
}

// TestMalformedCallsEndGemini: where the model makes no valid call, answers in the
// Gemini format end with the reason that it has for that, behind the text that came.
func TestMalformedCallsEndGemini(t *testing.T) {
	for _, verb := range []string{"generateContent", "streamGenerateContent?alt=sse"} {
		inBubble(t, func(t *testing.T, h *house) {
			w := h.do(call{path: "/gemini/v1beta/models/" + flash + ":" + verb, key: apiKey, body: `{"contents":[{"parts":[{"text":"[lead I look.] [call read {}]"}]}],
				"tools":[{"functionDeclarations":[{"name":"read","parametersJsonSchema":{"type":"object","required":["path"]}}]}]}`})
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `"text":"I look.\n\n"`) || strings.Count(body, `"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Gemini wrote no valid call`) != 1 ||
				strings.Contains(body, "functionCall") || strings.Contains(body, `"error"`) {
				t.Errorf("%s: %d %s", verb, w.Code, body)
			}
		})
	}
}

// TestThoughtsGoOnBesideCalls: thoughts reach the client while a call is held back, and
// the upstream's answer is ended behind the last call.
func TestThoughtsGoOnBesideCalls(t *testing.T) {
	g := newRig(t)
	behind := false
	g.actor.plays(func(_ context.Context, _ cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
		tag := taughtTag.FindStringSubmatch(chat.FormatPrompt(req))[1]
		for _, event := range []chat.Event{
			{Kind: chat.Text, Text: "``````call-" + tag + " read\n{\"path\""}, {Kind: chat.Thought, Text: "Let me think."},
			{Kind: chat.Text, Text: ": \"/a\"}\n``````\n"}, {Kind: chat.Text, Text: "It says: nothing."},
		} {
			if !yield(event, nil) {
				return
			}
		}
		behind = true
		yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	})
	w := g.do(call{path: "/gemini/v1beta/models/" + flash + ":streamGenerateContent?alt=sse", key: apiKey, body: `{"contents":[{"parts":[{"text":"Read."}]}],
		"tools":[{"functionDeclarations":[{"name":"read"}]}],"generationConfig":{"thinkingConfig":{"includeThoughts":true}}}`})
	body := w.Body.String()
	thought, made := strings.Index(body, "Let me think."), strings.Index(body, `"functionCall":{`)
	if thought < 0 || made < thought || behind || strings.Contains(body, "It says") || !strings.Contains(body, `"args":{"path":"/a"}`) {
		t.Errorf("read on behind the call: %t; %s", behind, body)
	}
}
