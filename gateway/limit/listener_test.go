package limit_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/limit"
)

// peers is a listener of connections from any address.
type peers chan net.Conn

func (p peers) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (peers) Addr() net.Addr { return &net.TCPAddr{} }
func (peers) Close() error   { return nil }

// peer is the server's end of a connection from addr.
type peer struct {
	net.Conn
	addr net.Addr
}

func (p peer) RemoteAddr() net.Addr { return p.addr }

// crowd is a Listener whose connections are accepted at once.
type crowd struct {
	t        *testing.T
	peers    peers
	listener *limit.Listener
	accepted chan net.Conn
	refused  []string
}

func newCrowd(t *testing.T, cfg limit.ListenerConfig) *crowd {
	c := &crowd{t: t, peers: make(peers), accepted: make(chan net.Conn, 1)}
	cfg.Refused = func(client netip.Addr, reason string) { c.refused = append(c.refused, client.String()+": "+reason) }
	c.listener = limit.NewListener(c.peers, cfg)
	go func() {
		for {
			conn, err := c.listener.Accept()
			if err != nil {
				return
			}
			c.accepted <- conn
		}
	}()
	t.Cleanup(func() { close(c.peers) })
	return c
}

// connect opens a connection from addr. server is nil if it was refused.
func (c *crowd) connect(addr string) (client, server net.Conn) {
	c.t.Helper()
	client, far := net.Pipe()
	c.peers <- peer{far, &net.TCPAddr{IP: net.ParseIP(addr), Port: 1}}
	synctest.Wait()
	select {
	case server = <-c.accepted:
	default:
	}
	return client, server
}

// fill opens n connections that are all in a request, from the addresses of a
// format.
func (c *crowd) fill(format string, n int) {
	c.t.Helper()
	for i := range n {
		addr := format
		if strings.Contains(format, "%") {
			addr = fmt.Sprintf(format, i)
		}
		_, server := c.connect(addr)
		if server == nil {
			c.t.Fatalf("connection %d was refused: %v", i, c.refused)
		}
		limit.TrackState(server, http.StateActive)
	}
}

// isClosed reports whether the server closed the connection.
func isClosed(client net.Conn) bool {
	_ = client.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := client.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}

// TestConnectionShares checks, with 32 connections at most, who still gets one.
func TestConnectionShares(t *testing.T) {
	shared := limit.ListenerConfig{Max: 32, Shared: func(a netip.Addr) bool { return a == netip.MustParseAddr("10.0.0.1") }}
	tests := []struct {
		name  string
		taken string // format of the addresses of n connections
		n     int
		addr  string
		want  string // the reason of a refusal, empty for none
	}{
		{"the first one", "", 0, "192.0.2.1", ""},
		{"the last of a quarter", "192.0.2.1", 7, "192.0.2.1", ""},
		{"more than a quarter", "192.0.2.1", 8, "192.0.2.1", limit.RefusedClient},
		{"another address", "192.0.2.1", 8, "192.0.2.2", ""},
		{"the last of a /64", "2001:db8::%x", 7, "2001:db8::ff", ""},
		{"more than a quarter in a /64", "2001:db8::%x", 8, "2001:db8::ff", limit.RefusedClient},
		{"another /64", "2001:db8::%x", 8, "2001:db8:0:1::1", ""},
		{"a proxy", "10.0.0.1", 29, "10.0.0.1", ""},
		{"a proxy that has all", "10.0.0.1", 30, "10.0.0.1", limit.RefusedFull},
		{"the last but the reserve", "192.0.2.%d", 29, "198.51.100.1", ""},
		{"the reserve", "192.0.2.%d", 30, "198.51.100.1", limit.RefusedFull},
		{"the reserve, from this machine", "192.0.2.%d", 30, "127.0.0.1", ""},
		{"more than a quarter, from this machine", "127.0.0.1", 31, "127.0.0.1", ""},
		{"none left, from this machine", "127.0.0.1", 32, "::1", limit.RefusedFull},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrowd(t, shared)
				c.fill(tt.taken, tt.n)
				client, server := c.connect(tt.addr)
				switch {
				case tt.want == "" && (server == nil || len(c.refused) > 0):
					t.Errorf("refused: %v", c.refused)
				case tt.want != "" && (server != nil || len(c.refused) != 1 || c.refused[0] != tt.addr+": "+tt.want || !isClosed(client)):
					t.Errorf("not refused, or for another reason: %q", c.refused)
				}
			})
		})
	}
}

// TestClosedConnectionsAreFree checks that a place is free again once, whoever
// closes the connection, and however often.
func TestClosedConnectionsAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, limit.ListenerConfig{Max: 4})
		_, server := c.connect("192.0.2.1")
		for range 3 {
			_ = server.Close()
		}
		limit.TrackState(server, http.StateIdle) // too late
		limit.TrackState(server, http.StateClosed)
		c.fill("192.0.2.%d", 4)
		if _, more := c.connect("192.0.2.9"); more != nil {
			t.Error("a connection that was closed three times freed more than its own place")
		}
	})
}

// TestIdleConnectionsMakeRoom checks which connections are closed for a newcomer.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	tests := []struct {
		name  string
		busy  int           // connections in a request, of 16 at most
		idle  time.Duration // since the one at hand waits for a request
		fresh bool          // it never had one
		want  bool          // it is closed
	}{
		{"hardly any", 1, time.Minute, false, false},
		{"half", 7, time.Minute, false, false},
		{"more than half", 8, 10 * time.Second, false, true},
		{"more than half, not for long", 8, 10*time.Second - 1, false, false},
		{"more than half, without a first request", 8, 10 * time.Second, true, true},
		{"full", 14, time.Second, false, true},
		{"full, without a first request", 14, time.Second, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrowd(t, limit.ListenerConfig{Max: 16})
				waiting, server := c.connect("198.51.100.1")
				if !tt.fresh {
					limit.TrackState(server, http.StateActive)
					time.Sleep(time.Hour)
					limit.TrackState(server, http.StateIdle)
				}
				c.fill("192.0.2.%d", tt.busy)
				time.Sleep(tt.idle)
				if _, newcomer := c.connect("203.0.113.1"); newcomer == nil {
					t.Errorf("the newcomer was refused: %v", c.refused)
				}
				if isClosed(waiting) != tt.want {
					t.Errorf("the waiting connection was closed: %v, want %v", !tt.want, tt.want)
				}
			})
		})
	}
}

// TestLongestWaitEnds checks that of several waiting connections the one that has
// waited longest makes room, and that one in a request never does.
func TestLongestWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, limit.ListenerConfig{Max: 4})
		first, firstServer := c.connect("192.0.2.1")
		second, _ := c.connect("192.0.2.2")
		third, thirdServer := c.connect("192.0.2.3")
		limit.TrackState(thirdServer, http.StateActive)
		limit.TrackState(firstServer, http.StateActive)
		limit.TrackState(firstServer, http.StateIdle) // now it waits for less time than the second
		c.fill("192.0.2.4", 1)
		c.fill("192.0.2.5", 1)
		if !isClosed(second) || isClosed(first) || isClosed(third) {
			t.Error("not the second connection made room")
		}
		c.fill("192.0.2.6", 1)
		if !isClosed(first) || isClosed(third) {
			t.Error("not the first connection made room")
		}
		if _, more := c.connect("192.0.2.7"); more != nil || isClosed(third) {
			t.Error("a connection in a request made room")
		}
	})
}
