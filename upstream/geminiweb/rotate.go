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

// Rotate asks for a new PSIDTS with the two session cookies and no other. The new
// value comes in a Set-Cookie header and nowhere else; Finding.Set has it. Rotate
// returns as soon as the value is known, because the caller must save it before
// anything else happens: the old value is as good as dead. Call [Client.Renew]
// after that. It blocks for 20 seconds at most.
func (c *Client) Rotate(ctx context.Context, set cookie.Set) cookie.Finding {
	if set.IsZero() {
		return cookie.Finding{Evidence: cookie.RotateRefused, Detail: "no session cookie"}
	}
	answer, err := c.askRotation(ctx, set)
	if err != nil {
		return findingOf(err)
	}
	finding := cookie.Finding{
		Evidence: cookie.NoNewTS, Detail: "rotation without a new value",
		Interval: answer.interval, Set: set.WithExtra(answer.extra, c.cfg.Now()),
	}
	if answer.implausible {
		c.cfg.Drifted("schema")
		finding.Detail = "rotation gave a value that cannot be a cookie; it was not taken"
	}
	if answer.psidts.IsZero() || answer.psidts.Reveal() == set.PSIDTS().Reveal() {
		return finding
	}
	finding.Evidence, finding.Detail = cookie.Rotated, "rotation gave a new value"
	finding.Set = finding.Set.WithPSIDTS(answer.psidts)
	return finding
}

// rotation is the answer of a rotation that was not refused.
type rotation struct {
	psidts      cookie.Value // zero if there is no new one
	extra       []cookie.Named
	implausible bool
	interval    time.Duration // until the next rotation, 0 if not named
}

func (c *Client) askRotation(ctx context.Context, set cookie.Set) (answer rotation, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("rotate", start, err) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostAccounts+"/RotateCookies", strings.NewReader(rotateBody))
	if err != nil {
		return answer, requestError(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "https://"+hostAccounts)
	resp, err := c.sendRequest(req, set)
	if err != nil {
		return answer, callError(ctx, err)
	}
	defer resp.Body.Close()
	// The cookies are in the header: a body that breaks off loses nothing.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, rotateLimit))
	if err := rotationError(resp, body); err != nil {
		return answer, err
	}
	answer.interval = wire.ParseInterval(body)
	answer.psidts, answer.extra, answer.implausible = freshCookies(resp, c.cfg.Now())
	return answer, nil
}

// rotationError judges the answer of a rotation. It returns nil for a 200.
func rotationError(resp *http.Response, body []byte) error {
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

// Renew prepares a rotated set for requests: the values that are known of the old
// one are copied, and the page is read anew. If that fails the session goes on
// with the page it had, and the next probe reads it. It blocks for 20 seconds at
// most.
func (c *Client) Renew(ctx context.Context, before, after cookie.Set) {
	s, ok := c.sessions.Get(before.Key())
	if ok {
		next := *s
		next.stale = true
		c.sessions.Add(after.Key(), &next)
	}
	if read, _, err := c.refreshSession(ctx, after); err == nil && (ok || read.Token != "") {
		c.storeSession(after, read)
	}
}
