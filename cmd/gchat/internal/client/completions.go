package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"
)

// Message is one turn of a conversation.
type Message struct {
	Role    string // system, user or assistant
	Content string
	Files   []Attachment `json:"-"`
}

// ChatRequest is the body of POST /v1/chat/completions.
type ChatRequest struct {
	Model    string    `json:"model"`
	Messages []Message `json:"messages"`
	Stream   bool      `json:"stream"`
}

// Delta is a piece of an answer as it arrives.
type Delta struct {
	Text    string
	Thought string
	// Finish says why the answer ended, in the last piece only: stop, length
	// or content_filter.
	Finish string
	// Sources are web pages that the answer rests on; a page comes once for each
	// passage.
	Sources []Source
}

// Source is a web page.
type Source struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// chunk is one event of the stream.
type chunk struct {
	Choices []struct {
		Delta struct {
			Content     string `json:"content"`
			Reasoning   string `json:"reasoning_content"`
			Annotations []struct {
				Citation Source `json:"url_citation"`
			} `json:"annotations"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Error *errorBody `json:"error"`
}

// StreamChat asks and yields the answer's pieces as they arrive. An error is the last
// pair; the pieces before it are good but not the whole answer. Breaking off the
// loop ends the request.
func (c *Client) StreamChat(ctx context.Context, req ChatRequest) iter.Seq2[Delta, error] {
	return func(yield func(Delta, error) bool) {
		req.Stream = true
		body, err := json.Marshal(req)
		if err != nil {
			yield(Delta{}, fmt.Errorf("writing the question as JSON: %w", err))
			return
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		answer, err := c.doRequest(ctx, http.MethodPost, "/v1/chat/completions", body)
		if err != nil {
			yield(Delta{}, err)
			return
		}
		defer answer.Body.Close()
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
			yield(Delta{}, unexpectedAnswer(answer))
			return
		}
		watch := time.AfterFunc(silenceTimeout, func() { cancel(errSilent) })
		defer watch.Stop()
		err = decodeStream(&watchedReader{answer.Body, watch}, yield)
		if err == nil {
			return
		}
		if errors.Is(context.Cause(ctx), errSilent) {
			err = errSilent
		}
		yield(Delta{}, err)
	}
}

// decodeStream passes the pieces in r on until [DONE], an error, or until yield has
// had enough.
func decodeStream(r io.Reader, yield func(Delta, error) bool) error {
	for data, err := range readEvents(r) {
		if err != nil {
			return fmt.Errorf("the answer broke off: %w", err)
		}
		if string(data) == "[DONE]" {
			return nil
		}
		var c chunk
		if err := json.Unmarshal(data, &c); err != nil {
			return &APIError{message: "the answer broke off: an event of the stream is not JSON"}
		}
		if c.Error != nil {
			return &APIError{code: c.Error.codeWord(), message: c.Error.Message}
		}
		for _, choice := range c.Choices {
			d := Delta{Text: choice.Delta.Content, Thought: choice.Delta.Reasoning, Finish: choice.FinishReason}
			for _, a := range choice.Delta.Annotations {
				if a.Citation.URL != "" {
					d.Sources = append(d.Sources, a.Citation)
				}
			}
			if (d.Text != "" || d.Thought != "" || d.Finish != "" || d.Sources != nil) && !yield(d, nil) {
				return nil
			}
		}
	}
	return fmt.Errorf("the answer broke off: %w", io.ErrUnexpectedEOF)
}

// watchedReader puts the watchdog of a silent stream off with every read that returns
// something.
type watchedReader struct {
	io.Reader
	dog *time.Timer
}

// Read implements io.Reader.
func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.dog.Reset(silenceTimeout)
	}
	return n, err
}
