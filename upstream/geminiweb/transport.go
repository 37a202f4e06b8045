package geminiweb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/geminid/geminid/internal/keepalive"
)

// TransportConfig says how the upstream is reached. The zero value goes there
// directly, with HTTP/2 where the upstream speaks it.
type TransportConfig struct {
	// Proxy is an http, https, socks5 or socks5h proxy for all calls, with user
	// and password if it wants them; it resolves host names. nil connects
	// directly. The environment is never asked: a proxy that comes and goes
	// would change the address that the session is used from.
	Proxy *url.URL
	// Redirect sends every connection to this scheme and host while requests,
	// cookies and the Host header stay those of the real upstream. It is for a
	// simulator. nil means the real upstream.
	Redirect *url.URL
	// HTTP1 switches HTTP/2 off.
	HTTP1 bool
	// RootCAs are the trusted certificates; nil means the system's.
	RootCAs *x509.CertPool
	// KeepAlive bounds how long a connection is used whose other side is gone.
	KeepAlive keepalive.Config
}

const (
	dialTimeout      = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	idleTimeout      = 90 * time.Second
	idleConnections  = 1024 // one HTTP/1.1 stream each at full load
)

// NewTransport makes the one transport that all calls share. It never falls
// back to a direct connection if the proxy is down. Errors here and from its
// calls hold no proxy password.
func NewTransport(cfg TransportConfig) (http.RoundTripper, error) {
	if err := checkProxy(cfg.Proxy); err != nil {
		return nil, err
	}
	if r := cfg.Redirect; r != nil && (r.Scheme != "http" && r.Scheme != "https" || r.Host == "") {
		return nil, fmt.Errorf("the upstream redirect %q must be like http://127.0.0.1:8200", r.Redacted())
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(!cfg.HTTP1)
	t := &http.Transport{
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
		TLSHandshakeTimeout:    handshakeTimeout,
		MaxIdleConns:           idleConnections,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true, // a frame repeats more than a gzip window can fold
		Protocols:              protocols,
	}
	cfg.KeepAlive.ApplyTo(t, dialTimeout)
	if cfg.Proxy != nil {
		t.Proxy = http.ProxyURL(cfg.Proxy)
		t.OnProxyConnectResponse = refusedByProxy
	}
	if cfg.Redirect != nil {
		return &redirected{to: cfg.Redirect, next: t}, nil
	}
	return t, nil
}

func checkProxy(proxy *url.URL) error {
	if proxy == nil {
		return nil
	}
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
		if proxy.Host != "" {
			return nil
		}
	}
	return fmt.Errorf("the proxy %q must begin with http://, https://, socks5:// or socks5h:// and name a host", proxy.Redacted())
}

// errProxy marks a proxy that was reached and did not connect us.
var errProxy = errors.New("the proxy refused")

func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return fmt.Errorf("%w: status %d", errProxy, resp.StatusCode)
}

// redirected changes where a request goes and nothing that the other side sees
// of it, so that cookie rules stay those of the real hosts.
type redirected struct {
	to   *url.URL
	next *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (r *redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	moved := *req
	target := *req.URL
	if moved.Host == "" {
		moved.Host = target.Host
	}
	target.Scheme, target.Host = r.to.Scheme, r.to.Host
	moved.URL = &target
	resp, err := r.next.RoundTrip(&moved)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// CloseIdleConnections closes the connections that no call uses.
func (r *redirected) CloseIdleConnections() { r.next.CloseIdleConnections() }
