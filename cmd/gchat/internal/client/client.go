package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/geminid/geminid/internal/keepalive"
	"github.com/geminid/geminid/internal/provenance"
)

// How long the server may take. There is no bound on a whole answer: a long one
// is fine as long as something arrives.
const (
	dialTimeout = 10 * time.Second
	// headerTimeout covers the wait in the daemon's queue, after which it
	// answers or sends heartbeats.
	headerTimeout = 2 * time.Minute
	// silenceTimeout is how long a stream may be silent, heartbeats included.
	silenceTimeout = 2 * time.Minute
	// maxBody bounds answers that are read as a whole.
	maxBody = 8 << 20
)

var errSilent = errors.New("the server sent nothing for two minutes in the middle of an answer")

// Client talks to one daemon. It is safe for concurrent use.
type Client struct {
	server    string
	key       Secret
	userAgent string
	http      *http.Client
}

// New returns a client for server, an address without a slash at its end,
// that sends key unless it is empty. A proxy of the environment is used, as on a
// laptop it should be; loopback never goes through one.
func New(server string, key Secret, userAgent string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	keepalive.Config{}.ApplyTo(transport, dialTimeout)
	transport.ResponseHeaderTimeout = headerTimeout
	return &Client{server: server, key: key, userAgent: userAgent, http: &http.Client{
		Transport: transport,
		// A redirect could carry the key to another host: it is shown instead.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// APIError is an answer that is not the one that was asked for.
type APIError struct {
	Status     int    // HTTP; 0 inside a stream
	code       string // the server's own word, such as cookies_expired
	message    string // the server's sentence; empty if it gave none
	retryAfter time.Duration
	// foreign explains an answer that something else gave in the server's place;
	// nil for the server's own.
	foreign *provenance.Explanation
}

// IsOwn reports whether the server itself gave the answer.
func (e *APIError) IsOwn() bool { return e.foreign == nil }

// Error implements error.
func (e *APIError) Error() string {
	switch {
	case e.foreign != nil && e.message != "":
		return e.foreign.What + "; it says: " + e.message
	case e.foreign != nil:
		return e.foreign.What
	case e.message != "":
		return e.message
	}
	return "the server answered " + strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
}

// sendRequest sends one request and returns whatever the answer is; the caller closes
// its body. A nil body sends none.
func (c *Client) sendRequest(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.server+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	req.Header.Set("User-Agent", c.userAgent)
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+string(c.key))
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.http.Do(req)
}

// doRequest is send for requests whose every answer of 300 and more is an *apiError.
func (c *Client) doRequest(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	answer, err := c.sendRequest(ctx, method, path, body)
	if err != nil || answer.StatusCode < 300 {
		return answer, err
	}
	defer answer.Body.Close()
	return nil, decodeRefusal(answer)
}

// decodeRefusal reads the reason for a status of 300 and more.
func decodeRefusal(answer *http.Response) error {
	e := newAPIError(answer)
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.retryAfter = time.Duration(seconds) * time.Second
	}
	var body struct {
		Error errorBody `json:"error"`
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err == nil && json.Unmarshal(data, &body) == nil {
		e.message, e.code = body.Error.Message, body.Error.codeWord()
	}
	return e
}

// newAPIError returns the error of an answer whose body says nothing more.
func newAPIError(answer *http.Response) *APIError {
	e := &APIError{Status: answer.StatusCode}
	if !provenance.IsOwn(answer.Header) {
		explanation := provenance.ExplainForeign(answer)
		e.foreign = &explanation
	}
	return e
}

// unexpectedAnswer returns the error of a success without the data that was asked
// for: it came from something else, or a part of it is missing.
func unexpectedAnswer(answer *http.Response) error {
	if !provenance.IsOwn(answer.Header) {
		return newAPIError(answer)
	}
	return fmt.Errorf("the answer of %s was cut off on its way: %w", answer.Request.URL.Path, io.ErrUnexpectedEOF)
}

// errorBody is the error object of the OpenAI form, which is also the frame of
// an error inside a stream.
type errorBody struct {
	Message string          `json:"message"`
	Code    json.RawMessage `json:"code"`
}

// codeWord returns the code's word; in the Gemini form it is a number, which says
// no more than the status.
func (b *errorBody) codeWord() string {
	var word string
	_ = json.Unmarshal(b.Code, &word)
	return word
}

// getJSON reads the JSON answer of a GET into target. isComplete reports whether
// target then holds the data that was asked for.
func (c *Client) getJSON(ctx context.Context, path string, target any, isComplete func() bool) error {
	answer, err := c.doRequest(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return decodeJSON(answer, target, isComplete)
}

// decodeJSON reads a whole JSON answer, as [Client.getJSON] says.
func decodeJSON(answer *http.Response, target any, isComplete func() bool) error {
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxBody))
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if json.Unmarshal(data, target) != nil || !isComplete() {
		return unexpectedAnswer(answer)
	}
	return nil
}

// ListModels returns the ids of the models on offer, in the server's order.
func (c *Client) ListModels(ctx context.Context) ([]string, error) {
	var list struct {
		Object string
		Data   []struct{ ID string }
	}
	if err := c.getJSON(ctx, "/v1/models", &list, func() bool { return list.Object == "list" }); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(list.Data))
	for _, model := range list.Data {
		ids = append(ids, model.ID)
	}
	return ids, nil
}
