package toolcall_test

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/toolcall"
)

var update = flag.Bool("update", false, "write the golden files")

// longConversation is a request with everything that a prompt shows.
func longConversation() *chat.Request {
	return &chat.Request{
		System: []string{"You are an agent."},
		Tools: []chat.OfferedTool{readFile, applyPatch, {Name: "search", Description: "Searches.\nTwo lines.", Schema: `{
			"$schema":"http://json-schema.org/draft-07/schema#","title":"Search","type":"object","additionalProperties":false,
			"properties":{
				"query":{"type":"string","minLength":1,"description":"the words\nto look for"},
				"in":{"enum":["files","web"],"default":"files"},
				"max results":{"type":["integer","null"],"minimum":1},
				"filter":{"$ref":"#/$defs/Filter"},
				"range":{"type":"array","prefixItems":[{"type":"integer"},{"type":"integer"}]},
				"names":{"type":"array","items":{"type":"string","description":"a name"}},
				"extra":{"type":"object","additionalProperties":{"type":"number"}},
				"mode":{"const":"fast"},
				"any":{}
			},
			"required":["query","filter"],
			"$defs":{"Filter":{"description":"All must hold.","anyOf":[{"type":"object","properties":{"not":{"$ref":"#/$defs/Filter"}}},{"type":"string","pattern":"^a"}]}}
		}`}},
		Turns: []chat.Turn{
			{Role: chat.User, Parts: []chat.Part{{Text: "Mend it."}}},
			{Role: chat.Agent, Parts: []chat.Part{{Text: "I look."}}, Calls: []chat.ToolCall{
				{ID: "c1", Name: "read_file", Arguments: `{"path":"/a"}`}, {ID: "c2", Name: "apply_patch", Arguments: "-a\n+b", Freeform: true}}},
			{Role: chat.ToolRole, Result: &chat.ToolResult{CallID: "c2", Name: "apply_patch", Failed: true}, Parts: []chat.Part{{Text: "no such file"}}},
			{Role: chat.ToolRole, Result: &chat.ToolResult{CallID: "c1", Name: "read_file"}, Parts: []chat.Part{{Text: "text"}}},
		},
	}
}

func promptOf(t *testing.T, req *chat.Request) string {
	t.Helper()
	q, err := toolcall.New(toolcall.Config{Key: []byte("key")}).Prepare(req)
	if err != nil {
		t.Fatal(err)
	}
	m := &model{scripts: []string{"ok"}}
	if _, err := chat.CollectAnswer(q.Answer(t.Context(), m.ask)); err != nil {
		t.Fatal(err)
	}
	return chat.FormatPrompt(m.asked[0])
}

// TestPrompt: the whole prompt, word for word; it is the same each time.
func TestPrompt(t *testing.T) {
	const golden = "testdata/prompt.txt"
	got := promptOf(t, longConversation())
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the prompt has changed; run with -update and read the difference:\n%s", got)
	}
	if promptOf(t, longConversation()) != got {
		t.Error("equal requests give different prompts")
	}
}

// TestPlainQuestions: a request without tools, format and calls is asked as it is.
func TestPlainQuestions(t *testing.T) {
	req := question()
	if got := promptOf(t, req); got != chat.FormatPrompt(req) {
		t.Errorf("got %q", got)
	}
}

// TestLargePrompts: question and tools stay in the prompt and never move to the file;
// what does not fit is an error with the sizes.
func TestLargePrompts(t *testing.T) {
	long := strings.Repeat("word ", 4000)
	pinned := []string{"TOOLS", "PROTOCOL"}
	turns := []chat.Turn{
		{Role: chat.User, Parts: []chat.Part{{Text: "old " + long}}},
		{Role: chat.Agent, Parts: []chat.Part{{Text: "answer"}}},
		{Role: chat.User, Parts: []chat.Part{{Text: "QUESTION"}}},
		{Role: chat.Agent, Parts: []chat.Part{{Text: "between"}}},
		{Role: chat.ToolRole, Parts: []chat.Part{{Text: "RESULT"}}},
	}
	check := func(req *chat.Request, limit int, in string) {
		t.Helper()
		prompt, file, err := chat.SplitPrompt(req, limit)
		if err != nil || file == nil || len(prompt) > limit {
			t.Fatalf("%v, %d bytes, file %v", err, len(prompt), file)
		}
		for _, word := range strings.Fields(in) {
			if !strings.Contains(prompt, word) {
				t.Errorf("the prompt has no %s:\n%.300s", word, prompt)
			}
		}
		if !strings.Contains(string(file.Data), "old word") {
			t.Error("the file lacks the beginning")
		}
	}
	check(&chat.Request{Turns: turns, Pinned: pinned}, 1000, "TOOLS PROTOCOL QUESTION between RESULT")
	turns[3].Parts = []chat.Part{{Text: long}}
	check(&chat.Request{Turns: turns, Pinned: pinned}, 1000, "TOOLS PROTOCOL QUESTION RESULT")
	turns[4].Parts = []chat.Part{{Text: long}}
	var failure *chat.Error
	if _, _, err := chat.SplitPrompt(&chat.Request{Turns: turns, Pinned: pinned}, 1000); !errors.As(err, &failure) ||
		failure.Kind != chat.ContextLength || !strings.Contains(failure.Message, "1000") {
		t.Error(err)
	}
}

// TestSchemas: which schemas are taken.
func TestSchemas(t *testing.T) {
	for schema, ok := range map[string]bool{
		`{}`: true, `true`: true, `{"type":"object","$comment":"x","enumDescriptions":["a"]}`: true,
		`{"properties":{"a":{"pattern":"^(?!x)"}}}`: true,
		`{"$ref":"#"}`: true,
		`{"$ref":"https://schemas.example/a.json"}`:                               true,
		`{"$schema":"https://other.example/schema","type":"object"}`:              true,
		`{"$id":"https://schemas.example/x","$ref":"#/$defs/a","$defs":{"a":{}}}`: true,
		`{"type":"nothing"}`: false, `{"properties":[]}`: false, `{"$ref":"#/$defs/none"}`: false, `{"required":"a"}`: false,
	} {
		tool := chat.OfferedTool{Name: "t", Schema: schema, Field: "tools[0].parameters"}
		_, err := newEngine(counts{}).Prepare(question(tool))
		var failure *chat.Error
		if ok != (err == nil) || !ok && (!errors.As(err, &failure) || failure.Param != tool.Field || failure.Kind != chat.BadRequest) {
			t.Errorf("%s: %v", schema, err)
		}
		if ok {
			promptOf(t, question(tool))
		}
	}
}
