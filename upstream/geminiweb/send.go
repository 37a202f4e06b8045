package geminiweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/geminid/geminid/cookie"
)

// headerLimit is the length of a Cookie header, in bytes, that every server
// takes. A 400 or 413 for a longer one may be about the header.
const headerLimit = 8 << 10

// sendRequest makes one call with the cookies that belong to its host.
// Redirects are returned and not followed. If the answer says that the request's
// cookies are too large, the call is made once more with the two cookies of the
// session alone; if that helps, the session's later calls have these alone.
func (c *Client) sendRequest(req *http.Request, set cookie.Set) (*http.Response, error) {
	putHeaders(req.Header, "User-Agent", c.cfg.UserAgent, "Accept-Language", cmp.Or(c.cfg.Language, "en-US,en;q=0.9"))
	header := cookieHeader(set, req.URL, c.sendsPairOnly(set), c.cfg.Now())
	resp, err := c.roundTrip(req, header)
	if err != nil || !refusesCookies(resp.StatusCode, header) {
		return resp, err
	}
	pair := cookieHeader(set, req.URL, true, c.cfg.Now())
	again := rewindRequest(req)
	if pair == header || again == nil {
		return resp, nil
	}
	refused := resp.StatusCode
	drainBody(resp.Body)
	resp, err = c.roundTrip(again, pair)
	if err == nil && resp.StatusCode != refused {
		c.rememberPairOnly(set, refused)
	}
	return resp, err
}

// rewindRequest returns a copy of req with its body from the start, nil if the
// body cannot be had again.
func rewindRequest(req *http.Request) *http.Request {
	again := req.Clone(req.Context())
	if req.Body == nil || req.Body == http.NoBody {
		return again
	}
	if req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil
	}
	again.Body = body
	return again
}

// roundTrip makes one call. After a failure of the network the other idle
// connections are probably dead too, so that they are closed.
func (c *Client) roundTrip(req *http.Request, cookies string) (*http.Response, error) {
	if cookies != "" {
		req.Header.Set("Cookie", cookies)
	}
	ctx, watch := watchConnecting(req.Context())
	resp, err := c.transport.RoundTrip(req.WithContext(ctx))
	if err != nil && watch.failed() {
		err = &unreachedError{err}
	}
	if err != nil && !errors.Is(context.Cause(req.Context()), context.Canceled) {
		c.CloseIdleConnections()
	}
	return resp, err
}

// refusesCookies reports whether status may mean that the Cookie header is too
// long.
func refusesCookies(status int, header string) bool {
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		return header != ""
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return len(header) > headerLimit
	}
	return false
}

// sendsPairOnly reports whether the session's other cookies were refused.
func (c *Client) sendsPairOnly(set cookie.Set) bool {
	return c.pairOnly.Contains(set.Identity())
}

func (c *Client) rememberPairOnly(set cookie.Set, status int) {
	c.pairOnly.Add(set.Identity(), struct{}{})
	c.cfg.Logger.Warn("Google refuses the session's other cookies as too large; only the two of the session are sent from now on",
		"status", status, "others", len(set.Extra()))
}
