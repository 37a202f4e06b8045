package limit

import (
	"container/list"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// limitedConn is a connection that counts until it is closed.
type limitedConn struct {
	net.Conn
	listener *Listener
	network  netip.Prefix

	head atomic.Int64 // bytes that came while it waits for a request, negative during one

	// Guarded by the listener's lock.
	since     time.Time     // when it began to wait for a request
	place     *list.Element // among those that wait, nil during a request
	headPlace *list.Element // among those in the middle of a large head, else nil
	dropped   bool
}

// largeHead is the length of a head, in bytes, above which it is one of few. The
// handshake of TLS, which counts too, is shorter.
const largeHead = 4 << 10

// duringRequest is the value of head while no head is read.
const duringRequest = -1

// Read implements net.Conn.
func (c *limitedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	before := c.head.Load()
	if before == duringRequest || n <= 0 {
		return n, err
	}
	// With HTTP/2 a request may have begun meanwhile.
	after := before + int64(n)
	if c.head.CompareAndSwap(before, after) && before <= largeHead && after > largeHead {
		c.listener.boundHeads(c)
	}
	return n, err
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	c.listener.mu.Lock()
	c.listener.dropConn(c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// TrackState is the ConnState of a server on a [Listener], plain or with TLS: it
// notes which connections wait for a request. Other connections are ignored.
func TrackState(conn net.Conn, state http.ConnState) {
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = wrapped.NetConn()
	}
	c, ok := conn.(*limitedConn)
	if !ok {
		return
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	switch state {
	case http.StateActive: // the head is whole
		c.head.Store(duringRequest)
		c.listener.endWait(c)
	case http.StateIdle:
		c.head.Store(0)
		if c.place == nil && !c.dropped {
			c.since = time.Now()
			c.place = c.listener.waiting.PushBack(c)
		}
	case http.StateNew, http.StateHijacked, http.StateClosed:
		// A new connection waits already, and the others are closed by Close.
	}
}
