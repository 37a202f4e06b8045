package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
)

// transport answers a client without a network.
type transport func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// streaming answers with an event stream that comes from r.
func streaming(r io.Reader) *Client {
	return &Client{server: "http://server.test", http: &http.Client{Transport: transport(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}},
			Body: &aborting{io.NopCloser(r), req.Context()}, Request: req}, nil
	})}}
}

// aborting ends reads with the request, as a real body does.
type aborting struct {
	io.ReadCloser
	ctx context.Context
}

// Read implements io.Reader.
func (a *aborting) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := a.ReadCloser.Read(p)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-a.ctx.Done():
		return 0, a.ctx.Err()
	}
}

// hear asks and returns what came.
func hear(ctx context.Context, c *Client) (string, error) {
	var text strings.Builder
	for d, err := range c.StreamChat(ctx, ChatRequest{Model: "gemini-2.5-flash"}) {
		if err != nil {
			return text.String(), err
		}
		text.WriteString(d.Text)
	}
	return text.String(), nil
}

const piece = `data: {"choices":[{"index":0,"delta":{"content":"some text "},"finish_reason":null}]}` + "\n\n"

func TestChatStream(t *testing.T) {
	tests := []struct {
		name, stream, text, problem string
	}{
		{"whole", piece + "data: [DONE]\n\n", "some text ", ""},
		{"usage chunk", piece + `data: {"choices":[],"usage":{"total_tokens":3}}` + "\n\ndata: [DONE]\n\n", "some text ", ""},
		{"nothing after the end counts", piece + "data: [DONE]\n\n" + piece, "some text ", ""},
		{"without an end", piece, "some text ", "the answer broke off: unexpected EOF"},
		{"error inside", piece + `data: {"error":{"message":"gone","code":"upstream_error"}}` + "\n\n", "some text ", "gone"},
		{"numeric code", `data: {"error":{"message":"gone","code":503}}` + "\n\n", "", "gone"},
		{"no JSON", piece + "data: {\n\n", "some text ", "the answer broke off: an event of the stream is not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := hear(t.Context(), streaming(strings.NewReader(tt.stream)))
			problem := ""
			if err != nil {
				problem = err.Error()
			}
			if text != tt.text || problem != tt.problem {
				t.Errorf("got %q and error %q, want %q and %q", text, problem, tt.text, tt.problem)
			}
		})
	}
}

// TestChatSilence lets a server fall silent in the middle of an answer;
// heartbeats are enough to be waited for.
func TestChatSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		begun := time.Now()
		go func() {
			_, _ = io.WriteString(w, piece)
			for range 10 {
				time.Sleep(silenceTimeout - time.Second)
				_, _ = io.WriteString(w, ": ping\n\n")
			}
		}()
		text, err := hear(t.Context(), streaming(r))
		if text != "some text " || !errors.Is(err, errSilent) {
			t.Errorf("got %q, %v, want the text and %v", text, err, errSilent)
		}
		if waited, want := time.Since(begun), 10*(silenceTimeout-time.Second)+silenceTimeout; waited != want {
			t.Errorf("gave up after %v, want %v", waited, want)
		}
		r.Close()
		synctest.Wait()
	})
}

// TestChatInterrupt ends the request with the caller's context.
func TestChatInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		go func() { _, _ = io.WriteString(w, piece) }()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		text, err := hear(ctx, streaming(r))
		if text != "some text " || !errors.Is(err, context.Canceled) {
			t.Errorf("got %q, %v, want the text and %v", text, err, context.Canceled)
		}
		if got := ExplainError(err, "", false); got != exit.ErrInterrupted {
			t.Errorf("explained as %v, want an interruption", got)
		}
		r.Close()
		synctest.Wait()
	})
}
