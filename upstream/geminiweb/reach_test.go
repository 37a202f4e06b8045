package geminiweb_test

import (
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// closedPort returns an address that refuses connections.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// cutter accepts connections and closes them without a word.
func cutter(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// serveTLS serves h with a certificate for 127.0.0.1 and example.com.
func serveTLS(t *testing.T, h http.Handler) (server *httptest.Server, roots *x509.CertPool) {
	t.Helper()
	server = httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, roots
}

func TestFaultsHaveNames(t *testing.T) {
	t.Parallel()
	answer := func(status int, location string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if location != "" {
				w.Header().Set("Location", location)
			}
			w.WriteHeader(status)
		})
	}
	plain := httptest.NewServer(answer(http.StatusOK, ""))
	t.Cleanup(plain.Close)
	secure, roots := serveTLS(t, answer(http.StatusOK, ""))
	_, port, _ := strings.Cut(secure.Listener.Addr().String(), ":")
	portal, portalRoots := serveTLS(t, answer(http.StatusFound, "http://login.hotel.example/"))
	login, loginRoots := serveTLS(t, answer(http.StatusNetworkAuthenticationRequired, ""))
	denying := httptest.NewServer(answer(http.StatusProxyAuthRequired, ""))
	t.Cleanup(denying.Close)
	simple := func(scheme, host string) geminiweb.TransportConfig {
		return geminiweb.TransportConfig{Redirect: &url.URL{Scheme: scheme, Host: host}}
	}
	behind := func(proxy string) geminiweb.TransportConfig {
		return geminiweb.TransportConfig{Redirect: &url.URL{Scheme: "https", Host: "127.0.0.1:" + port}, RootCAs: roots, Proxy: mustURL(t, proxy)}
	}
	with := func(c geminiweb.TransportConfig, pool *x509.CertPool) geminiweb.TransportConfig {
		c.RootCAs = pool
		return c
	}
	for name, tt := range map[string]struct {
		transport geminiweb.TransportConfig
		want      cookie.Fault
	}{
		"name not found":                {simple("https", "upstream.invalid:443"), cookie.FaultDNS},
		"refused":                       {simple("https", closedPort(t)), cookie.FaultRefused},
		"refused without TLS":           {simple("http", closedPort(t)), cookie.FaultRefused},
		"cut in the handshake":          {simple("https", cutter(t)), cookie.FaultReset},
		"authority not known":           {simple("https", secure.Listener.Addr().String()), cookie.FaultTLS},
		"certificate of another name":   {with(simple("https", "localhost:"+port), roots), cookie.FaultTLS},
		"no TLS at all":                 {simple("https", plain.Listener.Addr().String()), cookie.FaultTLS},
		"proxy refused":                 {behind("http://" + closedPort(t)), cookie.FaultProxy},
		"SOCKS proxy refused":           {behind("socks5://" + closedPort(t)), cookie.FaultProxy},
		"proxy whose name is not found": {behind("http://proxy.invalid:3128"), cookie.FaultProxy},
		"proxy asks for a password":     {behind(denying.URL), cookie.FaultProxy},
		"portal by redirect":            {with(simple("https", portal.Listener.Addr().String()), portalRoots), cookie.FaultPortal},
		"portal by status":              {with(simple("https", login.Listener.Addr().String()), loginRoots), cookie.FaultPortal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport, err := geminiweb.NewTransport(tt.transport)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
			if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.Offline || f.Fault != tt.want || f.Detail != tt.want.Cause() {
				t.Errorf("the probe found %v, %q, %q; want network, %q", f.Evidence, f.Fault, f.Detail, tt.want)
			}
			if f := w.client.Rotate(t.Context(), w.set); f.Evidence != cookie.Offline || f.Fault != tt.want {
				t.Errorf("the rotation found %v, %q; want network, %q", f.Evidence, f.Fault, tt.want)
			}
			_, err = w.ask(t.Context(), "hello")
			f := cookie.FindingOf(err)
			if f.Evidence != cookie.Offline || f.Fault != tt.want {
				t.Errorf("the request found %v, %q; want network, %q", f.Evidence, f.Fault, tt.want)
			}
			if kind := chat.AsError(err).Kind; kind != chat.Unavailable {
				t.Errorf("the client is told kind %d, want unavailable", kind)
			}
			if !strings.Contains(err.Error(), tt.want.Cause()) {
				t.Errorf("%q does not name the cause %q", err, tt.want.Cause())
			}
		})
	}
}

// TestBrokenConnectionIsNoFault: the upstream was reached, so the failure is its own.
func TestBrokenConnectionIsNoFault(t *testing.T) {
	t.Parallel()
	server, roots := serveTLS(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	for _, http1 := range []bool{false, true} {
		transport, err := geminiweb.NewTransport(geminiweb.TransportConfig{Redirect: mustURL(t, server.URL), RootCAs: roots, HTTP1: http1})
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
		if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.Transient || f.Fault != "" {
			t.Errorf("HTTP/1 only %v: got %v, %q; want transient without a fault", http1, f.Evidence, f.Fault)
		}
	}
}

// dyingRelay passes connections on to address until it is told to die: from then on it
// closes new connections at once and old ones when something is sent on them.
func dyingRelay(t *testing.T, address string) (at string, die func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var dead atomic.Bool
	var all sync.WaitGroup
	pass := func(conn net.Conn) {
		defer conn.Close()
		back, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		defer back.Close()
		all.Go(func() { _, _ = io.Copy(conn, back); _ = conn.Close() })
		piece := make([]byte, 32<<10)
		for {
			n, err := conn.Read(piece)
			if err != nil || dead.Load() {
				return
			}
			if _, err := back.Write(piece[:n]); err != nil {
				return
			}
		}
	}
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if dead.Load() {
				_ = conn.Close()
				continue
			}
			all.Go(func() { pass(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	return l.Addr().String(), func() { dead.Store(true) }
}

// TestDeadConnectionIsReplacedInVain: a call that gets a connection of before, finds it
// dead and gets no other did not reach the upstream.
func TestDeadConnectionIsReplacedInVain(t *testing.T) {
	t.Parallel()
	server, roots := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	at, die := dyingRelay(t, server.Listener.Addr().String())
	transport, err := geminiweb.NewTransport(geminiweb.TransportConfig{Redirect: &url.URL{Scheme: "https", Host: at}, RootCAs: roots, HTTP1: true})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
	if f := w.client.Probe(t.Context(), w.set); f.Evidence == cookie.Offline {
		t.Fatalf("before: %v, %q", f.Evidence, f.Fault)
	}
	die()
	if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.Offline || f.Fault != cookie.FaultReset {
		t.Errorf("got %v, %q, %q; want network, %q", f.Evidence, f.Fault, f.Detail, cookie.FaultReset)
	}
}
