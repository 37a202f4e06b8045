// Package api is the HTTP surface: the routes of every dialect, the one handler
// behind them, and what stands before it: keys, limits, hosts, origins, bodies
// and clocks. It knows no format (dialect does), no upstream (a Provider does)
// and decides nothing about a session (supervisor does).
package api

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/julienschmidt/httprouter"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/budget"
	"github.com/geminid/geminid/gateway/files"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/gateway/remote"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/supervisor"
)

// Provider answers questions with a session that it is lent for the call. It
// keeps no session and is safe for concurrent use.
type Provider interface {
	// Models lists what may be asked for with the set; with the zero Set what
	// every session offers. It does not block.
	Models(set cookie.Set) []chat.Model
	// Stream asks the upstream. It ends when the answer is finished, failed or
	// ctx is over; leaving the loop early ends the upstream call.
	Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error]
}

// Config is what the surface is made of.
type Config struct {
	// Supervisor lends sessions and knows their state. Required.
	Supervisor *supervisor.Supervisor
	// Provider answers. Required.
	Provider Provider
	// Metrics counts. Required.
	Metrics *metrics.Metrics
	// Keys decides who may come in. Nil means that no key was ever made: the API
	// is open to this machine on a loopback listener and shut on every other.
	Keys *auth.Keys
	// Files keeps the pictures of answers for links. Nil keeps none; then they
	// travel inside the answers.
	Files *files.Store
	// Remote fetches files that clients name by their address, while
	// Settings.FetchRemote is on. Nil means remote.New(remote.Config{}).
	Remote *remote.Client
	// Logger gets one line a request and the causes of internal errors. Nil
	// discards them.
	Logger *slog.Logger
	// Now is the wall clock that answers and the request log show. Nil is
	// time.Now. Limits and heartbeats go by the monotonic clock.
	Now func() time.Time
	// Settings is the reloadable part; see Reconfigure.
	Settings Settings
	// Reload reads the configuration again, for POST /api/reload. Nil means that
	// there is none to read.
	Reload func() (Reloaded, error)
	// TestNotify sends a test message through every channel that tells the owner
	// things, for POST /api/notify/test. Nil means that there is none.
	TestNotify func(context.Context) []Delivery
	// Report sums up the time since a point such as "7d", for GET /api/report.
	// Nil means that there are no figures.
	Report func(since string) (any, error)
	// OnCommand gets every command of the admin routes, and every refused call of them
	// at most once a minute. It must not block for long. Nil means that none is asked
	// for.
	OnCommand func(Command)
}

// Settings is what may change while requests run. The zero value is a public
// listener without limits of its own.
type Settings struct {
	Limits Limits
	// PublicURL is where clients find the API, such as "https://ai.example".
	// Empty means that there is no other name than the listener's.
	PublicURL string
	// AllowedHosts are further names in the Host header that a loopback
	// listener answers to.
	AllowedHosts []string
	// TrustedProxies are the peers whose X-Forwarded-For is believed; none by
	// default.
	TrustedProxies []netip.Prefix
	// MetricsKey is the digest of a key that may read /metrics and nothing
	// else. The zero Digest is no such key.
	MetricsKey auth.Digest
	// FetchRemote lets clients name pictures and other files by their https
	// address; the server fetches them. Off by default.
	FetchRemote bool
	// Loopback says that the TCP listener can be reached from this machine
	// only. Then the Host header is checked; /metrics is open to programs on this
	// machine, and the API too while no key was ever made.
	Loopback bool
	// InsecureNoAuth opens the API to everybody, through proxies too, while no key
	// was ever made.
	InsecureNoAuth bool
	// MaskClients shortens client addresses in logs to their network.
	MaskClients bool
}

// Limits are the limits of the surface.
type Limits struct {
	// PerHour is how many questions one client may ask within any hour; zero is
	// no limit.
	PerHour int
	// ModelGap is the time between the starts of two questions to one model;
	// zero is none.
	ModelGap time.Duration
	// Queue is how many questions may wait for their model's turn, QueueWait
	// how long at most. Zero of either means that none waits.
	Queue     int
	QueueWait time.Duration
	// MaxBody is the largest body of a question in bytes; zero is 32 MiB.
	MaxBody int64
	// MaxInFlight is how many questions are in the house at once; zero is 4096.
	MaxInFlight int
	// Memory is how many bytes all requests together may hold: bodies, files and
	// answers that are gathered whole. One client gets three quarters at most.
	// Zero is 256 MiB.
	Memory int64
}

const (
	defaultBody     = 32 << 20
	defaultInFlight = 4096
	defaultMemory   = 256 << 20
)

func (l Limits) queue() limit.QueueLimits {
	return limit.QueueLimits{Gap: l.ModelGap, Waiting: l.Queue, Patience: l.QueueWait}
}

func (l Limits) maxBody() int64 {
	if l.MaxBody > 0 {
		return l.MaxBody
	}
	return defaultBody
}

func (l Limits) memory() int64 {
	if l.Memory > 0 {
		return l.Memory
	}
	return defaultMemory
}

func (l Limits) maxInFlight() int {
	if l.MaxInFlight > 0 {
		return l.MaxInFlight
	}
	return defaultInFlight
}

// API is the surface. Make it with New; it is safe for concurrent use.
type API struct {
	supervisor *supervisor.Supervisor
	provider   Provider
	keys       *auth.Keys
	files      *files.Store
	remote     *remote.Client
	log        *slog.Logger
	now        func() time.Time
	readConfig func() (Reloaded, error)
	testNotify func(context.Context) []Delivery
	makeReport func(since string) (any, error)
	onCommand  func(Command)
	refusals   refusals
	count      counters

	live   atomic.Pointer[settings]
	router *httprouter.Router
	gate   *limit.Gate
	memory *budget.Budget // of all requests together
	recent requestLog

	refused refusalLog
	// What the limits remember outlives their settings.
	hourly  *limit.Clients
	guesses *auth.GuessLimiter
	queue   limit.Queue
}

// settings are Settings with what is worked out from them once.
type settings struct {
	Settings
	hosts map[string]bool // the names a loopback listener answers to, in lower case
}

// New checks the configuration and builds the surface. It starts nothing.
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
		supervisor: cfg.Supervisor, provider: cfg.Provider, keys: cfg.Keys, files: cfg.Files, remote: cfg.Remote,
		log: cfg.Logger, now: cfg.Now, readConfig: cfg.Reload, makeReport: cfg.Report,
		testNotify: cfg.TestNotify, onCommand: cfg.OnCommand, count: counters{cfg.Metrics},
		gate:   limit.NewGate(),
		hourly: limit.NewClients(time.Hour), guesses: auth.NewGuessLimiter(),
		memory: budget.New(defaultMemory),
	}
	a.router = a.buildRouter()
	a.count.precreateSeries(a.provider.Models(cookie.Set{}))
	a.Reconfigure(cfg.Settings)
	return a, nil
}

// Handler returns the handler of the TCP listener.
func (a *API) Handler() http.Handler {
	return chainHandlers(a.router, a.recordRequests(false), a.checkFraming, a.checkHost, a.checkOrigin)
}

// ControlHandler returns the handler of the unix socket: the same API with admin
// rights and without a key. The file mode of the socket decides who may open it.
func (a *API) ControlHandler() http.Handler {
	return chainHandlers(a.router, a.recordRequests(true))
}

// Reconfigure takes new settings for the requests that begin from now on. What
// the limits remember of clients and models stays.
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

// Drain answers new questions with 503 from now on and waits until the running
// ones are done. If ctx ends first they are cut: each stream gets an error event
// in its own dialect, and the error says how many there were. Health, status and
// metrics are still served.
func (a *API) Drain(ctx context.Context) error {
	defer func() { a.logSummaries(time.Now().Add(refusalSpan)) }()
	return a.gate.Drain(ctx)
}

// hostname is the name in a Host header or an origin, without port, brackets
// and the root's dot.
func hostname(host string) string {
	name := (&url.URL{Host: host}).Hostname()
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
