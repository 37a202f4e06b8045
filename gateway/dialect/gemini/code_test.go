package gemini_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

const (
	codeBlock   = "```python\nprint(\"```\")\n```"
	outputBlock = "```text\n1\n\n```"
)

// ranEvents is an answer with code that was run, in small pieces, and a source of its
// last sentence.
func ranEvents(size int) (events []chat.Event, text string) {
	for _, piece := range []chat.Event{
		{Text: "I ran:\n\n"}, {Text: codeBlock, Block: chat.RunCode}, {Text: "\n"}, {Text: outputBlock, Block: chat.CodeOutput}, {Text: "\n\nOne é line."},
	} {
		text += piece.Text
		for rest := piece.Text; rest != ""; {
			n := min(size, len(rest))
			for n < len(rest) && rest[n]&0xc0 == 0x80 {
				n++
			}
			events = append(events, chat.Event{Kind: chat.Text, Text: rest[:n], Block: piece.Block})
			rest = rest[n:]
		}
	}
	start := strings.Index(text, "One")
	source := chat.Source{URL: "https://a.example", Passages: []chat.Passage{{Start: 2, End: 5, Text: "ran"}, {Start: start, End: len(text), Text: text[start:]}}}
	return append(events, chat.Event{Kind: chat.Cited, Sources: []chat.Source{source}}), text
}

func wantsCode(c *dialect.Call) { c.CodeParts = true }

// readParts shows the parts of an answer, texts that follow each other as one, and
// where its citations are.
func readParts(t *testing.T, chunks []json.RawMessage) string {
	t.Helper()
	var shown []string
	var texts []string
	join := false
	for _, raw := range chunks {
		var c struct {
			Candidates []struct {
				Content struct {
					Parts []struct {
						Text                *string
						ExecutableCode      *struct{ Language, Code string }
						CodeExecutionResult *struct{ Outcome, Output string }
					}
				}
				GroundingMetadata struct {
					GroundingSupports []struct {
						Segment struct {
							PartIndex, StartIndex, EndIndex int
							Text                            string
						}
					}
				}
			}
		}
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		for _, p := range c.Candidates[0].Content.Parts {
			switch {
			case p.ExecutableCode != nil:
				shown, join = append(shown, fmt.Sprintf("%s %q", p.ExecutableCode.Language, p.ExecutableCode.Code)), false
			case p.CodeExecutionResult != nil:
				shown, join = append(shown, fmt.Sprintf("%s %q", p.CodeExecutionResult.Outcome, p.CodeExecutionResult.Output)), false
			case *p.Text != "" && join:
				shown[len(shown)-1] += *p.Text
			case *p.Text != "":
				shown, join = append(shown, *p.Text), true
			}
			if p.Text != nil {
				texts = append(texts, *p.Text)
			} else {
				texts = append(texts, "")
			}
		}
		for _, s := range c.Candidates[0].GroundingMetadata.GroundingSupports {
			in := strings.Join(texts, "") // a stream counts in all text
			if len(chunks) == 1 {
				in = texts[s.Segment.PartIndex]
			}
			if got := in[s.Segment.StartIndex:s.Segment.EndIndex]; got != s.Segment.Text {
				t.Errorf("the citation of %q is at %q", s.Segment.Text, got)
			}
		}
	}
	return strings.Join(shown, "|")
}

func TestCodeHasPartsOfItsOwn(t *testing.T) {
	t.Parallel()
	const want = `I ran:` + "\n\n" + `|PYTHON "print(\"` + "```" + `\")\n"|OUTCOME_OK "1\n\n"|One é line.`
	for _, size := range []int{1, 2, 3, 7, 4096} {
		events, text := ranEvents(size)
		chunks, err := readGoSDK(dialecttest.PlayEvents(t, gemini.Dialect, dialecttest.NewStreamCall(wantsCode), events))
		if err != nil {
			t.Fatal(err)
		}
		if got := readParts(t, chunks); got != want {
			t.Errorf("streamed in %d: %s", size, got)
		}
		answer, err := chat.CollectAnswer(func(yield func(chat.Event, error) bool) {
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
		})
		if err != nil || answer.Text != text {
			t.Fatalf("%q, %v", answer.Text, err)
		}
		whole := dialecttest.BodyText(t, gemini.Dialect.EncodeAnswer(dialecttest.NewStreamCall(wantsCode), answer))
		if got := readParts(t, []json.RawMessage{json.RawMessage(whole)}); got != want {
			t.Errorf("whole: %s", got)
		}
		for name, body := range map[string]dialect.Body{
			"without the tool": gemini.Dialect.EncodeAnswer(dialecttest.NewStreamCall(nil), answer),
			"OpenAI":           openai.Dialect.EncodeAnswer(dialecttest.NewStreamCall(nil), answer),
		} {
			if got := dialecttest.BodyText(t, body); !strings.Contains(got, "```python\\nprint(") || strings.Contains(got, "executableCode") {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}

// Code is asked for by the tool, in either spelling.
func TestCodeExecutionIsAskedFor(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`"tools":[{"codeExecution":{}}]`: true, `"tools":[{"googleSearch":{}},{"code_execution":{}}]`: true,
		`"tools":{"codeExecution":{}}`: true, `"tools":[{"googleSearch":{}}]`: false, `"tools":[{"codeExecution":null}]`: false,
	} {
		s := dialecttest.NewServer()
		s.SendLine(t, "POST /v1beta/models/gemini-2.5-flash:generateContent", "{"+body+`,"contents":[{"parts":[{"text":"hi"}]}]}`)
		if s.Last == nil || s.Last.CodeParts != want {
			t.Errorf("%s: %+v", body, s.Last)
		}
	}
}

// What an answer that broke off has of a block is not lost.
func TestHalfABlockIsWritten(t *testing.T) {
	t.Parallel()
	events := []chat.Event{{Kind: chat.Text, Text: "```python\nx = 1\ny", Block: chat.RunCode}}
	chunks, err := readGoSDK(dialecttest.PlayEvents(t, gemini.Dialect, dialecttest.NewStreamCall(wantsCode), events))
	if err != nil {
		t.Fatal(err)
	}
	if got := readParts(t, chunks); got != `PYTHON "x = 1\ny"` {
		t.Errorf("got %s", got)
	}
	var w dialecttest.Pieces
	e := gemini.Dialect.NewEncoder(dialecttest.NewStreamCall(wantsCode), &w)
	if err := e.WriteEvent(events[0]); err != nil {
		t.Fatal(err)
	}
	if err := e.WriteError(&chat.Error{Kind: chat.Upstream, Message: "broke off"}); err != nil {
		t.Fatal(err)
	}
	if len(w.All) != 2 || !strings.Contains(string(w.All[0]), `"code":"x = 1\ny"`) {
		t.Errorf("wrote %q", w.All)
	}
}
