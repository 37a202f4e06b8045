package faults_test

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// google stands before the simulator with TLS and HTTP/2, as the real upstream does,
// and can become unreachable in several ways and come back.
type google struct {
	server      *httptest.Server
	certificate string                        // the file with the authority of its certificate
	meets       atomic.Pointer[tls.Config]    // nil is its own certificate
	silence     atomic.Pointer[chan struct{}] // handshakes wait until it is closed; nil answers
	portal      atomic.Bool                   // the network's portal answers
}

func newGoogle(t *testing.T, upstream string) *google {
	t.Helper()
	to, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	g := &google{certificate: filepath.Join(t.TempDir(), "ca.pem")}
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	g.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.portal.Load() {
			http.Redirect(w, r, "http://login.hotel.example/", http.StatusFound)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	g.server.EnableHTTP2 = true
	g.server.Config.ErrorLog = discardedLog
	g.server.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if silent := g.silence.Load(); silent != nil {
			<-*silent
		}
		return g.meets.Load(), nil
	}}
	g.server.StartTLS()
	t.Cleanup(func() {
		g.speakAgain()
		g.server.Close()
	})
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: g.server.Certificate().Raw})
	if err := os.WriteFile(g.certificate, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *google) port() string { return port(g.server.Listener.Addr().String()) }

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// fallSilent leaves every new handshake without an answer, until it is called again.
func (g *google) fallSilent() {
	g.server.CloseClientConnections()
	silent := make(chan struct{})
	g.silence.Store(&silent)
}

func (g *google) speakAgain() {
	if silent := g.silence.Swap(nil); silent != nil {
		close(*silent)
	}
}

// intercept answers with the certificate of somebody else, as some companies do.
func (g *google) intercept(t *testing.T) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"gemini.google.com"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(nil, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	g.meets.Store(&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private}}})
	g.server.CloseClientConnections()
}

// tunnel is an HTTP proxy that connects, at an address that stays the same.
type tunnel struct {
	addr   string
	server *http.Server
}

func (p *tunnel) open(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	p.server = &http.Server{Handler: http.HandlerFunc(connect), ErrorLog: discardedLog}
	go func() { _ = p.server.Serve(listener) }()
	t.Cleanup(func() { _ = p.server.Close() })
}

// connect joins a client with the address that it names.
func connect(w http.ResponseWriter, r *http.Request) {
	far, err := net.Dial("tcp", r.Host)
	if err != nil {
		http.Error(w, "no connection", http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(near, far); near.Close() }()
	_, _ = io.Copy(far, buffered)
}

// outage is a way in which Google goes away and comes back.
type outage struct {
	fault    string
	settings []string
	world    harness.World
	begin    func()
	end      func()
	slow     bool // every call waits for its time limit
}

// outages are the ways in which Google goes away. Each prepares one for a house.
var outages = map[string]func(t *testing.T, h *house, g *google) outage{
	"the upstream is killed": func(t *testing.T, h *house, _ *google) outage {
		return outage{fault: "refused", settings: []string{"upstream_url: " + h.sim.URL}, begin: func() { h.sim.Kill() },
			end: func() {
				now := readRecord(t, h.home).Current // it may have been renewed before
				h.sim.Revive(t, harness.Session{Name: h.session.Name, PSID: now.PSID, PSIDTS: now.PSIDTS})
			}}
	},
	"its name is gone": func(t *testing.T, _ *house, g *google) outage {
		dir := t.TempDir()
		hosts, resolver := filepath.Join(dir, "hosts"), filepath.Join(dir, "resolv.conf")
		put(t, resolver, "nameserver 127.255.255.254\noptions timeout:1 attempts:1\n") // nothing listens there
		put(t, hosts, "127.0.0.1 example.com\n")
		return outage{fault: "dns", settings: []string{"upstream_url: https://example.com:" + g.port()},
			world: harness.World{Files: map[string]string{"/etc/hosts": hosts, "/etc/resolv.conf": resolver}},
			begin: func() {
				put(t, hosts, "\n")
				g.server.Config.SetKeepAlivesEnabled(false) // a connection that stays needs no name
				g.server.CloseClientConnections()
			},
			end: func() { put(t, hosts, "127.0.0.1 example.com\n") }}
	},
	"the proxy is dead": func(t *testing.T, _ *house, g *google) outage {
		proxy := &tunnel{addr: harness.FreeAddr(t)}
		proxy.open(t)
		return outage{fault: "proxy", settings: []string{"upstream_url: " + g.server.URL, "upstream_proxy: http://" + proxy.addr},
			begin: func() { _ = proxy.server.Close(); g.server.CloseClientConnections() },
			end:   func() { proxy.open(t) }}
	},
	"its certificate is another's": func(t *testing.T, _ *house, g *google) outage {
		return outage{fault: "tls", settings: []string{"upstream_url: " + g.server.URL},
			begin: func() { g.intercept(t) }, end: func() { g.meets.Store(nil) }}
	},
	"a portal answers": func(_ *testing.T, _ *house, g *google) outage {
		return outage{fault: "portal", settings: []string{"upstream_url: " + g.server.URL},
			begin: func() { g.portal.Store(true) }, end: func() { g.portal.Store(false) }}
	},
	"nothing answers": func(_ *testing.T, _ *house, g *google) outage {
		return outage{fault: "timeout", settings: []string{"upstream_url: " + g.server.URL}, begin: g.fallSilent, end: g.speakAgain, slow: true}
	},
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil { // read by another process, perhaps another user
		t.Fatal(err)
	}
}
