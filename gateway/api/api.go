package api

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/julienschmidt/httprouter"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/background"
	"github.com/geminid/geminid/gateway/budget"
	"github.com/geminid/geminid/gateway/files"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/gateway/remote"
	"github.com/geminid/geminid/gateway/stored"
	"github.com/geminid/geminid/gateway/toolcall"
	"github.com/geminid/geminid/gateway/uploads"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

// Provider answers questions with a session that is lent to it for the call. It
// keeps no session and is safe for concurrent use.
type Provider interface {
	// Models lists the models that may be asked with the set; with the zero Set
	// those that every session offers. It does not block.
	Models(set cookie.Set) []chat.Model
	// Stream asks the upstream. It ends when the answer is finished, failed or
	// ctx is over; leaving the loop early ends the upstream call.
	Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error]
}

// Config is the configuration of an [API].
type Config struct {
	// Supervisor lends sessions and knows their state. Required.
	Supervisor *supervisor.Supervisor
	// Provider answers. Required.
	Provider Provider
	// Metrics counts. Required.
	Metrics *metrics.Metrics
	// Keys are the valid keys. Nil means that no key was ever made: the API is open
	// to this machine on a loopback listener and closed on every other.
	Keys *auth.Keys
	// Files keeps the pictures of answers behind links. Nil keeps none; then they
	// are part of the answers.
	Files *files.Store
	// Stored keeps the answers that clients ask to be stored. Nil keeps none.
	Stored *stored.Store
	// Uploads keeps the files that clients upload to name them in questions. Nil
	// takes none.
	Uploads *uploads.Store
	// Remote fetches files that clients name by their address, if
	// Settings.FetchRemote is on. Nil means remote.New(remote.Config{}).
	Remote *remote.Client
	// Logger gets one line a request and the causes of internal errors. Nil
	// discards them.
	Logger *slog.Logger
	// Now is the wall clock that answers and the request log show. Nil is
	// time.Now. Limits and heartbeats go by the monotonic clock.
	Now func() time.Time
	// Aliases are further names of models.
	Aliases []Alias
	// Settings is the reloadable part; see [API.Reconfigure].
	Settings Settings
	// Reload reads the configuration again, for POST /api/reload. Nil means that
	// there is none to read.
	Reload func() (Reloaded, error)
	// TestNotify sends a test message through every channel of notices, for POST
	// /api/notify/test. Nil means that there is none.
	TestNotify func(context.Context) []Delivery
	// Report sums up the time since a point such as "7d", for GET /api/report.
	// Nil means that there are no figures.
	Report func(since string) (any, error)
	// OnCommand is called with every command of the admin routes, and at most once
	// a minute with the refused ones. It must not block for long. Nil ignores them.
	OnCommand func(Command)
}

// API is the HTTP surface. Make it with [New]. It is safe for concurrent use.
type API struct {
	supervisor *supervisor.Supervisor
	provider   Provider
	keys       *auth.Keys
	files      *files.Store
	stored     *stored.Store
	uploads    *uploads.Store
	remote     *remote.Client
	log        *slog.Logger
	now        func() time.Time
	readConfig func() (Reloaded, error)
	testNotify func(context.Context) []Delivery
	makeReport func(since string) (any, error)
	onCommand  func(Command)
	aliases    aliases
	refusals   refusals
	count      counters

	live   atomic.Pointer[settings]
	router *httprouter.Router
	gate   *limit.Gate
	memory *budget.Budget // of all requests together
	recent requestLog

	refused refusalLog
	// The memory of the limits outlives their settings.
	hourly  *limit.Clients
	rounds  *limit.Clients // of tasks, beside the questions
	tasks   limit.Tasks
	guesses *auth.GuessLimiter
	queue   limit.Queue
	jobs    background.Jobs
	tools   *toolcall.Engine
}

// New checks the configuration and returns an API. It starts nothing.
func New(cfg Config) (*API, error) {
	if cfg.Supervisor == nil || cfg.Provider == nil || cfg.Metrics == nil {
		return nil, errors.New("making the API: a supervisor, a provider and metrics are required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Keys == nil {
		cfg.Keys = auth.StaticKeys()
	}
	if cfg.Remote == nil {
		cfg.Remote = remote.New(remote.Config{})
	}
	a := &API{
		supervisor: cfg.Supervisor, provider: cfg.Provider, keys: cfg.Keys, files: cfg.Files, stored: cfg.Stored, uploads: cfg.Uploads, remote: cfg.Remote,
		log: cfg.Logger, now: cfg.Now, readConfig: cfg.Reload, makeReport: cfg.Report,
		testNotify: cfg.TestNotify, onCommand: cfg.OnCommand, count: counters{cfg.Metrics},
		gate: limit.NewGate(), aliases: sortAliases(cfg.Aliases),
		hourly: limit.NewClients(time.Hour), rounds: limit.NewClients(time.Hour), guesses: auth.NewGuessLimiter(),
		memory: budget.New(defaultMemory),
		tools:  toolcall.New(toolcall.Config{Count: func(o toolcall.Outcome) { cfg.Metrics.ToolCalls.WithLabelValues(string(o)).Inc() }}),
	}
	a.router = a.buildRouter()
	a.count.precreateSeries(a.provider.Models(cookie.Set{}))
	a.Reconfigure(cfg.Settings)
	return a, nil
}

// Handler returns the handler of the TCP listener.
func (a *API) Handler() http.Handler {
	return chainHandlers(a.router, boundHeader, a.readRest, a.recordRequests(false), a.checkFraming, a.checkOrigin, a.checkHost)
}

// ControlHandler returns the handler of the unix socket: the same API with admin
// rights and without a key. The file mode of the socket decides which users may
// connect.
func (a *API) ControlHandler() http.Handler {
	return chainHandlers(a.router, a.readRest, a.recordRequests(true))
}

// Reconfigure applies new settings to the requests that begin from now on. The
// limits keep their memory of clients and models.
func (a *API) Reconfigure(s Settings) {
	live := &settings{Settings: s, hosts: make(map[string]bool)}
	for _, host := range s.AllowedHosts {
		live.hosts[hostname(host)] = true
	}
	if u, err := url.Parse(s.PublicURL); err == nil && u.Host != "" {
		live.hosts[hostname(u.Host)] = true
	}
	a.memory.SetSize(s.Limits.memory())
	a.count.MemoryLimit.Set(float64(s.Limits.memory()))
	a.live.Store(live)
}

// Drain answers new questions with 503 from now on and waits until the running ones
// are done. If ctx ends first it cuts them: each stream gets an error event in its
// own dialect, and the error says how many there were. Health, status and metrics
// are still served.
func (a *API) Drain(ctx context.Context) error {
	defer func() { a.logSummaries(time.Now().Add(refusalSpan)) }()
	return a.gate.Drain(ctx)
}
