package gemini_test

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

// received is the state of a client at the end of a stream.
type received struct {
	text, thoughts string
	files          []string // media type, then data
	reason         string
	blocked        string
	failure        string
	total          int
	chunks         int
}

// joinChunks puts chunks together and complains about everything that a client
// is known to trip over.
func joinChunks(events []json.RawMessage) (received, error) {
	var h received
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
		if err := h.addCandidate(c, last); err != nil {
			return h, fmt.Errorf("%w: %.300s", err, event)
		}
	}
	return h, nil
}

func (h *received) addCandidate(c geminiChunk, last bool) error {
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
