package chat_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

func TestSplit(t *testing.T) {
	long := strings.Repeat("世界 ", 100)
	history := chat.Request{System: []string{"Be brief."}, Turns: []chat.Turn{
		text(chat.User, long), text(chat.Agent, "Yes."), text(chat.User, "And now?"),
	}}
	tests := []struct {
		name  string
		req   chat.Request
		limit int
		// What is expected of the prompt and of the file; "" is no file.
		prompt, file, content string
	}{
		{"fits exactly", chat.Request{Turns: []chat.Turn{text(chat.User, "12345")}}, 5, "12345", "", ""},
		{"one question", chat.Request{Turns: []chat.Turn{text(chat.User, long)}}, 300,
			"The question is in the attached file question.txt.", "question.txt", long},
		{"history fits", history, 5000, "Be brief.\n\nUser:\n" + long, "", ""},
		{"history is long", history, 300, "This conversation began earlier.", "conversation.txt", "Be brief.\n\nUser:\n" + long + "\n\nAssistant:\nYes."},
		{"last turn is long", chat.Request{Turns: []chat.Turn{text(chat.User, "Hi"), text(chat.User, long)}}, 300,
			"The whole conversation is in the attached file", "conversation.txt", "User:\nHi\n\nUser:\n" + long},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prompt, file, err := chat.SplitPrompt(&test.req, test.limit)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(prompt, test.prompt) || len(prompt) > test.limit {
				t.Errorf("prompt of %d bytes: %q", len(prompt), prompt)
			}
			switch {
			case test.file == "" && file != nil:
				t.Errorf("a file %q that nobody needs", file.Name)
			case test.file == "":
			case file == nil || file.Name != test.file || file.MIME != "text/plain" || string(file.Data) != test.content:
				t.Errorf("file %+v", file)
			}
		})
	}
	const short = "This conversation began earlier. Its beginning is in the attached file conversation.txt; read all of it, then answer the last turn, which follows.\n\nUser:\nAnd now?"
	for _, limit := range []int{len(short), len(short) - 1} {
		prompt, file, err := chat.SplitPrompt(&history, limit)
		if err != nil {
			t.Fatal(err)
		}
		if file == nil || (prompt == short) != (limit == len(short)) {
			t.Errorf("with a limit of %d: %q", limit, prompt)
		}
	}
	if prompt, _, _ := chat.SplitPrompt(&history, 300); !strings.HasSuffix(prompt, "\n\nUser:\nAnd now?") {
		t.Errorf("the last turn is not the end of the prompt: %q", prompt)
	}
}
