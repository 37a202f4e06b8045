package geminiweb

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/contain"
)

// Deleting a chat takes two calls: one for the chat, one for its traces.
const (
	rpcDelete      = "GzXR5e"
	rpcDeleteTrace = "qWymEb"

	cleanupsAtOnce = 4
	cleanupTimeout = time.Minute
)

// removeChat deletes a chat in the background. If too many deletions are under
// way it waits, within its own time limit.
func (c *Client) removeChat(set cookie.Set, s *session, cid string) {
	ctx, done, ok := c.beginBackground(cleanupTimeout)
	if !ok {
		c.cfg.Logger.Warn("a chat stays in the history: the server is stopping")
		return
	}
	go func() {
		defer done()
		select {
		case c.cleanups <- struct{}{}:
			defer func() { <-c.cleanups }()
		case <-ctx.Done():
			c.cfg.Logger.Warn("a chat stays in the history: too many deletions at once")
			return
		}
		contain.Log(c.cfg.Logger, "deleting a chat", func() { c.callDelete(ctx, set, s, cid) })
	}()
}

func (c *Client) callDelete(ctx context.Context, set cookie.Set, s *session, cid string) {
	if _, _, err := c.callRPC(ctx, s, set, rpcDelete, marshalJSON([]any{cid})); err != nil {
		c.cfg.Logger.Warn("a chat stays in the history: deleting it failed", "reason", findingOf(err).Detail)
		return
	}
	_, _, _ = c.callRPC(ctx, s, set, rpcDeleteTrace, marshalJSON([]any{cid, []any{1, nil, 0, 1}}))
}
