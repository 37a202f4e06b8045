package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// AskChat asks the running server a question in OpenAI's format and returns the answer
// with its status.
type AskChat func(ctx context.Context, body []byte) (status int, answer []byte, err error)

// message is the part of an answer that the features are recognised by.
type message struct {
	Content     string `json:"content"`
	Reasoning   string `json:"reasoning_content"`
	Annotations []any  `json:"annotations"`
}

// element begins an element of the web app in a text.
var element = regexp.MustCompile(`<[A-Z][A-Za-z]+[ />]`)

// features are the abilities of the upstream with a question that needs each.
var features = []struct {
	name, model, question, effort string
	want                          string // in words
	came                          func(m message) bool
}{
	{"text", "gemini-2.5-flash", "Answer with the single word kite.", "", "the word without elements of the app",
		func(m message) bool {
			return strings.Contains(strings.ToLower(m.Content), "kite") && !element.MatchString(m.Content)
		}},
	{"extended thinking", "gemini-2.5-pro", "Is 391 a prime number? Think it through.", "high", "thoughts beside the answer",
		func(m message) bool { return m.Reasoning != "" && m.Content != "" }},
	{"sources", "gemini-2.5-flash", "Search the web: what is the newest release of Go? Name your sources.", "", "links to pages",
		func(m message) bool { return len(m.Annotations) > 0 || strings.Contains(m.Content, "](http") }},
	{"pictures from the web", "gemini-2.5-flash", "Find and show pictures of lighthouses on the web.", "", "pictures",
		func(m message) bool { return strings.Contains(m.Content, "![") }},
	{"code that is run", "gemini-2.5-flash", "Run Python code that prints 2**64, and show the code and what it prints.", "", "code and its output",
		func(m message) bool {
			return strings.Count(m.Content, "```") >= 4 && !strings.Contains(m.Content, "?code_")
		}},
	{"picture", "gemini-2.5-flash-image", "Draw a small red kite.", "", "a picture",
		func(m message) bool { return strings.Contains(m.Content, "![") }},
	{"canvas", "gemini-canvas", "Write a document of two sentences about kites.", "", "a document in the answer",
		func(m message) bool { return len(strings.TrimSpace(m.Content)) > 40 }},
}

// ExamineFeatures asks one question for each ability of the upstream, each of which
// counts against the account's allowance, and says what came as expected, what has
// changed, and what was counted as new meanwhile. No finding holds a word of an answer.
func ExamineFeatures(ctx context.Context, c Config, ask AskChat) []Finding {
	var out []Finding
	for _, f := range features {
		body, _ := json.Marshal(map[string]any{"model": f.model, "reasoning_effort": f.effort,
			"messages": []map[string]string{{"role": "user", "content": f.question}}})
		finding := Finding{Group: f.name, Level: Good, Text: "expected: " + f.want}
		status, raw, err := ask(ctx, body)
		switch m, ok := readMessage(raw); {
		case err != nil:
			finding = Finding{Group: f.name, Level: Bad, Text: "not asked: the server gave no answer", Fix: "geminid doctor"}
		case status != http.StatusOK || !ok:
			finding = Finding{Group: f.name, Level: Warning, Text: fmt.Sprintf("changed: answered with status %d instead of %s", status, f.want),
				Fix: "ask again later; an account may lack it, or have used it up"}
		case !f.came(m):
			finding = Finding{Group: f.name, Level: Warning, Text: "changed: an answer without " + f.want, Fix: "look for a newer geminid"}
		}
		out = append(out, finding)
	}
	for _, f := range checkDrift(ctx, &c) {
		f.Group = "drift"
		out = append(out, f)
	}
	return out
}

func readMessage(raw []byte) (message, bool) {
	var answer struct{ Choices []struct{ Message message } }
	if json.Unmarshal(raw, &answer) != nil || len(answer.Choices) == 0 {
		return message{}, false
	}
	return answer.Choices[0].Message, true
}
