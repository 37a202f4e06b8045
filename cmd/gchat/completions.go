package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"
)

// message is one turn of a conversation.
type message struct {
	Role    string // system, user or assistant
	Content string
	Files   []attachment `json:"-"`
}

// chatRequest is the body of POST /v1/chat/completions.
type chatRequest struct {
	Model    string    `json:"model"`
	Messages []message `json:"messages"`
	Stream   bool      `json:"stream"`
}

// delta is a piece of an answer as it arrives.
type delta struct {
	Text    string
	Thought string
	// Finish says why the answer ended, in the last piece only: stop, length
	// or content_filter.
	Finish string
}

// chunk is one event of the stream.
type chunk struct {
	Choices []struct {
		Delta struct {
			Content   string `json:"content"`
			Reasoning string `json:"reasoning_content"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Error *errorBody `json:"error"`
}

// chat asks and yields the answer's pieces as they arrive. An error is the last
// pair; what came before it is good but not the whole answer. Breaking off the
// loop ends the request.
func (c *client) chat(ctx context.Context, req chatRequest) iter.Seq2[delta, error] {
	return func(yield func(delta, error) bool) {
		req.Stream = true
		body, err := json.Marshal(req)
		if err != nil {
			yield(delta{}, fmt.Errorf("writing the question as JSON: %w", err))
			return
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		answer, err := c.do(ctx, http.MethodPost, "/v1/chat/completions", body)
		if err != nil {
			yield(delta{}, err)
			return
		}
		defer answer.Body.Close()
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
			yield(delta{}, &apiError{status: answer.StatusCode, message: "the answer is not geminid's: an event stream was asked for"})
			return
		}
		watch := time.AfterFunc(silence, func() { cancel(errSilent) })
		defer watch.Stop()
		err = stream(&watched{answer.Body, watch}, yield)
		if err == nil {
			return
		}
		if context.Cause(ctx) == errSilent {
			err = errSilent
		}
		yield(delta{}, err)
	}
}

// stream passes the pieces in r on until [DONE], an error, or until yield has
// had enough.
func stream(r io.Reader, yield func(delta, error) bool) error {
	for data, err := range events(r) {
		if err != nil {
			return fmt.Errorf("the answer broke off: %w", err)
		}
		if string(data) == "[DONE]" {
			return nil
		}
		var c chunk
		if err := json.Unmarshal(data, &c); err != nil {
			return &apiError{message: "the answer broke off: an event of the stream is not JSON"}
		}
		if c.Error != nil {
			return &apiError{code: c.Error.code(), message: c.Error.Message}
		}
		for _, choice := range c.Choices {
			d := delta{choice.Delta.Content, choice.Delta.Reasoning, choice.FinishReason}
			if d != (delta{}) && !yield(d, nil) {
				return nil
			}
		}
	}
	return fmt.Errorf("the answer broke off: %w", io.ErrUnexpectedEOF)
}

// watched puts the watchdog of a silent stream off with every read that brings
// something.
type watched struct {
	io.Reader
	dog *time.Timer
}

// Read implements io.Reader.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.dog.Reset(silence)
	}
	return n, err
}
