package daemon

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/geminiweb"
)

// quotaEvery is how often probes ask for the quotas of an account.
const quotaEvery = 30 * time.Minute

// Provider is an upstream: it answers requests and can be supervised.
type Provider interface {
	api.Provider
	supervisor.Upstream
	// Close waits for background work until ctx ends.
	Close(ctx context.Context) error
}

// providers is the table of upstreams; the setting provider picks one.
var providers = map[string]func(d *Daemon) (Provider, error){
	"geminiweb": newGeminiWeb,
}

func providerNames() []string { return slices.Sorted(maps.Keys(providers)) }

func (d *Daemon) newProvider() (Provider, error) {
	create, ok := providers[d.settings.Provider]
	if !ok {
		return nil, &config.Error{Err: fmt.Errorf("provider: %q is not one of %v", d.settings.Provider, providerNames())}
	}
	return create(d)
}

func newGeminiWeb(d *Daemon) (Provider, error) {
	s := d.settings
	transport, err := d.upstreamTransport()
	if err != nil {
		return nil, err
	}
	return geminiweb.New(geminiweb.Config{
		Transport: transport, UserAgent: s.UserAgent, Language: s.Language, ChatMode: s.ChatMode, TemporaryParallel: s.TemporaryParallel,
		QuotaEvery: quotaEvery, Overrides: s.Models, AllowDowngrade: s.AllowDowngrade, ListSources: s.ListSources, MaxPrompt: int(s.MaxPrompt),
		FirstByteTimeout: s.FirstByteTimeout, IdleTimeout: s.IdleTimeout, Now: d.now, Logger: d.log,
		Observe: func(operation, outcome string, took time.Duration) {
			d.metrics.UpstreamRequests.WithLabelValues(operation, outcome).Inc()
			d.metrics.UpstreamDuration.WithLabelValues(operation).Observe(took.Seconds())
		},
		Noticed: func(sign geminiweb.Sign, detail string) { d.metrics.CountDrift(string(sign), detail) },
		Drifted: func(stage string) { d.metrics.UpstreamParseErrors.WithLabelValues(stage).Inc() },
	})
}

// upstreamTransport returns the network, or its replacement for tests.
func (d *Daemon) upstreamTransport() (http.RoundTripper, error) {
	if d.cfg.Transport != nil {
		return d.cfg.Transport, nil
	}
	if d.cfg.NoRotateFloor && !isLocalUpstream(d.settings.UpstreamURL) {
		return nil, &config.Error{Err: fmt.Errorf("GEMINID_TEST_ROTATE_FLOOR=0 is for a simulator on this machine (upstream_url); the real upstream would lock the account out")}
	}
	return geminiweb.NewTransport(geminiweb.TransportConfig{HTTP1: d.settings.UpstreamHTTP1,
		Proxy: parseOptional(d.settings.UpstreamProxy), Redirect: parseOptional(d.settings.UpstreamURL)})
}

// parseOptional parses a URL that config.Load has checked; empty is nil.
func parseOptional(raw string) *url.URL {
	if raw == "" {
		return nil
	}
	u, _ := url.Parse(raw)
	return u
}

// ProxyTransport returns a transport through the settings' proxy, or a direct one if
// there is none; upstream_url does not redirect it.
func ProxyTransport(s config.Settings) (http.RoundTripper, error) {
	return geminiweb.NewTransport(geminiweb.TransportConfig{Proxy: parseOptional(s.UpstreamProxy)})
}

// routeMark returns a keyed hash that identifies a proxy without revealing it, empty
// for none.
func routeMark(key []byte, proxy string) string {
	if proxy == "" {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("route\x00" + proxy))
	return hex.EncodeToString(mac.Sum(nil)[:6])
}

// isLocalUpstream reports whether the upstream is a simulator on this machine.
func isLocalUpstream(upstream string) bool {
	u, err := url.Parse(upstream)
	return err == nil && config.IsLoopback(u.Host)
}
