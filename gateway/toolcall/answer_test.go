package toolcall_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/toolcall"
)

// TestAnswers: what the client gets of an answer, in frames of any size, and how it is
// counted.
func TestAnswers(t *testing.T) {
	const call = "``````call-TAG read_file\n{\"path\": \"/a\"}\n``````"
	tests := []struct {
		name, script string
		text, calls  string // of calls: name and arguments, one a line
		counted      string
	}{
		{"text", "Hello\n```go\ncode\n```\n", "Hello\n```go\ncode\n```\n", "", ""},
		{"a call", call, "", `read_file {"path":"/a"}`, "exact"},
		{"text in front", "I look.\n\n" + call + "\n", "I look.\n\n", `read_file {"path":"/a"}`, "exact"},
		{"two calls", call + "\n\n" + strings.Replace(call, "/a", "/b", 1), "", "read_file {\"path\":\"/a\"}\nread_file {\"path\":\"/b\"}", "exact"},
		{"a result made up", call + "\nResult: 42\n" + call, "", `read_file {"path":"/a"}`, "exact invented"},
		{"shorter marks", "```call-TAG read_file\n{\"path\": \"/a\"}\n```", "", `read_file {"path":"/a"}`, "exact"},
		{"tildes", "~~~call-TAG read_file\n{\"path\": \"/a\"}\n~~~~", "", `read_file {"path":"/a"}`, "exact"},
		{"indented, upper case, blanks", "  `````` call-TAG   read_file  \r\n{\"path\": \"/a\"}\r\n``````  \r\n", "", `read_file {"path":"/a"}`, "exact"},
		{"the end behind the object", "``````call-TAG read_file\n{\"path\": \"/a\"}``````", "", `read_file {"path":"/a"}`, "exact"},
		{"several lines", "``````call-TAG read_file\n{\n  \"path\": \"/a\",\n  \"limit\": 3\n}\n``````", "", `read_file {"path":"/a","limit":3}`, "exact"},
		{"a long text", "``````call-TAG write_file\n{\"path\": \"/a\"}\n--TAG content\n```go\n``````\n\"x\\_\" \n\n--TAG end\n``````", "",
			`write_file {"path":"/a","content":"` + "```go\\n``````\\n\\\"x\\\\_\\\" \\n" + `"}`, "exact"},
		{"long texts only", "``````call-TAG write_file\n--TAG path\n/a\n--TAG content\n--TAG end\n``````", "", `write_file {"path":"/a","content":""}`, "exact"},
		{"a long text that is a number", "``````call-TAG read_file\n--TAG path\n/a\n--TAG limit\n7\n--TAG end\n``````", "", `read_file {"limit":7,"path":"/a"}`, "coerced"},
		{"freeform", "``````call-TAG apply_patch\n--TAG input\n*** Begin\n-a\n+b\n--TAG end\n``````", "", "apply_patch *** Begin\n-a\n+b", "exact"},
		{"freeform without its lines", "``````call-TAG apply_patch\n*** Begin\n``````", "", "apply_patch *** Begin", "exact"},
		{"another tag", "``````call-aaaaaaaa read_file\n{\"path\": \"/a\"}\n``````", "``````call-aaaaaaaa read_file\n{\"path\": \"/a\"}\n``````", "", "forged"},
		{"the example of the prompt", "``````call-TAG NAME\n{\"argument\": \"value\"}\n``````\nand more", "``````call-TAG NAME\n{\"argument\": \"value\"}\n``````\nand more", "", ""},
		{"a label inside of a line", "see ``````call-TAG read_file\n{}", "see ``````call-TAG read_file\n{}", "", ""},
		{"a code block that only begins alike", "```call-me\nx\n```", "```call-me\nx\n```", "", ""},
		{"damaged: escapes of Markdown", "``````call-TAG read_file\n{\"path\": \"\\_a\\[0\\]\"}\n``````", "", `read_file {"path":"_a[0]"}`, "repaired"},
		{"damaged: typographic quotes", "``````call-TAG read_file\n{“path”: “/a”}\n``````", "", `read_file {"path":"/a"}`, "repaired"},
		{"damaged: a comma at the end", "``````call-TAG read_file\n{\"path\": \"/a\",}\n``````", "", `read_file {"path":"/a"}`, "repaired"},
		{"damaged: single quotes", "``````call-TAG read_file\n{'path': 'it\\'s \"a\"'}\n``````", "", `read_file {"path":"it's \"a\""}`, "repaired"},
		{"damaged: a line break in a string", "``````call-TAG read_file\n{\"path\": \"a\nb\"}\n``````", "", `read_file {"path":"a\nb"}`, "repaired"},
		{"wrong type", "``````call-TAG read_file\n{\"path\": \"/a\", \"limit\": \"3\"}\n``````", "", `read_file {"limit":3,"path":"/a"}`, "coerced"},
		{"a number for a string", "``````call-TAG read_file\n{\"path\": 12.50}\n``````", "", `read_file {"path":"12.50"}`, "coerced"},
	}
	for _, tt := range tests {
		for _, frame := range []int{0, 1, 3, 7, 64} {
			c := counts{}
			got, err := answer(t, c, question(readFile, writeFile, applyPatch), &model{scripts: []string{tt.script}, frame: frame})
			if err != nil {
				t.Errorf("%s in frames of %d: %v", tt.name, frame, err)
				continue
			}
			text := strings.Join(strings.Split(got.Text, "TAG"), "")
			want := strings.ReplaceAll(tt.text, "TAG", "")
			if strings.Contains(tt.text, "TAG") {
				text = taughtLabel.ReplaceAllString(text, "call-")
			}
			if calls := listCalls(got.Calls); text != want || calls != tt.calls || c.String() != tt.counted {
				t.Errorf("%s in frames of %d: text %q, calls %q, counted %s", tt.name, frame, text, calls, c)
			}
			wantReason := chat.Stop
			if tt.calls != "" {
				wantReason = chat.CallTools
			}
			if got.Reason != wantReason {
				t.Errorf("%s: reason %s", tt.name, got.Reason)
			}
		}
	}
}

// TestMistakes: the model is asked once more, with what was wrong; a second mistake is
// an error.
func TestMistakes(t *testing.T) {
	const good = "``````call-TAG read_file\n{\"path\": \"/a\"}\n``````"
	for _, tt := range []struct{ name, script, told string }{
		{"no such tool", "``````call-TAG delete_all\n{}\n``````", `there is no tool "delete_all"; the tools are "read_file"`},
		{"a field is missing", "``````call-TAG read_file\n{}\n``````", "missing property 'path'"},
		{"a value of another type", "``````call-TAG read_file\n{\"path\": {}}\n``````", "at /path: got object, want string"},
		{"no JSON", "``````call-TAG read_file\n{\"path\": \n``````", "not valid JSON"},
		{"a list", "``````call-TAG read_file\n[]\n``````", "must be one JSON object"},
		{"no end", "``````call-TAG read_file\n{\"path\": \"/a\"}\n", "has no end"},
		{"a long text without its end", "``````call-TAG read_file\n--TAG path\n/a\n``````", "has no end"},
		{"an argument twice", "``````call-TAG read_file\n{\"path\": \"/a\"}\n--TAG path\n/b\n--TAG end\n``````", "given twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, m := counts{}, &model{scripts: []string{"First.\n" + tt.script, "Sorry.\n" + good}, frame: 5}
			got, err := answer(t, c, question(readFile), m)
			if err != nil || got.Text != "First.\n" || listCalls(got.Calls) != `read_file {"path":"/a"}` || c.String() != "retried" {
				t.Errorf("%v, text %q, calls %q, counted %s", err, got.Text, listCalls(got.Calls), c)
			}
			last := m.asked[1].Turns[len(m.asked[1].Turns)-1]
			if len(m.asked) != 2 || last.Role != chat.User || !strings.Contains(last.Parts[0].Text, tt.told) {
				t.Errorf("asked %d times, then with %q", len(m.asked), last.Parts[0].Text)
			}
			c = counts{}
			m = &model{scripts: []string{tt.script}}
			got, err = answer(t, c, question(readFile), m)
			var failure *chat.Error
			if !errors.As(err, &failure) || failure.Kind != chat.Upstream || len(got.Calls) > 0 || c.String() != "failed" || len(m.asked) != 2 {
				t.Errorf("the second time too: %v, calls %q, counted %s", err, listCalls(got.Calls), c)
			}
		})
	}
}

// TestCutAnswers: an answer that is cut at any byte never gives a shortened call.
func TestCutAnswers(t *testing.T) {
	const script = "Text\n``````call-TAG write_file\n{\"path\": \"/a\"}\n--TAG content\nline } one\nline two\n--TAG end\n``````\n"
	const want = `write_file {"path":"/a","content":"line } one\nline two"}`
	for _, reason := range []chat.FinishReason{chat.Stop, chat.Length} {
		made := 0
		for cut := range strings.ReplaceAll(script, "TAG", "12345678") {
			m := &model{scripts: []string{strings.ReplaceAll(strings.ReplaceAll(script, "TAG", "12345678")[:cut], "12345678", "TAG")}, reason: reason}
			got, err := answer(t, counts{}, question(writeFile), m)
			calls := listCalls(got.Calls)
			if calls != "" && calls != want {
				t.Fatalf("cut at %d: %q", cut, calls)
			}
			if calls != "" {
				made++
			}
			if err == nil && calls == "" && got.Reason != reason {
				t.Errorf("cut at %d: reason %s", cut, got.Reason)
			}
		}
		if made == 0 || made > 8 {
			t.Errorf("%d cuts left the call whole", made)
		}
	}
}

// TestChoice: what may be called, and how often.
func TestChoice(t *testing.T) {
	const call = "``````call-TAG read_file\n{\"path\": \"/a\"}\n``````\n"
	ask := func(choice chat.ToolChoice, scripts ...string) (chat.Answer, *model, error) {
		req := question(readFile, writeFile)
		req.ToolChoice = choice
		m := &model{scripts: scripts}
		got, err := answer(t, counts{}, req, m)
		return got, m, err
	}
	if got, m, err := ask(chat.ToolChoice{Mode: chat.ToolsNone}, call); err != nil || len(got.Calls) > 0 || strings.Contains(chat.FormatPrompt(m.asked[0]), "read_file") {
		t.Errorf("none: %v, %+v", err, got)
	}
	if got, m, err := ask(chat.ToolChoice{Single: true}, call+call); err != nil || len(got.Calls) != 1 || !strings.Contains(chat.FormatPrompt(m.asked[0]), "one block at most") {
		t.Errorf("single: %v, %+v", err, got)
	}
	if got, _, err := ask(chat.ToolChoice{Mode: chat.ToolsRequired}, "I would rather talk.", call); err != nil || len(got.Calls) != 1 || got.Text != "I would rather talk." {
		t.Errorf("required: %v, %+v", err, got)
	}
	if _, m, err := ask(chat.ToolChoice{Mode: chat.ToolsRequired}, "I would rather talk."); err == nil || len(m.asked) != 2 {
		t.Errorf("required, and never called: %v", err)
	}
	if _, m, err := ask(chat.ToolChoice{Mode: chat.ToolsRequired, Only: []string{"write_file"}}, call); err == nil || strings.Contains(chat.FormatPrompt(m.asked[0]), "read_file(") {
		t.Errorf("only another: %v", err)
	}
}

// TestEarlyEnds: the answer of the provider is ended as soon as nothing of it is
// wanted, and the reader may leave at any event.
func TestEarlyEnds(t *testing.T) {
	const call = "``````call-TAG read_file\n{\"path\": \"/a\"}\n``````\n"
	m := &model{scripts: []string{call + strings.Repeat("Result: none. ", 1000)}, frame: 50}
	if _, err := answer(t, counts{}, question(readFile), m); err != nil || m.read > 4 {
		t.Errorf("%v; %d frames were read", err, m.read)
	}
	q, err := toolcall.New(toolcall.Config{}).Prepare(question(readFile))
	if err != nil {
		t.Fatal(err)
	}
	m = &model{scripts: []string{"One\nTwo\n" + call}, frame: 4}
	for range q.Answer(t.Context(), m.ask) {
		break
	}
	if m.read != 1 {
		t.Errorf("%d frames were read for a reader who left", m.read)
	}
}

// TestTextGoesOutAtOnce: a frame that begins no block is passed on as it came.
func TestTextGoesOutAtOnce(t *testing.T) {
	q, err := toolcall.New(toolcall.Config{}).Prepare(question(readFile))
	if err != nil {
		t.Fatal(err)
	}
	m := &model{scripts: []string{"Hello there.\nA `code` span, ~100.\n"}, frame: 1}
	got := 0
	for event, err := range q.Answer(t.Context(), m.ask) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Kind == chat.Text {
			if got += len(event.Text); got != m.read {
				t.Fatalf("%d of %d bytes are out", got, m.read)
			}
		}
	}
}

var taughtLabel = regexp.MustCompile("call-[a-z2-7]{8}")

func listCalls(calls []chat.ToolCall) string {
	var lines []string
	ids := make(map[string]bool)
	for _, call := range calls {
		lines = append(lines, call.Name+" "+call.Arguments)
		if call.ID == "" || ids[call.ID] {
			lines = append(lines, "without an ID of its own")
		}
		ids[call.ID] = true
	}
	return strings.Join(lines, "\n")
}
