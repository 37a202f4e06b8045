package agents_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"
	"google.golang.org/genai"
)

// maxRounds bounds the requests of a task that a test makes by itself.
const maxRounds = 8

// sdks are the official libraries for Go, each with a loop as its manual shows it.
var sdks = []struct {
	name string
	work func(context.Context, *task) error
}{
	{"openai-go, chat", workOpenAI},
	{"genai, gemini", workGemini},
}

// testSDKs has each library do the task.
func testSDKs(t *testing.T, l *lab) {
	for _, sdk := range sdks {
		t.Run(sdk.name, func(t *testing.T) {
			t.Parallel()
			k := l.newTask(t)
			ctx, cancel := context.WithTimeout(t.Context(), taskTime)
			defer cancel()
			if err := sdk.work(ctx, k); err != nil {
				t.Error(err)
			}
			k.check(t)
		})
	}
}

// sdkTool is a tool of the task.
type sdkTool struct {
	name, about string
	takes       []string // the names of its arguments, all texts
	run         func(args map[string]string) (string, error)
}

func (k *task) tools() []sdkTool {
	return []sdkTool{
		{"read_file", "Returns the content of a file.", []string{"path"}, func(args map[string]string) (string, error) {
			content, err := os.ReadFile(args["path"])
			return string(content), err
		}},
		{"edit_file", "Replaces a text in a file.", []string{"path", "old_text", "new_text"}, func(args map[string]string) (string, error) {
			content, err := os.ReadFile(args["path"])
			if err != nil {
				return "", err
			}
			return "done", os.WriteFile(args["path"], bytes.Replace(content, []byte(args["old_text"]), []byte(args["new_text"]), 1), 0o600)
		}},
		{"run_command", "Runs a shell command and returns what it prints.", []string{"command"}, func(args map[string]string) (string, error) {
			cmd := exec.Command("sh", "-c", args["command"])
			cmd.Dir = k.dir
			out, err := cmd.CombinedOutput()
			return string(out), err
		}},
	}
}

// schema is the JSON Schema of what a tool takes.
func (tool sdkTool) schema() map[string]any {
	properties := map[string]any{}
	for _, name := range tool.takes {
		properties[name] = map[string]any{"type": "string"}
	}
	return map[string]any{"type": "object", "properties": properties, "required": tool.takes, "additionalProperties": false}
}

// useTool does what a call asks for.
func (k *task) useTool(name, arguments string) (string, error) {
	var args map[string]string
	if err := json.Unmarshal([]byte(arguments), &args); err != nil {
		return "", fmt.Errorf("a call of %s with %q: %w", name, arguments, err)
	}
	for _, tool := range k.tools() {
		if tool.name == name {
			return tool.run(args)
		}
	}
	return "", fmt.Errorf("a call of %s, which was not offered", name)
}

var errRounds = errors.New("the task had no end")

// workOpenAI streams chat completions.
func workOpenAI(ctx context.Context, k *task) error {
	client := openai.NewClient(option.WithBaseURL(k.front.URL+"/v1"), option.WithAPIKey(k.lab.Key), option.WithMaxRetries(0))
	params := openai.ChatCompletionNewParams{
		Model:    "gemini-2.5-flash",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(k.question(libraryCalls))},
	}
	for _, tool := range k.tools() {
		params.Tools = append(params.Tools, openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
			Name: tool.name, Description: openai.String(tool.about), Parameters: tool.schema(), Strict: openai.Bool(true),
		}))
	}
	for range maxRounds {
		stream, sum := client.Chat.Completions.NewStreaming(ctx, params), openai.ChatCompletionAccumulator{}
		for stream.Next() {
			if !sum.AddChunk(stream.Current()) {
				return fmt.Errorf("the library cannot add up %s", stream.Current().RawJSON())
			}
		}
		if err := stream.Err(); err != nil {
			return err
		}
		choice := sum.Choices[0]
		if len(choice.Message.ToolCalls) == 0 {
			k.output.WriteString(choice.Message.Content)
			return nil
		}
		if choice.FinishReason != "tool_calls" {
			return fmt.Errorf("calls end with %q", choice.FinishReason)
		}
		params.Messages = append(params.Messages, choice.Message.ToParam())
		for _, call := range choice.Message.ToolCalls {
			result, err := k.useTool(call.Function.Name, call.Function.Arguments)
			if err != nil {
				return err
			}
			params.Messages = append(params.Messages, openai.ToolMessage(result, call.ID))
		}
	}
	return errRounds
}

// workGemini streams generateContent in a chat of the library.
func workGemini(ctx context.Context, k *task) error {
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey: k.lab.Key, Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: k.front.URL + "/gemini"},
	})
	if err != nil {
		return err
	}
	var offered genai.Tool
	for _, tool := range k.tools() {
		offered.FunctionDeclarations = append(offered.FunctionDeclarations, &genai.FunctionDeclaration{
			Name: tool.name, Description: tool.about, ParametersJsonSchema: tool.schema(),
		})
	}
	chat, err := client.Chats.Create(ctx, "gemini-2.5-flash", &genai.GenerateContentConfig{Tools: []*genai.Tool{&offered}}, nil)
	if err != nil {
		return err
	}
	parts := []genai.Part{{Text: k.question(libraryCalls)}}
	for range maxRounds {
		var results []genai.Part
		for answer, err := range chat.SendMessageStream(ctx, parts...) {
			if err != nil {
				return err
			}
			for _, part := range answer.Candidates[0].Content.Parts {
				k.output.WriteString(part.Text)
			}
			for _, call := range answer.FunctionCalls() {
				arguments, err := json.Marshal(call.Args)
				if err != nil {
					return err
				}
				result, err := k.useTool(call.Name, string(arguments))
				if err != nil {
					return err
				}
				part := genai.NewPartFromFunctionResponse(call.Name, map[string]any{"output": result})
				part.FunctionResponse.ID = call.ID
				results = append(results, *part)
			}
		}
		if len(results) == 0 {
			return nil
		}
		parts = results
	}
	return errRounds
}
