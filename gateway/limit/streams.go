package limit

import (
	"net/http"
	"net/netip"
)

// BoundStreams returns next behind a bound of requests of HTTP/2: many fit into one
// connection, and each holds its head. There may be as many as connections, and one
// client may have as many as it may have connections. The stream of one more is reset.
// Requests of HTTP/1 are bounded by their connections already.
func (l *Listener) BoundStreams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor < 2 {
			next.ServeHTTP(w, r)
			return
		}
		peer, _ := netip.ParseAddrPort(r.RemoteAddr) // else the zero address, a client like others
		client := peer.Addr().Unmap()
		if !l.beginStream(client) {
			panic(http.ErrAbortHandler)
		}
		defer l.endStream(client)
		next.ServeHTTP(w, r)
		// A client that takes nothing would keep what is left of the answer, and the
		// request with it, after the handler's end.
		_ = http.NewResponseController(w).Flush()
	})
}

// beginStream counts a request of HTTP/2. It reports whether it may be served.
func (l *Listener) beginStream(client netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	network := NetworkOf(client)
	most, mine := l.mostOf(client)
	if l.allStreams >= most || l.streams[network] >= mine {
		return false
	}
	l.allStreams++
	l.streams[network]++
	return true
}

func (l *Listener) endStream(client netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	network := NetworkOf(client)
	l.allStreams--
	if l.streams[network]--; l.streams[network] == 0 {
		delete(l.streams, network)
	}
}

// mostOf returns how many connections all clients may have, as seen by this one, and
// how many of them it may have itself.
func (l *Listener) mostOf(client netip.Addr) (all, mine int) {
	all = l.cfg.Max
	if client.IsLoopback() {
		return all, all
	}
	all -= l.cfg.Max / reservePart
	if l.cfg.Shared(client) {
		return all, all
	}
	return all, max(l.cfg.Max/clientPart, 1)
}
