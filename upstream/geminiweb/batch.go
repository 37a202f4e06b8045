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

// callRPC calls one procedure of the app and returns the body of its answer and the
// cookies that the upstream refreshed. A refused page token is renewed once.
func (c *Client) callRPC(ctx context.Context, s *session, set cookie.Set, id, payload string) (
	body gjson.Result, extra []cookie.Named, failure *Error,
) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	body, token, extra, failure := c.sendRPC(ctx, s, set, id, payload)
	if failure == nil || failure.retry != retryWithToken {
		return body, extra, failure
	}
	if token != "" && wire.IsToken(token) {
		s = c.swapToken(set, s, token)
	} else {
		next, _, err := c.refreshSession(ctx, set)
		if err != nil {
			return body, extra, err
		}
		if next.Token == s.Token {
			return body, extra, failure
		}
		s = next
	}
	body, _, more, failure := c.sendRPC(ctx, s, set, id, payload)
	return body, append(extra, more...), failure
}

// sendRPC makes one batchexecute call with one procedure in it. token is a page
// token that came with a refusal.
func (c *Client) sendRPC(ctx context.Context, s *session, set cookie.Set, id, payload string) (
	body gjson.Result, token string, extra []cookie.Named, failure *Error,
) {
	start := c.cfg.Now()
	defer func() { c.observeCall("batch", start, failure) }()
	query := s.callQuery(c.sessionLanguage(s))
	query.Set("rpcids", id)
	query.Set("source-path", "/app")
	request := url.QueryEscape(marshalJSON([]any{[]any{[]any{id, payload, nil, "generic"}}}))
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, appURL(pathBatch, query).String(),
		strings.NewReader(s.formBody(request)))
	c.setAppHeaders(req.Header)
	req.Header.Set(headerModel, "[1,null,null,null,null,null,null,null,[4]]")
	req.Header.Set(headerA, "[0]")
	resp, err := c.sendRequest(req, set)
	if err != nil {
		return body, "", nil, callError(ctx, err)
	}
	defer resp.Body.Close()
	_, extra, _ = freshCookies(resp, c.cfg.Now())
	if failure, token = c.checkResponse(resp); failure != nil {
		return body, token, extra, failure
	}
	body, failure = c.findRow(ctx, io.LimitReader(resp.Body, batchLimit), id)
	return body, "", extra, failure
}

// findRow reads frames until the one with the procedure's row.
func (c *Client) findRow(ctx context.Context, src io.Reader, id string) (gjson.Result, *Error) {
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

func drainReader(src io.Reader) { _, _ = io.CopyN(io.Discard, src, errorHead) }
