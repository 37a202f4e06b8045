package geminiweb

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
)

// Deleting a chat takes two calls: one for the chat, one for its traces.
const (
	rpcDelete      = "GzXR5e"
	rpcDeleteTrace = "qWymEb"

	cleanupsAtOnce = 4
	cleanupTimeout = time.Minute
)

// removeChat deletes a chat in the background. When too many deletions are
// under way it waits inside its own time limit.
func (c *Client) removeChat(set cookie.Set, s *session, cid string) {
	started := c.startBackground(cleanupTimeout, func(ctx context.Context) {
		select {
		case c.cleanups <- struct{}{}:
			defer func() { <-c.cleanups }()
		case <-ctx.Done():
			c.cfg.Logger.Warn("a chat stays in the history: too many deletions at once")
			return
		}
		if _, _, err := c.callRPC(ctx, s, set, rpcDelete, marshalJSON([]any{cid})); err != nil {
			c.cfg.Logger.Warn("a chat stays in the history: deleting it failed", "reason", err.finding.Detail)
			return
		}
		_, _, _ = c.callRPC(ctx, s, set, rpcDeleteTrace, marshalJSON([]any{cid, []any{1, nil, 0, 1}}))
	})
	if !started {
		c.cfg.Logger.Warn("a chat stays in the history: the server is stopping")
	}
}
