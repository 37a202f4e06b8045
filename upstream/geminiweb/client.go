// Package geminiweb speaks the protocol of the gemini.google.com web app: it
// asks and streams (Stream), finds out whether a session lives (Probe), renews
// its short-lived cookie (Rotate) and lists models (Models). It keeps no
// cookies: every call brings its set. What it remembers between calls is what
// the app's page and status told about a set, bounded and in memory only.
package geminiweb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// Config is what a Client is made of. The zero Config is a client of the real
// upstream with temporary chats.
type Config struct {
	// Transport carries all calls. nil means NewTransport(TransportConfig{}).
	Transport http.RoundTripper
	// UserAgent is sent with every call. "" means one fixed desktop string.
	UserAgent string
	// Language is the interface language, such as "en". "" means the page's own.
	Language string
	// ChatMode is ChatTemporary, ChatKeep or ChatDeleteAfter. "" means
	// ChatTemporary.
	ChatMode string
	// Models is the table of public ids. nil means the seven that are always
	// served.
	Models []Mapping
	// Overrides gives a public id an upstream id of the owner's choice.
	Overrides map[string]string
	// Aliases are further names: alias → public id.
	Aliases map[string]string
	// AllowDowngrade serves what another model answered. false fails it.
	AllowDowngrade bool
	// MaxPrompt is the longest prompt in bytes; what is longer goes up as a text
	// file. 0 means 128,000: the web app cuts the tail of more, silently.
	MaxPrompt int
	// FirstByteTimeout bounds the wait for an answer's first frame, IdleTimeout
	// the wait for each further one. 0 means 120 s.
	FirstByteTimeout, IdleTimeout time.Duration
	// Observe hears of every call that ended: operation and outcome are label
	// values of the metrics. nil hears nothing. It must not block.
	Observe func(operation, outcome string, took time.Duration)
	// Drifted hears of every answer that was not understood, by stage: page,
	// frame, json or schema. nil hears nothing. It must not block.
	Drifted func(stage string)
	// Now tells the time. nil means time.Now.
	Now func() time.Time
	// Logger hears of what fails in the background. nil discards.
	Logger *slog.Logger
}

const (
	defaultUserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	defaultPatience  = 120 * time.Second
	defaultPrompt    = 128_000
)

// Client talks to the upstream for any number of sessions at once. All methods
// are safe for concurrent use.
type Client struct {
	cfg       Config
	transport http.RoundTripper
	models    []chat.Model  // what every session offers
	cleanups  chan struct{} // a place for each background deletion

	mu       sync.Mutex
	sessions cache[*session] // by generation
	tokens   cache[string]   // the last good page token by login
	accounts cache[account]  // by login
	pairOnly cache[bool]     // by login: the other cookies were refused
	flights  map[cookie.Key]*flight
	closed   bool

	background sync.WaitGroup
	root       context.Context // ends with Close; background work hangs on it
	stop       context.CancelFunc
}

// New makes a Client. It starts nothing; Close ends what calls leave behind.
func New(cfg Config) (*Client, error) {
	switch cfg.ChatMode = cmp.Or(cfg.ChatMode, ChatTemporary); cfg.ChatMode {
	case ChatTemporary, ChatKeep, ChatDeleteAfter:
	default:
		return nil, fmt.Errorf("chat mode %q is none of %s, %s, %s", cfg.ChatMode, ChatTemporary, ChatKeep, ChatDeleteAfter)
	}
	if !isHeaderValue(cfg.UserAgent) || !isHeaderValue(cfg.Language) {
		return nil, errors.New("user agent and language must be printable ASCII")
	}
	if cfg.Transport == nil {
		t, err := NewTransport(TransportConfig{})
		if err != nil {
			return nil, err
		}
		cfg.Transport = t
	}
	cfg.setDefaults()
	c := &Client{
		cfg: cfg, transport: cfg.Transport,
		cleanups: make(chan struct{}, cleanupsAtOnce),
		flights:  make(map[cookie.Key]*flight),
	}
	c.models = c.listModels(account{})
	c.root, c.stop = context.WithCancel(context.Background())
	return c, nil
}

func (cfg *Config) setDefaults() {
	cfg.UserAgent = cmp.Or(cfg.UserAgent, defaultUserAgent)
	cfg.MaxPrompt = cmp.Or(cfg.MaxPrompt, defaultPrompt)
	cfg.FirstByteTimeout = cmp.Or(cfg.FirstByteTimeout, defaultPatience)
	cfg.IdleTimeout = cmp.Or(cfg.IdleTimeout, defaultPatience)
	if cfg.Models == nil {
		cfg.Models = defaultMappings
	}
	if cfg.Observe == nil {
		cfg.Observe = func(string, string, time.Duration) {}
	}
	if cfg.Drifted == nil {
		cfg.Drifted = func(string) {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
}

// Close waits for background work until ctx ends, then cuts it off. Streams are
// not background work: their callers end them. Calls after Close still answer,
// but begin nothing new in the background.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	release := context.AfterFunc(ctx, c.stop)
	defer release()
	c.background.Wait()
	c.stop()
	c.CloseIdleConnections()
	return nil
}

// CloseIdleConnections lets go of connections that nobody uses, so that the
// next calls make new ones. It is for when those at hand may be dead: after a
// suspend, say. Calls under way are not touched. It does not block.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// startBackground runs work in the background with a time limit. It reports false when
// the client is closed.
func (c *Client) startBackground(limit time.Duration, work func(context.Context)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.background.Go(func() {
		ctx, cancel := context.WithTimeout(c.root, limit)
		defer cancel()
		work(ctx)
	})
	return true
}

// setAppHeaders are what the app's own page sends with its calls.
func (c *Client) setAppHeaders(h http.Header) {
	putHeaders(h, "Content-Type", formType, "Origin", "https://"+hostApp, "Referer", "https://"+hostApp+"/", "X-Same-Domain", "1")
}

func (c *Client) sessionLanguage(s *session) string {
	return cmp.Or(c.cfg.Language, s.Page.Language, "en")
}

func (c *Client) observeCall(operation string, start time.Time, failure *Error) {
	outcome := "success"
	if failure != nil {
		outcome = failure.outcomeLabel()
	}
	c.cfg.Observe(operation, outcome, max(0, c.cfg.Now().Sub(start)))
}

func isHeaderValue(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}
