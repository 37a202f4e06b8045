package dialect_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The readers below are written from the clients' point of view and share
// nothing with the encoders: what is wrong here and there alike would be wrong
// in the world.

// oldEvent is how @google/generative-ai finds the next event: at the very start
// of what it has, on one line, where JavaScript's dot stops at four characters.
var oldEvent = regexp.MustCompile("^data: ([^\n\r\u2028\u2029]*)(?:\n\n|\r\r|\r\n\r\n)")

// readOldSDK reads chunks as @google/generative-ai does, one piece of network
// data after another.
func readOldSDK(pieces [][]byte) ([]json.RawMessage, error) {
	var events []json.RawMessage
	var text string
	for _, piece := range pieces {
		text += string(piece)
		for {
			match := oldEvent.FindStringSubmatch(text)
			if match == nil {
				break
			}
			if !json.Valid([]byte(match[1])) {
				return nil, fmt.Errorf("event is no JSON: %q", match[1])
			}
			events = append(events, json.RawMessage(match[1]))
			text = text[len(match[0]):]
		}
	}
	if strings.TrimSpace(text) != "" {
		return nil, fmt.Errorf("failed to parse stream: %d bytes left: %.80q", len(text), text)
	}
	return events, nil
}

// readGoSDK reads chunks as google.golang.org/genai does: every line is data or
// empty, anything else ends the stream with an error.
func readGoSDK(pieces [][]byte) ([]json.RawMessage, error) {
	var events []json.RawMessage
	for line := range bytes.SplitSeq(bytes.Join(pieces, nil), []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			continue
		}
		field, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || string(field) != "data" {
			return nil, fmt.Errorf("invalid stream chunk: %.80q", line)
		}
		if !json.Valid(value) {
			return nil, fmt.Errorf("chunk is no JSON: %.80q", value)
		}
		events = append(events, bytes.TrimSpace(value))
	}
	return events, nil
}

// readEventSource reads as the HTML standard says, as all OpenAI SDKs do, with
// the line limit of aiohttp. done tells whether the end mark came.
func readEventSource(pieces [][]byte) (events []json.RawMessage, comments int, done bool, err error) {
	stream := bytes.Join(pieces, nil)
	if len(stream) > 0 && !bytes.HasSuffix(stream, []byte("\n\n")) {
		return nil, 0, false, errors.New("the last event is not closed")
	}
	for line := range bytes.SplitSeq(stream, []byte("\n")) {
		switch {
		case len(line) > 131_072:
			return nil, 0, false, fmt.Errorf("got more than 131072 bytes when reading")
		case done && len(line) > 0:
			return nil, 0, false, fmt.Errorf("data after the end mark: %.80q", line)
		case len(line) == 0:
		case line[0] == ':':
			comments++
		case string(line) == "data: [DONE]":
			done = true
		case bytes.HasPrefix(line, []byte("data: ")) && json.Valid(line[6:]):
			events = append(events, line[6:])
		default:
			return nil, 0, false, fmt.Errorf("a line that is no event: %.80q", line)
		}
	}
	return events, comments, done, nil
}

// geminiChunk is what clients read of a chunk.
type geminiChunk struct {
	Candidates []struct {
		Content *struct {
			Role  string
			Parts []struct {
				Text       *string
				Thought    bool
				InlineData *struct {
					MimeType string
					Data     string
				}
			}
		}
		FinishReason string
		Index        *int
	}
	PromptFeedback *struct{ BlockReason string }
	UsageMetadata  *struct {
		PromptTokenCount, CandidatesTokenCount, ThoughtsTokenCount, TotalTokenCount int
	}
	ModelVersion, ResponseID string
	Error                    *struct {
		Code            int
		Message, Status string
	}
}

// heard is what a client has at the end of a stream.
type heard struct {
	text, thoughts string
	files          []string // media type, then data
	reason         string
	blocked        string
	failure        string
	total          int
	chunks         int
}

// hearGemini puts chunks together and complains about everything that a client
// is known to trip over.
func hearGemini(events []json.RawMessage) (heard, error) {
	var h heard
	for i, event := range events {
		var c geminiChunk
		if err := json.Unmarshal(event, &c); err != nil {
			return h, err
		}
		last := i == len(events)-1
		if c.Error != nil {
			h.failure = fmt.Sprintf("%d %s", c.Error.Code, c.Error.Status)
			if !last {
				return h, errors.New("events after an error")
			}
			continue
		}
		if c.ModelVersion == "" || c.ResponseID == "" {
			return h, fmt.Errorf("chunk without modelVersion or responseId: %s", event)
		}
		if c.UsageMetadata != nil {
			u := c.UsageMetadata
			h.total = u.TotalTokenCount
			if u.PromptTokenCount <= 0 || u.CandidatesTokenCount <= 0 || h.total != u.PromptTokenCount+u.CandidatesTokenCount+u.ThoughtsTokenCount {
				return h, fmt.Errorf("wrong usage: %+v", *u)
			}
		}
		if c.PromptFeedback != nil {
			h.blocked = c.PromptFeedback.BlockReason
			if len(c.Candidates) != 0 {
				return h, errors.New("a blocked prompt with candidates")
			}
			continue
		}
		if err := h.hearCandidate(c, last); err != nil {
			return h, fmt.Errorf("%w: %.300s", err, event)
		}
	}
	return h, nil
}

func (h *heard) hearCandidate(c geminiChunk, last bool) error {
	if len(c.Candidates) != 1 || c.Candidates[0].Content == nil || len(c.Candidates[0].Content.Parts) != 1 {
		return errors.New("want one candidate with one part")
	}
	candidate := c.Candidates[0]
	if candidate.Content.Role != "model" || candidate.Index == nil || *candidate.Index != 0 {
		return errors.New("wrong role or index")
	}
	if candidate.FinishReason != "" {
		if h.reason = candidate.FinishReason; !last {
			return errors.New("finishReason before the last chunk")
		}
	}
	part := candidate.Content.Parts[0]
	switch {
	case part.InlineData != nil && part.Text == nil:
		data, err := base64.StdEncoding.DecodeString(part.InlineData.Data)
		if err != nil {
			return err
		}
		h.files = append(h.files, part.InlineData.MimeType, string(data))
	case part.Text == nil:
		return errors.New("a part that is nothing")
	case part.Thought:
		h.thoughts += *part.Text
	default:
		h.text += *part.Text
	}
	h.chunks++
	return nil
}

// hearOpenAI puts chunks together like hearGemini. usage says that the client
// asked for the usage chunk.
func hearOpenAI(events []json.RawMessage, usage bool) (heard, error) {
	var h heard
	var ids string
	for i, event := range events {
		var c struct {
			ID, Object, Model string
			Created           int64
			Choices           []struct {
				Index *int
				Delta *struct {
					Role             *string
					Content          *string
					ReasoningContent *string `json:"reasoning_content"`
				}
				FinishReason *string `json:"finish_reason"`
			}
			Usage *struct {
				Prompt     int `json:"prompt_tokens"`
				Completion int `json:"completion_tokens"`
				Total      int `json:"total_tokens"`
			}
			Error *struct{ Message, Type, Code string }
		}
		if err := json.Unmarshal(event, &c); err != nil {
			return h, err
		}
		if c.Error != nil {
			h.failure = c.Error.Type + " " + c.Error.Code
			continue
		}
		if same := fmt.Sprint(c.ID, c.Object, c.Model, c.Created); ids == "" {
			ids = same
		} else if ids != same {
			return h, fmt.Errorf("id, object, model or created changed: %s", event)
		}
		if len(c.Choices) == 0 {
			if !usage || i != len(events)-1 || c.Usage == nil || h.reason == "" {
				return h, fmt.Errorf("a chunk without choices where none may be: %s", event)
			}
			h.total = c.Usage.Total
			if c.Usage.Prompt <= 0 || c.Usage.Completion <= 0 || h.total != c.Usage.Prompt+c.Usage.Completion {
				return h, fmt.Errorf("wrong usage: %s", event)
			}
			continue
		}
		choice := c.Choices[0]
		if choice.Index == nil || choice.Delta == nil || h.reason != "" {
			return h, fmt.Errorf("no index, no delta, or a choice after the last: %s", event)
		}
		if first := i == 0; first != (choice.Delta.Role != nil) {
			return h, fmt.Errorf("the role belongs into the first chunk: %s", event)
		}
		if choice.Delta.Content != nil && *choice.Delta.Content != "" {
			h.text += *choice.Delta.Content
			h.chunks++
		}
		if choice.Delta.ReasoningContent != nil {
			h.thoughts += *choice.Delta.ReasoningContent
		}
		if choice.FinishReason != nil {
			h.reason = *choice.FinishReason
		}
	}
	return h, nil
}
