package geminiweb_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/keepalive"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// relay passes connections on to an address, as a router does, and can lose the
// ones that exist.
type relay struct {
	listener net.Listener
	to       string
	greet    func(net.Conn) error // as a proxy does before it passes on; nil does not
	all      sync.WaitGroup

	mu       sync.Mutex
	accepted []net.Conn
	lost     int
}

func newRelay(t *testing.T, to string, greet func(net.Conn) error) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener, to: to, greet: greet}
	r.all.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.accepted = append(r.accepted, near)
			r.mu.Unlock()
			r.all.Go(func() { r.pass(near) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		r.mu.Lock()
		for _, conn := range r.accepted {
			_ = conn.Close()
		}
		r.mu.Unlock()
		r.all.Wait()
	})
	return r
}

func (r *relay) pass(near net.Conn) {
	defer near.Close()
	if r.greet != nil && r.greet(near) != nil {
		return
	}
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer far.Close()
	r.all.Go(func() { _, _ = io.Copy(near, far); near.Close() })
	_, _ = io.Copy(far, near)
}

// lose makes the kernel drop every packet that still comes on the connections
// that exist: nothing is acknowledged, nothing is refused.
func (r *relay) lose(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
	for _, conn := range r.accepted[r.lost:] {
		raw, err := conn.(*net.TCPConn).SyscallConn()
		if err == nil {
			var failed error
			err = errors.Join(raw.Control(func(fd uintptr) {
				failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
			}), failed)
		}
		if err != nil && !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
	}
	r.lost = len(r.accepted)
}

// taken counts the connections made since the last ones were lost.
func (r *relay) taken() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.accepted) - r.lost
}

// connect is how an HTTP proxy begins, socks how a SOCKS5 proxy does.
func connect(conn net.Conn) error {
	if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
		return err
	}
	_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	return err
}

func socks(conn net.Conn) error {
	methods, request := make([]byte, 3), make([]byte, 4)
	if _, err := io.ReadFull(conn, methods); err != nil {
		return err
	}
	_, _ = conn.Write([]byte{5, 0})
	if _, err := io.ReadFull(conn, request); err != nil {
		return err
	}
	length := make([]byte, 1)
	_, _ = io.ReadFull(conn, length)
	if _, err := io.CopyN(io.Discard, conn, int64(length[0])+2); err != nil {
		return err
	}
	_, err := conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	return err
}

// lossy is a client whose way to the simulator can be lost.
func lossy(t *testing.T, http1 bool, proxy string) (*world, *relay) {
	t.Helper()
	sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
	server := httptest.NewUnstartedServer(sim)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	way := newRelay(t, server.Listener.Addr().String(), map[string]func(net.Conn) error{"http": connect, "socks5h": socks}[proxy])
	cfg := geminiweb.TransportConfig{HTTP1: http1, RootCAs: roots, KeepAlive: keepalive.Config{Quiet: time.Second, Answer: 2 * time.Second}}
	if addr := way.listener.Addr().String(); proxy == "" {
		cfg.Redirect = mustURL(t, "https://"+addr)
	} else {
		// The name is the certificate's, as the one way to leave a name to the proxy.
		cfg.Redirect, cfg.Proxy = mustURL(t, "https://example.com"), &url.URL{Scheme: proxy, Host: addr}
	}
	transport, err := geminiweb.NewTransport(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
	w.sim, w.set = sim, setOf(sim.AddSession(simulator.SessionConfig{Name: "owner"}))
	return w, way
}

// withFile is a question with a file that no buffer holds.
func withFile() *chat.Request {
	req := newRequest("gemini-2.5-flash", "what is in it?")
	req.Turns[0].Parts = append(req.Turns[0].Parts, chat.Part{Blob: &chat.Blob{
		MIME: "text/plain", Name: "long.txt", Data: bytes.Repeat([]byte("word "), 3<<20),
	}})
	return req
}

func TestALostConnectionCostsOneRequest(t *testing.T) {
	t.Parallel()
	question, file := newRequest("gemini-2.5-flash", "there?"), withFile()
	for name, c := range map[string]struct {
		http1 bool
		proxy string
		req   *chat.Request
	}{
		"http/2, question":          {false, "", question},
		"http/2, file":              {false, "", file},
		"http/1.1, question":        {true, "", question},
		"http/1.1, file":            {true, "", file},
		"http/2, proxy, question":   {false, "http", question},
		"http/1.1, proxy, file":     {true, "http", file},
		"http/2, socks, file":       {false, "socks5h", file},
		"http/1.1, socks, question": {true, "socks5h", question},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, way := lossy(t, c.http1, c.proxy)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := w.ask(ctx, "hi"); err != nil {
				t.Fatal(err)
			}
			way.lose(t)
			_, first := chat.CollectAnswer(w.client.Stream(ctx, w.set, c.req)) // may fail; a file has a second way
			if _, err := chat.CollectAnswer(w.client.Stream(ctx, w.set, c.req)); err != nil || way.taken() == 0 {
				t.Errorf("after %v the next request ends with %v, on %d new connections", first, err, way.taken())
			}
		})
	}
}

// TestALostPoolCostsOneRequest has several connections at hand, which are all
// lost, and asks one question after the other.
func TestALostPoolCostsOneRequest(t *testing.T) {
	t.Parallel()
	w, way := lossy(t, true, "")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := w.ask(ctx, "hi"); err != nil {
		t.Fatal(err)
	}
	var together sync.WaitGroup
	for range 4 {
		together.Go(func() { _, _ = w.ask(ctx, "[slow 300ms] hi") })
	}
	together.Wait()
	if way.taken() < 2 {
		t.Fatal("there is no pool")
	}
	way.lose(t)
	failed := 0
	for range 4 {
		if w.client.Probe(ctx, w.set).Evidence != cookie.SignedIn {
			failed++
		}
	}
	if failed > 1 {
		t.Errorf("%d probes failed, want one at most", failed)
	}
}
