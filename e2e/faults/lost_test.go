package faults_test

import (
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// lossyWay is an address of the upstream, with TLS and HTTP/2 as the real one
// has, whose connections can be lost.
type lossyWay struct {
	URL, certificate string

	mu    sync.Mutex
	conns []net.Conn
	lost  chan struct{} // closed when the connections made so far are lost
}

func newLossyWay(t *testing.T, upstream string) *lossyWay {
	t.Helper()
	to, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewUnstartedServer(&httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}})
	front.EnableHTTP2 = true
	front.StartTLS()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &lossyWay{
		URL: "https://" + listener.Addr().String(), certificate: filepath.Join(t.TempDir(), "ca.pem"),
		lost: make(chan struct{}),
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	if err := os.WriteFile(w.certificate, block, 0o600); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", front.Listener.Addr().String())
			if err != nil {
				near.Close()
				continue
			}
			lost := w.add(near, far)
			all.Go(func() { pass(far, near, lost) })
			all.Go(func() { pass(near, far, lost) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		w.mu.Lock()
		for _, conn := range w.conns {
			conn.Close()
		}
		w.mu.Unlock()
		all.Wait()
		front.Close()
	})
	return w
}

func (w *lossyWay) add(near, far net.Conn) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, near, far)
	return w.lost
}

// lose leaves the connections made so far open and passes nothing on any more.
func (w *lossyWay) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.lost)
	w.lost = make(chan struct{})
}

// pass copies until the connection is lost, and then says nothing of it.
func pass(to, from net.Conn, lost <-chan struct{}) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-lost:
			_, _ = io.Copy(io.Discard, from) // until the end of the test, or of the peer
			return
		default:
		}
		if err != nil {
			to.Close()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// TestLostConnection: the router forgets the connections to Google, and new ones
// work. One request notices within 30 seconds, the next is answered.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	way := newLossyWay(t, h.sim.URL)
	h.home.Configure(t, "upstream_url: "+way.URL)
	d := harness.LaunchWith(t, h.home, []string{"SSL_CERT_FILE=" + way.certificate})
	d.Key = h.admin
	d.AwaitState(t, "valid", 20*time.Second)
	ask(t, d)
	way.lose()
	failed, began := 0, time.Now()
	body := `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"are you there"}]}`
	for range 5 {
		if reply := d.Do(t, http.MethodPost, "/v1/chat/completions", body); reply.Status != http.StatusOK {
			failed++
			t.Logf("%d %s", reply.Status, reply.Body)
		}
	}
	if took := time.Since(began); failed > 1 || took > 30*time.Second+harness.Slack {
		t.Errorf("%d of 5 requests failed in %s, want one at most within 30 s", failed, took)
	}
	if state := only(t, d).State; state != "healthy" {
		t.Errorf("the session is %s after a lost connection", state)
	}
}
