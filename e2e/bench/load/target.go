// Package load asks questions of a server under measurement and notes when each
// piece of the answer arrived. It knows two dialects: the upstream's own wire,
// spoken by the stand-in itself and by anything that merely forwards it, and
// OpenAI chat completions.
package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/geminid/geminid/e2e/bench/standin"
)

// Target is a server to ask. It is safe for concurrent use.
type Target struct {
	// Name is its column in the table.
	Name string
	// Base is scheme, host and port.
	Base string
	// Client makes the requests.
	Client *http.Client
	// Wire is how it is asked and how its answers are read.
	Wire Wire
}

// Wire is a dialect as the load client needs it.
type Wire struct {
	// ask makes the path, content type and body of a question.
	ask func(prompt string, stream bool) (path, contentType, body string)
	// event returns the payload of a line, or nil when the line is none.
	event func(line []byte) []byte
	// carries says, without decoding, that a payload brings answer text.
	carries func(payload []byte) bool
	// text decodes a payload. With cumulative set it is the whole text so far.
	text       func(payload []byte) (string, error)
	cumulative bool
	// ends says that a line is the answer's proper end.
	ends func(line []byte) bool
	// whole decodes an answer that was asked for in one piece.
	whole func(body []byte) (string, error)
}

// Upstream is the wire of the stand-in.
var Upstream = Wire{
	ask: func(prompt string, _ bool) (string, string, string) {
		inner, _ := json.Marshal([]any{[]any{prompt}})
		outer, _ := json.Marshal([]any{nil, string(inner)})
		form := url.Values{"at": {"bench"}, "f.req": {string(outer)}}
		return standin.GeneratePath + "?rt=c&_reqid=100001", "application/x-www-form-urlencoded;charset=utf-8", form.Encode()
	},
	event:      frameLine,
	carries:    hasCandidate,
	text:       frameText,
	cumulative: true,
	ends:       func(line []byte) bool { return bytes.HasPrefix(line, []byte(`[["e",4,`)) },
	whole:      lastText,
}

// OpenAI is chat completions.
var OpenAI = Wire{
	ask: func(prompt string, stream bool) (string, string, string) {
		body := fmt.Sprintf(`{"model":"gemini-2.5-flash","stream":%t,"messages":[{"role":"user","content":%q}]}`, stream, prompt)
		return "/v1/chat/completions", "application/json", body
	},
	event: func(line []byte) []byte {
		payload, ok := bytes.CutPrefix(line, []byte("data: "))
		if !ok || payload[0] != '{' {
			return nil
		}
		return payload
	},
	carries: func(payload []byte) bool {
		return bytes.Contains(payload, []byte(`"content":"`)) && !bytes.Contains(payload, []byte(`"content":""`))
	},
	text: deltaText,
	ends: func(line []byte) bool { return bytes.Equal(line, []byte("data: [DONE]")) },
	whole: func(body []byte) (string, error) {
		var answer struct {
			Choices []struct{ Message struct{ Content string } }
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			return "", fmt.Errorf("reading a completion: %w", err)
		}
		if len(answer.Choices) != 1 {
			return "", fmt.Errorf("completion has %d choices, want 1", len(answer.Choices))
		}
		return answer.Choices[0].Message.Content, nil
	},
}

// frameLine passes rows and drops length lines and blanks.
func frameLine(line []byte) []byte {
	if len(line) > 0 && line[0] == '[' {
		return line
	}
	return nil
}

// hasCandidate looks at the beginning of a frame, where a candidate's id stands.
func hasCandidate(frame []byte) bool {
	return bytes.Contains(frame[:min(len(frame), 160)], []byte(`[[\"rc_`))
}

func deltaText(payload []byte) (string, error) {
	var chunk struct {
		Choices []struct{ Delta struct{ Content string } }
		Error   *struct{ Message string }
	}
	if err := json.Unmarshal(payload, &chunk); err != nil {
		return "", fmt.Errorf("reading a chunk: %w", err)
	}
	if chunk.Error != nil {
		return "", fmt.Errorf("error in the stream: %s", chunk.Error.Message)
	}
	if len(chunk.Choices) == 0 {
		return "", nil
	}
	return chunk.Choices[0].Delta.Content, nil
}

// frameText decodes body[4][0][1][0] of a text frame.
func frameText(payload []byte) (string, error) {
	var rows [][]json.RawMessage
	if err := json.Unmarshal(payload, &rows); err != nil {
		return "", fmt.Errorf("reading a frame: %w", err)
	}
	var inner string
	if err := json.Unmarshal(rows[0][2], &inner); err != nil {
		return "", fmt.Errorf("reading a row: %w", err)
	}
	var body []json.RawMessage
	if err := json.Unmarshal([]byte(inner), &body); err != nil {
		return "", fmt.Errorf("reading a row's body: %w", err)
	}
	var candidates [][]json.RawMessage
	if err := json.Unmarshal(body[4], &candidates); err != nil {
		return "", fmt.Errorf("reading the candidates: %w", err)
	}
	var text []string
	if err := json.Unmarshal(candidates[0][1], &text); err != nil {
		return "", fmt.Errorf("reading the text: %w", err)
	}
	return text[0], nil
}

// lastText finds the last text frame of a whole body.
func lastText(body []byte) (string, error) {
	var last string
	for line := range strings.Lines(string(body)) {
		frame := frameLine([]byte(line))
		if frame == nil || !hasCandidate(frame) {
			continue
		}
		text, err := frameText(frame)
		if err != nil {
			return "", err
		}
		last = text
	}
	return last, nil
}
