package keepalive_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/internal/keepalive"
)

// network is a listener and the way to it, without sockets, so that it can be
// used in a bubble. Its connections can be made to swallow what is sent.
type network struct {
	arrived chan net.Conn
	closed  chan struct{}
	once    sync.Once

	mu    sync.Mutex
	conns []*cable
}

// cable is the client's end of a connection.
type cable struct {
	net.Conn
	lost chan struct{} // closed when the connection leads nowhere any more
	gone chan struct{} // closed by Close
	once sync.Once
}

// Read implements net.Conn.
func (c *cable) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	select {
	case <-c.lost:
		<-c.gone // what arrives too late is not there, nor is the end
		return 0, net.ErrClosed
	default:
		return n, err
	}
}

// Write implements net.Conn. What goes to a connection that leads nowhere is
// taken and lost.
func (c *cable) Write(p []byte) (int, error) {
	select {
	case <-c.lost:
		return len(p), nil
	default:
		return c.Conn.Write(p)
	}
}

// Close implements net.Conn.
func (c *cable) Close() error {
	c.once.Do(func() { close(c.gone) })
	return c.Conn.Close()
}

func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	c := &cable{Conn: near, lost: make(chan struct{}), gone: make(chan struct{})}
	n.mu.Lock()
	n.conns = append(n.conns, c)
	n.mu.Unlock()
	n.arrived <- far
	return c, nil
}

// lose makes the newest connection lead nowhere.
func (n *network) lose() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.conns[len(n.conns)-1].lost)
}

func (n *network) dialed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.conns)
}

// Accept implements net.Listener.
func (n *network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.arrived:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (n *network) Close() error { n.once.Do(func() { close(n.closed) }); return nil }

// Addr implements net.Listener.
func (n *network) Addr() net.Addr { return &net.UnixAddr{} }

// certificate is one for example.com, and the pool that trusts it.
func certificate() (tls.Certificate, *x509.CertPool) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server.TLS.Certificates[0], roots
}

// bubble runs test with a client of the default bounds and a server of HTTP/2,
// in a time of their own.
func bubble(t *testing.T, handler http.HandlerFunc, test func(*testing.T, *network, *http.Client)) {
	cert, roots := certificate()
	synctest.Test(t, func(t *testing.T) {
		n, client, end := open(handler, cert, roots)
		defer end()
		test(t, n, client)
	})
}

func open(handler http.Handler, cert tls.Certificate, roots *x509.CertPool) (*network, *http.Client, func()) {
	n := &network{arrived: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.ServeTLS(n, "", "") })
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}, ForceAttemptHTTP2: true,
	}
	keepalive.Config{}.ApplyTo(transport, time.Second)
	transport.DialContext = n.dial
	return n, &http.Client{Transport: transport}, func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
	}
}

// send makes one request and returns the protocol that it was answered with.
func send(client *http.Client, body io.Reader) (string, error) {
	req, err := http.NewRequest(http.MethodPost, "https://upstream.test/", body)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.Proto, err
}

// within is how long a dead connection may last.
const within = 18 * time.Second

func answer(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

func warm(t *testing.T, client *http.Client) {
	t.Helper()
	if proto, err := send(client, nil); err != nil || proto != "HTTP/2.0" {
		t.Fatalf("before anything broke: %s, %v", proto, err)
	}
}

func TestADeadConnectionCostsOneRequest(t *testing.T) {
	t.Parallel()
	for name, body := range map[string][]byte{
		"a question": []byte("are you there"), "a file": bytes.Repeat([]byte("0123456789abcdef"), 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, answer, func(t *testing.T, n *network, client *http.Client) {
				warm(t, client)
				n.lose()
				start := time.Now()
				if _, err := send(client, bytes.NewReader(body)); err == nil || time.Since(start) > within {
					t.Errorf("on the dead connection: %v after %s", err, time.Since(start))
				}
				if _, err := send(client, bytes.NewReader(body)); err != nil || n.dialed() != 2 {
					t.Errorf("the next request: %v, over %d connections", err, n.dialed())
				}
			})
		})
	}
}

func TestAnAnswerThatStopsIsGivenUp(t *testing.T) {
	t.Parallel()
	begin := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("long") {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}
	bubble(t, begin, func(t *testing.T, n *network, client *http.Client) {
		resp, err := client.Get("https://upstream.test/?long")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		n.lose()
		start := time.Now()
		if _, err := io.ReadAll(resp.Body); err == nil || time.Since(start) > within {
			t.Errorf("the answer ended with %v after %s", err, time.Since(start))
		}
		warm(t, client)
	})
}

func TestADeadIdleConnectionCostsNothing(t *testing.T) {
	t.Parallel()
	bubble(t, answer, func(t *testing.T, n *network, client *http.Client) {
		warm(t, client)
		n.lose()
		time.Sleep(within + time.Second) // the pings' doing, long before a pool lets go
		warm(t, client)
		if n.dialed() != 2 {
			t.Errorf("%d connections, want a second one", n.dialed())
		}
	})
}

func TestALongSilenceIsNoDeath(t *testing.T) {
	t.Parallel()
	think := func(w http.ResponseWriter, r *http.Request) {
		for range 2 {
			time.Sleep(10 * time.Minute)
			_, _ = io.WriteString(w, "thought")
			w.(http.Flusher).Flush()
		}
	}
	bubble(t, think, func(t *testing.T, n *network, client *http.Client) {
		warm(t, client)
		warm(t, client)
		if n.dialed() != 1 {
			t.Errorf("%d connections for answers that took their time, want 1", n.dialed())
		}
	})
}
