package limit_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/gateway/limit"
)

// holder is a handler whose requests last until they are released.
type holder struct {
	handler http.Handler
	release chan struct{}
}

func newHolder() *holder {
	h := &holder{release: make(chan struct{})}
	l := limit.NewListener(make(peers), limit.ListenerConfig{
		Max: 16, Shared: func(a netip.Addr) bool { return a == netip.MustParseAddr("10.0.0.1") },
	})
	h.handler = l.BoundStreams(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-h.release }))
	return h
}

// ask sends n requests of a version of HTTP, and returns how many are reset at once.
func (h *holder) ask(addr string, version, n int) (reset int) {
	resets := make(chan bool, n)
	for range n {
		go func() {
			defer func() {
				if recover() == http.ErrAbortHandler {
					resets <- true
				}
			}()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.ProtoMajor, r.RemoteAddr = version, addr+":1"
			h.handler.ServeHTTP(httptest.NewRecorder(), r)
		}()
	}
	synctest.Wait()
	return len(resets)
}

// TestStreamsAreBounded checks, with 16 connections at most, how many requests of
// HTTP/2 there may be.
func TestStreamsAreBounded(t *testing.T) {
	tests := []struct {
		name, before string // who holds requests already
		held         int
		addr         string
		version, n   int
		reset        int
	}{
		{"a quarter of one client", "", 0, "192.0.2.1", 2, 6, 2},
		{"another client", "192.0.2.1", 4, "192.0.2.2", 2, 4, 0},
		{"a proxy", "", 0, "10.0.0.1", 2, 20, 5},
		{"this machine", "", 0, "127.0.0.1", 2, 20, 4},
		{"the reserve", "10.0.0.1", 15, "192.0.2.1", 2, 1, 1},
		{"the reserve, from this machine", "10.0.0.1", 15, "127.0.0.1", 2, 1, 0},
		{"HTTP/1", "10.0.0.1", 15, "192.0.2.1", 1, 20, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHolder()
				if tt.held > 0 && h.ask(tt.before, 2, tt.held) > 0 {
					t.Fatal("the first requests are reset")
				}
				if reset := h.ask(tt.addr, tt.version, tt.n); reset != tt.reset {
					t.Errorf("%d of %d requests were reset, want %d", reset, tt.n, tt.reset)
				}
				close(h.release)
				synctest.Wait()
				if reset := h.ask("192.0.2.1", 2, 1); reset > 0 {
					t.Error("requests that are over are counted")
				}
			})
		})
	}
}

// TestStreamCountsUntilItsAnswerIsTaken: what is left of an answer goes out before the
// request is over.
func TestStreamCountsUntilItsAnswerIsTaken(t *testing.T) {
	l := limit.NewListener(make(peers), limit.ListenerConfig{Max: 4})
	handler := l.BoundStreams(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
	r.ProtoMajor = 2
	handler.ServeHTTP(w, r)
	if !w.Flushed || w.Code != http.StatusTeapot {
		t.Errorf("flushed: %t, status %d", w.Flushed, w.Code)
	}
}
