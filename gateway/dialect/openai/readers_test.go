package openai_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// The readers below are written from the clients' point of view and share
// nothing with the encoders: what is wrong here and there alike would be wrong
// in the world.

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

// received is the state of a client at the end of a stream.
type received struct {
	text, thoughts string
	reason         string
	failure        string
	total          int
	chunks         int
}

// joinChunks puts chunks together like joinChunks. usage says that the client
// asked for the usage chunk.
func joinChunks(events []json.RawMessage, usage bool) (received, error) {
	var h received
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
