package geminiweb

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const (
	// rotateBody is not quite JSON; the upstream wants it byte for byte.
	rotateBody  = `[000,"-0000000000000000000"]`
	rotateLimit = 64 << 10
)

// Rotate asks for a new PSIDTS with the two session cookies and no other. The
// new value comes as a Set-Cookie and nowhere else; Finding.Set carries it.
// Rotate returns as soon as it is known, because its caller must save it before
// anything else happens: the old value is as good as dead. Renew follows.
func (c *Client) Rotate(ctx context.Context, set cookie.Set) cookie.Finding {
	if set.IsZero() {
		return cookie.Finding{Evidence: cookie.RotateRefused, Detail: "no session cookie"}
	}
	resp, body, err := c.askRotation(ctx, set)
	if err != nil {
		return err.finding
	}
	psidts, extra, implausible := freshCookies(resp, c.cfg.Now())
	finding := cookie.Finding{
		Evidence: cookie.NoNewTS, Detail: "rotation without a new value",
		Interval: wire.ParseInterval(body), Set: set.WithExtra(extra, c.cfg.Now()),
	}
	if implausible {
		c.cfg.Drifted("schema")
		finding.Detail = "rotation gave a value that cannot be a cookie; it was not taken"
	}
	if psidts.IsZero() || psidts.Reveal() == set.PSIDTS().Reveal() {
		return finding
	}
	finding.Evidence, finding.Detail = cookie.Rotated, "rotation gave a new value"
	finding.Set = finding.Set.WithPSIDTS(psidts)
	return finding
}

func (c *Client) askRotation(ctx context.Context, set cookie.Set) (resp *http.Response, body []byte, failure *Error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("rotate", start, failure) }()
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostAccounts+"/RotateCookies", strings.NewReader(rotateBody))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "https://"+hostAccounts)
	resp, err := c.sendRequest(req, set)
	if err != nil {
		return nil, nil, callError(ctx, err)
	}
	defer resp.Body.Close()
	// The cookies are in the header: a body that breaks off takes nothing away.
	body, _ = io.ReadAll(io.LimitReader(resp.Body, rotateLimit))
	return resp, body, rotationError(resp, body)
}

func rotationError(resp *http.Response, body []byte) *Error {
	switch status := resp.StatusCode; {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return newError(chat.Unavailable, cookie.RotateRefused, msgSignedOut).withDetail("rotation refused with status %d", status)
	case status == http.StatusTooManyRequests:
		wait := retryAfter(resp.Header.Get("Retry-After"), answeredAt(resp.Header, time.Now()))
		return newError(chat.Quota, cookie.RotateLimited, "rotated too often").withDetail("rotation answered with status 429").withUpstreamWait(wait)
	case 300 <= status && status < 400:
		err := redirectError(resp.Header.Get("Location"))
		if err.finding.Evidence == cookie.WeakOut {
			err.finding.Evidence = cookie.RotateRefused
		}
		return err.withDetail("rotation redirected with status %d", status)
	default:
		return httpStatusError(status, resp.Header, body).withDetail("rotation answered with status %d", status)
	}
}

// Renew readies a rotated set for requests: what is known of the old one goes
// along, and the page is read anew. When that fails the session goes on with the
// page it knew, and the next probe reads it.
func (c *Client) Renew(ctx context.Context, before, after cookie.Set) {
	c.mu.Lock()
	s, ok := c.sessions.get(before.Key())
	if ok {
		next := *s
		next.stale = true
		c.sessions.put(after.Key(), &next)
	}
	c.mu.Unlock()
	if read, _, err := c.refreshSession(ctx, after); err == nil && (ok || read.Token != "") {
		c.storeSession(after, read)
	}
}
