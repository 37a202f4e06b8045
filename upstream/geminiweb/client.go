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

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// Config configures a [Client]. The zero Config is a client of the real upstream
// with temporary chats.
type Config struct {
	// Transport carries all calls. If nil, NewTransport(TransportConfig{}).
	Transport http.RoundTripper
	// UserAgent is sent with every call. If empty, a fixed desktop string.
	UserAgent string
	// Language is the interface language, such as "en". If empty, that of the
	// app page.
	Language string
	// ChatMode is ChatTemporary, ChatKeep or ChatDeleteAfter. If empty,
	// ChatTemporary.
	ChatMode string
	// TemporaryParallel is ParallelAuto, ParallelSerial, ParallelKeepDelete or
	// ParallelAllow: what becomes of questions of one account at the same time in
	// temporary chats. If empty, ParallelAuto.
	TemporaryParallel string
	// Models is the table of public ids. If nil, the seven that are always
	// served.
	Models []Mapping
	// Overrides maps a public id to an upstream id of the owner's choice.
	Overrides map[string]string
	// AllowDowngrade serves answers of another model than the one asked for. If
	// false they are errors.
	AllowDowngrade bool
	// ListSources adds the pages that an answer rests on to its text, as a list of
	// links at the end. They are sent as [chat.Cited] in any case.
	ListSources bool
	// MaxPrompt is the longest prompt in bytes; a longer one is sent as a text
	// file. If zero, 128,000: the web app silently cuts the end of more.
	MaxPrompt int
	// FirstByteTimeout bounds the wait for the first frame of an answer,
	// IdleTimeout the wait for each further one. If zero, 120 s.
	FirstByteTimeout, IdleTimeout time.Duration
	// QuotaEvery is how often a probe asks for the account's quotas too. If zero, never.
	QuotaEvery time.Duration
	// Observe is called for every call that ended, with the operation and the
	// outcome as label values of the metrics. It must not block. May be nil.
	Observe func(operation, outcome string, took time.Duration)
	// Drifted is called for every answer that was not understood, with the stage
	// at which: page, frame, json or schema. It must not block. May be nil.
	Drifted func(stage string)
	// Noticed is called for every sign that the upstream changed, with a detail that
	// holds nothing of a question, an answer or a session. It must not block. May be
	// nil.
	Noticed func(sign Sign, detail string)
	// Now returns the current time. If nil, time.Now.
	Now func() time.Time
	// Logger logs failures of background work. If nil, they are discarded.
	Logger *slog.Logger
}

const (
	defaultUserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	defaultPatience  = 120 * time.Second
	defaultPrompt    = 128_000
)

// Client is a client of the upstream for any number of sessions. Use [New].
type Client struct {
	cfg       Config
	transport http.RoundTripper
	models    []chat.Model  // the model list of an account that is not known yet
	cleanups  chan struct{} // one slot for each deletion under way

	sessions  *lru.Cache[cookie.Key, *session] // by generation
	tokens    *lru.Cache[cookie.Key, string]   // the last good page token, by login
	accounts  *lru.Cache[cookie.Key, account]  // by login
	standings *lru.Cache[cookie.Key, standing] // by login
	windows   *lru.Cache[cookie.Key, *window]  // by login
	pairOnly  *lru.Cache[cookie.Key, struct{}] // logins whose other cookies were refused
	flights   singleflight.Group               // pages being read, by generation

	root       context.Context // the context of background work, ended by Close
	stop       context.CancelFunc
	background sync.WaitGroup
	mu         sync.Mutex // guards closed, adding to background, and making windows
	closed     bool
}

// New returns a Client. It starts no goroutine. Close ends the background work
// that calls begin.
func New(cfg Config) (*Client, error) {
	switch cfg.ChatMode = cmp.Or(cfg.ChatMode, ChatTemporary); cfg.ChatMode {
	case ChatTemporary, ChatKeep, ChatDeleteAfter:
	default:
		return nil, fmt.Errorf("chat mode %q is none of %s, %s, %s", cfg.ChatMode, ChatTemporary, ChatKeep, ChatDeleteAfter)
	}
	switch cfg.TemporaryParallel = cmp.Or(cfg.TemporaryParallel, ParallelAuto); cfg.TemporaryParallel {
	case ParallelAuto, ParallelSerial, ParallelKeepDelete, ParallelAllow:
	default:
		return nil, fmt.Errorf("parallel mode %q is none of %s, %s, %s, %s", cfg.TemporaryParallel, ParallelAuto, ParallelSerial, ParallelKeepDelete, ParallelAllow)
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
		sessions: newCache[*session](), tokens: newCache[string](),
		standings: newCache[standing](), windows: newCache[*window](), accounts: newCache[account](), pairOnly: newCache[struct{}](),
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
	if cfg.Noticed == nil {
		cfg.Noticed = func(Sign, string) {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
}

// Close waits for background work until ctx ends, then cuts it off. Streams are
// not background work: their callers end them. Later calls still answer, but
// begin no new background work. Close always returns nil.
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

// CloseIdleConnections closes connections that no call uses, so that the next
// calls make new ones. It is for times at which the old ones may be dead, such as
// after a suspend. Calls under way are not affected. It does not block.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// beginBackground registers background work that may take limit. The work must
// use ctx and call done at its end. ok is false if the client is closed.
func (c *Client) beginBackground(limit time.Duration) (ctx context.Context, done func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil, false
	}
	c.background.Add(1)
	ctx, cancel := context.WithTimeout(c.root, limit)
	return ctx, func() { cancel(); c.background.Done() }, true
}

// setAppHeaders sets the headers that the app's own page sends with its calls.
func (c *Client) setAppHeaders(h http.Header) {
	putHeaders(h, "Content-Type", formType, "Origin", "https://"+hostApp, "Referer", "https://"+hostApp+"/", "X-Same-Domain", "1")
}

func (c *Client) sessionLanguage(s *session) string {
	return cmp.Or(c.cfg.Language, s.Language, "en")
}

func (c *Client) observeCall(operation string, start time.Time, err error) {
	c.cfg.Observe(operation, outcomeLabel(err), max(0, c.cfg.Now().Sub(start)))
}

// isHeaderValue reports whether s is printable ASCII.
func isHeaderValue(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}
