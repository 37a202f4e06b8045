package geminiweb

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/contain"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const (
	callTimeout  = 20 * time.Second
	openTimeout  = 45 * time.Second
	pageHops     = 5
	pageLimit    = 8 << 20
	maxErrorBody = 64 << 10 // of an answer that is read for its error alone

	// cacheSize is the number of entries of each cache: enough for eight accounts
	// with a few generations each.
	cacheSize = 64
)

// newCache returns a cache of cacheSize entries that drops the one that was not
// used for the longest time.
func newCache[V any]() *lru.Cache[cookie.Key, V] {
	cache, err := lru.New[cookie.Key, V](cacheSize)
	if err != nil {
		panic(err) // a size below 1
	}
	return cache
}

// session holds the values that calls need besides the cookies. It belongs to one generation of
// them and is immutable; after a rotation the next generation gets a copy.
type session struct {
	wire.Page
	// tokenOnPage is set if the page itself had the token, and not only an older
	// page of the login.
	tokenOnPage bool
	// stale is set if the page could not be read after a rotation. The next probe
	// tries again.
	stale bool
	// omitSession leaves f.sid out of calls: the upstream refused it.
	omitSession bool
	// request counts the calls. All generations of a session share it.
	request *atomic.Int64
	// pages counts the pages that were read for the session, readAt is when the last
	// one was.
	pages  int
	readAt time.Time
	// doubt is what is known against the page. All generations share it.
	doubt *formDoubt
}

func newSession(p wire.Page) *session {
	s := &session{Page: p, request: new(atomic.Int64), doubt: new(formDoubt)}
	s.request.Store(10_000 + rand.Int64N(90_000))
	return s
}

// withPage returns a copy with the values of a newer page, read at now. If that has
// no token the old one stays: it belongs to the login and outlives pages.
func (s *session) withPage(p wire.Page, now time.Time) *session {
	next := *s
	next.tokenOnPage, next.stale = p.Token != "", false
	next.pages, next.readAt = s.pages+1, now
	if p.Token == "" {
		p.Token = s.Token
	}
	next.Page = p
	return &next
}

// openSession returns the session of a set. It reads the page if this generation
// has none yet. However many callers wait, the page is read once, and reading it
// goes on if one of them leaves.
func (c *Client) openSession(ctx context.Context, set cookie.Set) (*session, error) {
	key := set.Key()
	if s, ok := c.sessions.Get(key); ok {
		return s, nil
	}
	return c.joinFlight(ctx, string(key[:]), func() (*session, error) { return c.loadSession(set) })
}

// joinFlight returns what load returns, which runs once for all calls with one key
// that wait at the same time.
func (c *Client) joinFlight(ctx context.Context, key string, load func() (*session, error)) (*session, error) {
	loaded := c.flights.DoChan(key, func() (loaded any, err error) {
		err = contain.Call(func() (err error) {
			loaded, err = load()
			return err
		})
		return loaded, err
	})
	select {
	case result := <-loaded:
		if result.Err != nil {
			contain.Rethrow(result.Err)
			return nil, result.Err
		}
		return result.Val.(*session), nil
	case <-ctx.Done():
		return nil, callError(ctx, ctx.Err())
	}
}

// loadSession reads the page, and if the account is a new one its status too. It
// is background work: it belongs to no single caller.
func (c *Client) loadSession(set cookie.Set) (*session, error) {
	ctx, done, ok := c.beginBackground(openTimeout)
	if !ok {
		return nil, stoppingError()
	}
	defer done()
	s, _, err := c.refreshSession(ctx, set)
	if err != nil {
		return nil, err
	}
	if !c.accountOf(set).known {
		if finding, _ := c.callStatus(ctx, s, set); finding.Evidence == cookie.SignedOut {
			err := signedOutError()
			err.finding = finding
			return nil, err
		}
	}
	c.sessions.Add(set.Key(), s)
	return s, nil
}

// renewSession returns a session for another attempt of a call that failed because
// its token or its build label was refused: with the token that came with the
// refusal, with one that another call got meanwhile, or with the page read anew. It
// returns failure if there is nothing new to try.
func (c *Client) renewSession(ctx context.Context, set cookie.Set, old *session, failure error, kind retryKind, token string) (*session, error) {
	if kind == retryWithToken {
		if token != "" && wire.IsToken(token) {
			return c.swapToken(set, old, token), nil
		}
		if current, ok := c.sessions.Get(set.Key()); ok && current.Token != old.Token {
			return current, nil
		}
	}
	next, err := c.rereadPage(ctx, set, old)
	malformed := asError(failure).retry == retryWithToken // the same once more would be so too
	switch {
	case errors.Is(err, errPageFresh), err == nil && malformed && next.Token == old.Token && next.Build == old.Build:
		return nil, failure
	case err == nil && next.Build != old.Build:
		c.notice(SignStaleLabel, asError(failure).finding.Detail)
	}
	return next, err
}

// swapToken stores a session with a token that the upstream handed out.
func (c *Client) swapToken(set cookie.Set, old *session, token string) *session {
	next := *old
	next.Token, next.tokenOnPage = token, true
	c.storeSession(set, &next)
	return &next
}

// storeSession stores a session for a generation, and its token for the login.
func (c *Client) storeSession(set cookie.Set, s *session) {
	c.sessions.Add(set.Key(), s)
	if s.Token != "" {
		c.tokens.Add(set.Identity(), s.Token)
	}
}

// refreshSession reads the page with a set and returns a session of it, which
// continues the one of the same generation if there is one. It also returns the
// cookies that the upstream refreshed, after an error too.
func (c *Client) refreshSession(ctx context.Context, set cookie.Set) (*session, []cookie.Named, error) {
	p, extra, err := c.readPage(ctx, set)
	if err != nil {
		return nil, extra, err
	}
	old, ok := c.sessions.Get(set.Key())
	if !ok {
		token, _ := c.tokens.Get(set.Identity())
		old = newSession(wire.Page{Token: token})
	}
	s := old.withPage(p, c.cfg.Now())
	if s.Build != old.Build {
		s.doubt.refused.Store(0) // another version of the app: what the old one refused is past
	}
	if p.Token != "" {
		c.storeSession(set, s)
	}
	return s, extra, nil
}

// readPage fetches the app page. It follows redirects itself, and only inside
// the app's own host.
func (c *Client) readPage(ctx context.Context, set cookie.Set) (p wire.Page, extra []cookie.Named, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	start := c.cfg.Now()
	defer func() { c.observeCall("page", start, err) }()
	target := appURL("/app", nil)
	for range pageHops {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
		if err != nil {
			return p, extra, requestError(err)
		}
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
		p, err = c.judgePage(resp, body)
		return p, extra, err
	}
	return p, extra, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("the app page redirects in a circle")
}

// judgePage parses the app page, or turns the answer into an error.
func (c *Client) judgePage(resp *http.Response, body []byte) (wire.Page, error) {
	head := body[:min(len(body), maxErrorBody)]
	if resp.StatusCode != http.StatusOK || isCaptchaPage(head) {
		err := httpStatusError(resp.StatusCode, resp.Header, head)
		if 300 <= resp.StatusCode && resp.StatusCode < 400 && err.finding.Evidence == cookie.WeakOut {
			err.finding.Evidence = cookie.SignedOut
		}
		return wire.Page{}, err
	}
	p := wire.ParsePage(body)
	if !p.HasKeys() {
		c.cfg.Drifted("page")
		return p, newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("app page without any known key")
	}
	return p, nil
}

// appRedirect returns the target of a redirect inside the app, nil if the answer
// is no such redirect.
func appRedirect(resp *http.Response, from *url.URL) *url.URL {
	if resp.StatusCode < 300 || resp.StatusCode > 399 {
		return nil
	}
	next, err := from.Parse(resp.Header.Get("Location"))
	if err != nil || !isAppURL(next) || strings.HasPrefix(next.Path, "/sorry") {
		return nil
	}
	return next
}

// drainBody reads the rest of a short answer and closes it, so that its
// connection can be used again.
func drainBody(body io.ReadCloser) {
	drainReader(body)
	_ = body.Close()
}
