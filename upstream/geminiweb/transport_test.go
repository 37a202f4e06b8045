package geminiweb_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

func mustURL(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestTransportReachesASimulatorOverTCP(t *testing.T) {
	t.Parallel()
	for name, http1 := range map[string]bool{"http/2": false, "http/1.1": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := simulator.New(simulator.Config{Seed: 1})
			var protos []string
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protos = append(protos, r.Proto) // one call at a time
				sim.ServeHTTP(w, r)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			defer server.Close()
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			transport, err := geminiweb.NewTransport(geminiweb.TransportConfig{Redirect: mustURL(t, server.URL), RootCAs: roots, HTTP1: http1})
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
			w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
			for range 3 {
				if answer, err := w.ask(t.Context(), "[say over the wire]"); err != nil || answer.Text != "over the wire" {
					t.Fatalf("got %q, %v", answer.Text, err)
				}
			}
			for _, entry := range sim.Journal() {
				if entry.Host != "gemini.google.com" || len(entry.Violations) > 0 || entry.Verdict != simulator.Valid {
					t.Errorf("%s came to %s: %s, %v", entry.Operation, entry.Host, entry.Verdict, entry.Violations)
				}
			}
			want := "HTTP/2.0"
			if http1 {
				want = "HTTP/1.1"
			}
			if slices.ContainsFunc(protos, func(p string) bool { return p != want }) {
				t.Errorf("spoke %v, want %s", protos, want)
			}
		})
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
	opened := make(chan struct{}, 100)
	server := httptest.NewUnstartedServer(sim)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	transport, err := geminiweb.NewTransport(geminiweb.TransportConfig{Redirect: mustURL(t, server.URL)})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
	w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
	for range 10 {
		if _, err := w.ask(t.Context(), "hi"); err != nil {
			t.Fatal(err)
		}
	}
	w.client.Probe(t.Context(), w.set)
	w.client.Rotate(t.Context(), w.set)
	if n := len(opened); n != 1 {
		t.Errorf("%d connections for calls one after the other, want 1", n)
	}
}

func TestTransportConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"ftp://user:hunter2@proxy:1", "http://", "proxy:8080", "socks4://user:hunter2@proxy:1"} {
		_, err := geminiweb.NewTransport(geminiweb.TransportConfig{Proxy: mustURL(t, raw)})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("proxy %s: %v", raw, err)
		}
	}
	for _, raw := range []string{"ftp://127.0.0.1:1", "http://", "/path"} {
		if _, err := geminiweb.NewTransport(geminiweb.TransportConfig{Redirect: mustURL(t, raw)}); err == nil {
			t.Errorf("redirect %s was taken", raw)
		}
	}
	for _, cfg := range []geminiweb.Config{{ChatMode: "forever"}, {UserAgent: "a\r\nCookie: b"}, {Language: "é"}} {
		if _, err := geminiweb.New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

// answerer is a proxy that says one thing to everybody.
func answerer(t *testing.T, say string) (address string, asked <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			first := make([]byte, 4096)
			n, _ := conn.Read(first)
			line, _, _ := strings.Cut(string(first[:n]), "\r\n")
			lines <- line
			_, _ = fmt.Fprint(conn, say)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String(), lines
}

func TestProxyFailuresAreOffline(t *testing.T) {
	t.Parallel()
	wantsPassword, asked := answerer(t, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
	noSocks, _ := answerer(t, "\x05\xff")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for name, raw := range map[string]string{
		"down":             "http://user:hunter2@" + closed.Addr().String(),
		"socks down":       "socks5h://user:hunter2@" + closed.Addr().String(),
		"wants password":   "http://user:hunter2@" + wantsPassword,
		"socks, no method": "socks5://" + noSocks,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport, err := geminiweb.NewTransport(geminiweb.TransportConfig{Proxy: mustURL(t, raw)})
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			got := w.client.Probe(ctx, w.set)
			if got.Evidence != cookie.Offline {
				t.Errorf("got %s (%s), want network", got.Evidence, got.Detail)
			}
			_, err = w.ask(ctx, "hi")
			if kind := chat.AsError(err).Kind; kind != chat.Unavailable || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got kind %d, %v", kind, err)
			}
		})
	}
	t.Cleanup(func() {
		if line := <-asked; line != "CONNECT gemini.google.com:443 HTTP/1.1" {
			t.Errorf("the proxy was asked %q", line)
		}
	})
}
