package geminiweb

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// session is what calls need besides the cookies. It belongs to one generation
// of them and is not changed; a rotation carries it over.
type session struct {
	wire.Page
	// tokenOnPage says that the page itself held a token, not only an older one.
	tokenOnPage bool
	// stale says that the page could not be read after a rotation; the next
	// probe tries again.
	stale bool
	// omitSession leaves f.sid out of calls: the upstream refused it.
	omitSession bool
	// request counts the calls, shared by all generations of a session.
	request *atomic.Int64
}

const (
	callTimeout = 20 * time.Second
	openTimeout = 45 * time.Second
	pageHops    = 5
	errorHead   = 64 << 10
	pageLimit   = 8 << 20
)

func newSession(p wire.Page) *session {
	s := &session{Page: p, request: new(atomic.Int64)}
	s.request.Store(10_000 + rand.Int64N(90_000))
	return s
}

// withPage returns a copy that uses what a newer page says. The token stays when
// the page has none: it belongs to the login and outlives pages.
func (s *session) withPage(p wire.Page) *session {
	next := *s
	next.tokenOnPage, next.stale = p.Token != "", false
	if p.Token == "" {
		p.Token = s.Token
	}
	next.Page = p
	return &next
}

// flight is a page being read for everybody who waits for it.
type flight struct {
	done    chan struct{}
	session *session
	err     *Error
}

// openSession returns the session of a set, reading the page when this generation was
// not seen before. However many callers wait, the page is read once; it goes on
// being read when one of them leaves.
func (c *Client) openSession(ctx context.Context, set cookie.Set) (*session, *Error) {
	key := set.Key()
	c.mu.Lock()
	if s, ok := c.sessions.get(key); ok {
		c.mu.Unlock()
		return s, nil
	}
	f, waiting := c.flights[key]
	if !waiting {
		f = &flight{done: make(chan struct{})}
		c.flights[key] = f
	}
	c.mu.Unlock()
	if !waiting && !c.startBackground(openTimeout, func(ctx context.Context) { c.landFlight(ctx, set, f) }) {
		f.err = newError(chat.Unavailable, cookie.Silent, "the server is stopping")
		c.endFlight(key, f)
	}
	select {
	case <-f.done:
		return f.session, f.err
	case <-ctx.Done():
		return nil, callError(ctx, ctx.Err())
	}
}

// landFlight reads the page for a flight and, when the account is a new one, what it
// may use.
func (c *Client) landFlight(ctx context.Context, set cookie.Set, f *flight) {
	defer c.endFlight(set.Key(), f)
	s, _, err := c.refreshSession(ctx, set)
	if err != nil {
		f.err = err
		return
	}
	if !c.accountOf(set).known {
		if finding, _ := c.callStatus(ctx, s, set); finding.Evidence == cookie.SignedOut {
			f.err = signedOutError()
			f.err.finding = finding
			return
		}
	}
	f.session = s
}

func (c *Client) endFlight(key cookie.Key, f *flight) {
	c.mu.Lock()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err == nil {
		c.sessions.put(key, f.session)
	}
	c.mu.Unlock()
	close(f.done)
}

// renewSession gives a call whose token was refused a session with another one: the
// token that came with the refusal, else the one that somebody else fetched
// meanwhile, else the page's.
func (c *Client) renewSession(ctx context.Context, set cookie.Set, old *session, token string) (*session, *Error) {
	key := set.Key()
	c.mu.Lock()
	now, ok := c.sessions.get(key)
	if ok && now == old {
		c.sessions.remove(key)
	}
	c.mu.Unlock()
	if token == "" && ok && now != old {
		return now, nil
	}
	if token != "" && wire.IsToken(token) {
		return c.swapToken(set, old, token), nil
	}
	return c.openSession(ctx, set)
}

// swapToken keeps a session with a token that the upstream handed out.
func (c *Client) swapToken(set cookie.Set, old *session, token string) *session {
	next := *old
	next.Token, next.tokenOnPage = token, true
	c.storeSession(set, &next)
	return &next
}

// storeSession stores a session for a generation, and its token for the login.
func (c *Client) storeSession(set cookie.Set, s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions.put(set.Key(), s)
	if s.Token != "" {
		c.tokens.put(set.Identity(), s.Token)
	}
}

// refreshSession reads the page with a set and makes a session of it, continuing the one
// of the same generation if there is one. It also returns the cookies that the
// upstream refreshed.
func (c *Client) refreshSession(ctx context.Context, set cookie.Set) (*session, []cookie.Named, *Error) {
	p, extra, err := c.readPage(ctx, set)
	if err != nil {
		return nil, extra, err
	}
	c.mu.Lock()
	old, ok := c.sessions.get(set.Key())
	token, _ := c.tokens.get(set.Identity())
	c.mu.Unlock()
	if !ok {
		old = newSession(wire.Page{Token: token})
	}
	s := old.withPage(p)
	if p.Token != "" {
		c.storeSession(set, s)
	}
	return s, extra, nil
}

// readPage fetches the app page, following redirects inside the app's own host
// by hand: the session's cookies go nowhere else.
func (c *Client) readPage(ctx context.Context, set cookie.Set) (p wire.Page, extra []cookie.Named, failure *Error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("page", start, failure) }()
	target := appURL("/app", nil)
	for range pageHops {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
		req.Header.Set("Accept", "text/html,application/xhtml+xml")
		req.Header.Set("Referer", "https://"+hostApp+"/")
		resp, err := c.sendRequest(req, set)
		if err != nil {
			return p, extra, callError(ctx, err)
		}
		_, news, _ := freshCookies(resp, c.cfg.Now())
		extra, set = append(extra, news...), set.WithExtra(news, c.cfg.Now())
		if next := appRedirect(resp, target); next != nil {
			drainBody(resp.Body)
			target = next
			continue
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, pageLimit))
		_ = resp.Body.Close()
		if err != nil {
			return p, extra, callError(ctx, err)
		}
		return c.judgePage(resp, body, extra)
	}
	return p, extra, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("the app page redirects in a circle")
}

func (c *Client) judgePage(resp *http.Response, body []byte, extra []cookie.Named) (wire.Page, []cookie.Named, *Error) {
	if resp.StatusCode != http.StatusOK || isCaptchaPage(body[:min(len(body), errorHead)]) {
		err := httpStatusError(resp.StatusCode, resp.Header, body[:min(len(body), errorHead)])
		if 300 <= resp.StatusCode && resp.StatusCode < 400 && err.finding.Evidence == cookie.WeakOut {
			err.finding.Evidence = cookie.SignedOut
		}
		return wire.Page{}, extra, err
	}
	p := wire.ParsePage(body)
	if !p.HasKeys() {
		c.cfg.Drifted("page")
		return p, extra, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("app page without any known key")
	}
	return p, extra, nil
}

// appRedirect returns where a redirect leads when that is still the app.
func appRedirect(resp *http.Response, from *url.URL) *url.URL {
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return nil
	}
	next, err := from.Parse(resp.Header.Get("Location"))
	if err != nil || !isAppURL(next) ||
		strings.HasPrefix(next.Path, "/sorry") {
		return nil
	}
	return next
}

// drainBody ends a short answer so that its connection can be used again.
func drainBody(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, errorHead)
	_ = body.Close()
}
