package geminiweb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

const (
	// rotateBody is not quite JSON; the upstream wants it byte for byte.
	rotateBody  = `[000,"-0000000000000000000"]`
	rotateLimit = 64 << 10
	// longestInterval is what the upstream may ask for; more means "never".
	longestInterval = time.Hour
)

// Rotate asks for a new PSIDTS with the two session cookies and no other. The
// new value comes as a Set-Cookie and nowhere else; Finding.Set carries it. The
// page is read with it as part of the same step: when that fails, the session
// goes on with the page it knows and the next probe reads it, because the old
// value is already as good as dead.
func (c *Client) Rotate(ctx context.Context, set cookie.Set) cookie.Finding {
	if set.IsZero() {
		return cookie.Finding{Evidence: cookie.RotateRefused, Detail: "no session cookie"}
	}
	resp, body, err := c.askRotation(ctx, set)
	if err != nil {
		return err.finding
	}
	psidts, extra := fresh(resp, c.cfg.Now())
	finding := cookie.Finding{
		Evidence: cookie.NoNewTS, Detail: "rotation without a new value",
		Interval: interval(body), Set: set.WithExtra(extra),
	}
	if psidts.IsZero() || psidts.Reveal() == set.PSIDTS().Reveal() {
		return finding
	}
	finding.Evidence, finding.Detail = cookie.Rotated, "rotation gave a new value"
	finding.Set = finding.Set.WithPSIDTS(psidts)
	finding.Account = c.carry(ctx, set, &finding)
	return finding
}

func (c *Client) askRotation(ctx context.Context, set cookie.Set) (resp *http.Response, body []byte, failure *Error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observe("rotate", start, failure) }()
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+hostAccounts+"/RotateCookies", strings.NewReader(rotateBody))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "https://"+hostAccounts)
	resp, err := c.send(req, set)
	if err != nil {
		return nil, nil, failedCall(ctx, err)
	}
	defer resp.Body.Close()
	// The cookies are in the header: a body that breaks off takes nothing away.
	body, _ = io.ReadAll(io.LimitReader(resp.Body, rotateLimit))
	return resp, body, rotationRefused(resp, body)
}

func rotationRefused(resp *http.Response, body []byte) *Error {
	switch status := resp.StatusCode; {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fail(chat.Unavailable, cookie.RotateRefused, msgSignedOut).detail("rotation refused with status %d", status)
	case status == http.StatusTooManyRequests:
		wait := retryAfter(resp.Header.Get("Retry-After"), time.Now())
		return fail(chat.Quota, cookie.RotateLimited, "rotated too often").detail("rotation answered with status 429").after(wait)
	case 300 <= status && status < 400:
		err := redirectedTo(resp.Header.Get("Location"))
		if err.finding.Evidence == cookie.WeakOut {
			err.finding.Evidence = cookie.RotateRefused
		}
		return err.detail("rotation redirected with status %d", status)
	default:
		return httpStatus(status, resp.Header, body).detail("rotation answered with status %d", status)
	}
}

// interval reads identity.hfcr, in seconds, from a rotation's body.
func interval(body []byte) time.Duration {
	_, rest, found := bytes.Cut(body, []byte("\n"))
	if !found || !json.Valid(rest) {
		return 0
	}
	var seconds int64
	gjson.ParseBytes(rest).ForEach(func(_, pair gjson.Result) bool {
		if at(pair, 0).String() == "identity.hfcr" {
			seconds = at(pair, 1).Int()
		}
		return true
	})
	if seconds <= 0 || seconds > int64(longestInterval/time.Second) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// carry moves the session to the rotated set and reads the page with it.
func (c *Client) carry(ctx context.Context, old cookie.Set, f *cookie.Finding) (account string) {
	c.mu.Lock()
	s, ok := c.sessions.get(old.Key())
	if ok {
		next := *s
		next.stale = true
		s = &next
		c.sessions.put(f.Set.Key(), s)
	}
	c.mu.Unlock()
	read, extra, err := c.load(context.WithoutCancel(ctx), f.Set)
	f.Set = f.Set.WithExtra(extra)
	if err != nil {
		f.Detail = fmt.Sprintf("%s; the page could not be read yet (%s)", f.Detail, err.finding.Detail)
		return ""
	}
	if ok || read.token != "" {
		c.keep(f.Set, read)
	}
	return read.account
}
