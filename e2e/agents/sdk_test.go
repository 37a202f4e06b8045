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
)

// maxRounds bounds the requests of a task that a test makes by itself.
const maxRounds = 8

// sdks are the official libraries for Go, each with a loop as its manual shows it.
var sdks = []struct {
	name string
	work func(context.Context, *task) error
}{
	{"openai-go, chat", workOpenAI},
	{"openai-go, responses", workResponses},
	{"anthropic-sdk-go, messages", workAnthropic},
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
