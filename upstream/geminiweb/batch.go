package geminiweb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const batchLimit = 64 << 20

// callRPC calls one procedure of the app. It returns the body of its answer and
// the cookies that the upstream refreshed, the latter after an error too. If the
// page token or the build label is refused the call is made once more with another.
func (c *Client) callRPC(ctx context.Context, s *session, set cookie.Set, id, payload string) (gjson.Result, []cookie.Named, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := c.sendRPC(ctx, s, set, id, payload)
	if err == nil {
		return answer.body, answer.cookies, nil
	}
	kind := asError(err).retry
	if kind != retryWithToken && kind != retryWithPage {
		return answer.body, answer.cookies, err
	}
	if s, err = c.renewSession(ctx, set, s, err, kind, answer.token); err != nil {
		return answer.body, answer.cookies, err
	}
	second, err := c.sendRPC(ctx, s, set, id, payload)
	return second.body, append(answer.cookies, second.cookies...), err
}

// rpcAnswer is the answer of one batchexecute call.
type rpcAnswer struct {
	body    gjson.Result
	token   string         // a page token that came with a refusal
	cookies []cookie.Named // that the upstream refreshed
}

// sendRPC makes one batchexecute call with one procedure in it.
func (c *Client) sendRPC(ctx context.Context, s *session, set cookie.Set, id, payload string) (answer rpcAnswer, err error) {
	start := c.cfg.Now()
	defer func() { c.observeCall("batch", start, err) }()
	req, err := c.newBatch(ctx, s, "/app", []rpcCall{{id, payload}})
	if err != nil {
		return answer, err
	}
	resp, err := c.sendRequest(req, set)
	if err != nil {
		return answer, callError(ctx, err)
	}
	defer resp.Body.Close()
	_, answer.cookies, _ = freshCookies(resp, c.cfg.Now())
	if answer.token, err = c.checkResponse(resp); err != nil {
		return answer, err
	}
	answer.body, err = c.findRow(ctx, io.LimitReader(resp.Body, batchLimit), id)
	return answer, err
}

// rpcCall is one procedure with its payload, which is JSON.
type rpcCall struct{ id, payload string }

// newBatch returns the request of a batchexecute call from a page of the app.
func (c *Client) newBatch(ctx context.Context, s *session, page string, calls []rpcCall) (*http.Request, error) {
	query := s.callQuery(c.sessionLanguage(s))
	query.Set("rpcids", rpcIDs(calls))
	query.Set("source-path", page)
	rows := make([]any, len(calls))
	for i, call := range calls {
		rows[i] = []any{call.id, call.payload, nil, "generic"}
	}
	request := url.QueryEscape(marshalJSON([]any{rows}))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, appURL(pathBatch, query).String(), strings.NewReader(s.formBody(request)))
	if err != nil {
		return nil, requestError(err)
	}
	c.setAppHeaders(req.Header)
	req.Header.Set(headerModel, "[1,null,null,null,null,null,null,null,[4]]")
	req.Header.Set(headerA, "[0]")
	return req, nil
}

// findRow reads frames until the one with the procedure's row.
func (c *Client) findRow(ctx context.Context, src io.Reader, id string) (gjson.Result, error) {
	f := frame.NewReader(src)
	defer f.Release()
	for {
		piece, err := f.ReadFrame()
		if errors.Is(err, io.EOF) {
			c.cfg.Drifted("schema")
			return gjson.Result{}, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("no row of RPC %s in the answer", id)
		}
		if err != nil {
			return gjson.Result{}, callError(ctx, err)
		}
		if !wire.ValidJSON(piece) {
			if !f.CutAgain() {
				c.cfg.Drifted("frame")
			}
			continue
		}
		switch body, refused, found := wire.FindCall(piece, id); {
		case refused != nil:
			return gjson.Result{}, refusalError(refused, id)
		case found:
			drainReader(src)
			return body, nil
		}
	}
}

// drainReader reads the rest of a short answer, so that its connection can be
// used again.
func drainReader(src io.Reader) { _, _ = io.CopyN(io.Discard, src, maxErrorBody) }
