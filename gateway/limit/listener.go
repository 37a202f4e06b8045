package limit

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"
)

// The parts of all connections: how many one client may have, how many are kept for
// this machine, so that its owner and its monitoring get through, and how many may be
// in the middle of a large head.
const (
	clientPart  = 4
	reservePart = 16
	headPart    = 32
)

// crowdedIdle is how long a connection may wait for its next request while more
// than half of the connections are in use.
const crowdedIdle = 10 * time.Second

// The reasons of refusals.
const (
	RefusedFull   = "all connections are in use"
	RefusedClient = "one address has a quarter of all connections"
)

// ListenerConfig is the configuration of a [Listener].
type ListenerConfig struct {
	// Max is how many connections there may be at once. Required.
	Max int
	// Shared reports whether many clients share the address, as those behind a
	// proxy do: it may have more than a quarter of the connections. Loopback
	// addresses always may. Nil means that there is no other.
	Shared func(netip.Addr) bool
	// Refused is called with the reason for each connection that is closed at
	// once. It must not block. Nil ignores them.
	Refused func(client netip.Addr, reason string)
}

// Listener bounds the connections of another listener. If there are too many it
// closes the one that has waited longest for a request, and else the new one; it
// never lets a client wait. A client (an address, of IPv6 a /64) gets a quarter of
// all connections at most, and a sixteenth is kept for loopback addresses. While more
// than half are in use, a connection may wait for its next request for ten seconds.
//
// A head of many short lines takes sixteen times its length in memory, from a client
// that has shown no key yet. So only one of 32 connections may be in the middle of a
// head of more than 4 KiB: it arrives in a moment, and of those that take longer the
// one that began first is closed.
//
// Make it with [NewListener] and set [TrackState] as the ConnState of the server.
type Listener struct {
	net.Listener
	cfg ListenerConfig

	mu      sync.Mutex
	open    int
	clients map[netip.Prefix]int
	waiting list.List // of *limitedConn that wait for a request, longest first
	heads   list.List // of those among them that sent a part of a large head

	allStreams int // requests of HTTP/2
	streams    map[netip.Prefix]int
}

// NewListener returns a Listener on top of inner, which it owns.
func NewListener(inner net.Listener, cfg ListenerConfig) *Listener {
	if cfg.Shared == nil {
		cfg.Shared = func(netip.Addr) bool { return false }
	}
	if cfg.Refused == nil {
		cfg.Refused = func(netip.Addr, string) {}
	}
	return &Listener{Listener: inner, cfg: cfg, clients: make(map[netip.Prefix]int), streams: make(map[netip.Prefix]int)}
}

// Accept implements net.Listener. It closes the connections that are too many and
// goes on with the next one.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		addr := addrOf(conn)
		admitted, closable, reason := l.admitConn(conn, addr)
		for _, c := range closable {
			_ = c.Close()
		}
		if reason == "" {
			return admitted, nil
		}
		_ = conn.Close()
		l.cfg.Refused(addr, reason)
	}
}

// admitConn counts the connection, or returns the reason to refuse it. The caller
// closes the connections that must make room.
func (l *Listener) admitConn(conn net.Conn, addr netip.Addr) (admitted *limitedConn, closable []net.Conn, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.open > l.cfg.Max/2 {
		for e := l.waiting.Front(); e != nil && now.Sub(e.Value.(*limitedConn).since) >= crowdedIdle; e = l.waiting.Front() {
			closable = append(closable, l.dropConn(e.Value.(*limitedConn)))
		}
	}
	network := NetworkOf(addr)
	most, mine := l.mostOf(addr)
	if mine < most && l.clients[network] >= mine {
		return nil, closable, RefusedClient
	}
	if l.open >= most {
		longest := l.waiting.Front()
		if longest == nil {
			return nil, closable, RefusedFull
		}
		closable = append(closable, l.dropConn(longest.Value.(*limitedConn)))
	}
	l.open++
	l.clients[network]++
	c := &limitedConn{Conn: conn, listener: l, network: network, since: now}
	c.place = l.waiting.PushBack(c) // for its first request
	return c, closable, ""
}

// dropConn stops counting the connection. The caller holds the lock.
func (l *Listener) dropConn(c *limitedConn) net.Conn {
	if c.dropped {
		return c.Conn
	}
	c.dropped = true
	l.endWait(c)
	l.open--
	if l.clients[c.network]--; l.clients[c.network] == 0 {
		delete(l.clients, c.network)
	}
	return c.Conn
}

// endWait takes the connection out of the lists of those that wait. The caller holds
// the lock.
func (l *Listener) endWait(c *limitedConn) {
	if c.place != nil {
		l.waiting.Remove(c.place)
		c.place = nil
	}
	if c.headPlace != nil {
		l.heads.Remove(c.headPlace)
		c.headPlace = nil
	}
}

// boundHeads notes that the connection sent a part of a large head, and closes
// the one that has been at its head for longest if there are too many.
func (l *Listener) boundHeads(c *limitedConn) {
	l.mu.Lock()
	var longest net.Conn
	if c.place != nil && c.headPlace == nil {
		c.headPlace = l.heads.PushBack(c)
		if l.heads.Len() > max(l.cfg.Max/headPart, 1) {
			longest = l.dropConn(l.heads.Front().Value.(*limitedConn))
		}
	}
	l.mu.Unlock()
	if longest != nil {
		_ = longest.Close()
	}
}

// addrOf returns the peer's address, the zero Addr if it has none.
func addrOf(conn net.Conn) netip.Addr {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
