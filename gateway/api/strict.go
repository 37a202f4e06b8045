package api

import (
	"bytes"
	"context"
	"net"
	"net/http"
)

// Strict wraps the listener of Server so that a request is refused when another
// HTTP server in front could have read its head in a different way: with both
// Content-Length and Transfer-Encoding, with a folded header line, or sent
// before its predecessor was answered. net/http accepts all three and hides the
// first two from handlers, so the head is looked at as it arrives.
func Strict(l net.Listener) net.Listener { return strictListener{l} }

type strictListener struct{ net.Listener }

func (l strictListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &strictConn{Conn: conn}, nil
}

// headLimit is more than net/http reads of a head.
const headLimit = 128 << 10

// strictConn keeps the head of the request that is being read. It is used by
// the goroutine of its connection; net/http lets no two of its own read at once.
type strictConn struct {
	net.Conn
	head []byte
	seen bool // the head is whole; what comes now is body
}

// Read looks on until the head is whole.
func (c *strictConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.seen && n > 0 && len(c.head) < headLimit {
		from := max(len(c.head)-3, 0)
		c.head = append(c.head, p[:n]...)
		if end := headEnd(c.head[from:]); end >= 0 {
			c.head, c.seen = c.head[:from+end], true
		}
	}
	return n, err
}

// headEnd returns where the empty line begins that ends a head, -1 without one.
func headEnd(b []byte) int {
	lf, crlf := bytes.Index(b, []byte("\n\n")), bytes.Index(b, []byte("\n\r\n"))
	if lf < 0 || crlf >= 0 && crlf < lf {
		return crlf
	}
	return lf
}

// next makes ready for the next request of the connection.
func (c *strictConn) next() {
	c.head, c.seen = c.head[:0], false
	if cap(c.head) > 4<<10 {
		c.head = nil
	}
}

// dubious says why the request at hand is refused; empty means it is not.
func (c *strictConn) dubious() string {
	if !c.seen {
		return "the request came before the one ahead of it was answered"
	}
	var length, coding bool
	for line := range bytes.Lines(c.head[min(bytes.IndexByte(c.head, '\n')+1, len(c.head)):]) {
		if line[0] == ' ' || line[0] == '\t' {
			return "a header line is folded"
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		length = length || bytes.EqualFold(name, []byte("Content-Length"))
		coding = coding || bytes.EqualFold(name, []byte("Transfer-Encoding"))
	}
	if length && coding {
		return "the request has both Content-Length and Transfer-Encoding"
	}
	return ""
}

type connKey struct{}

// remember lets handlers find the connection.
func remember(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*strictConn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// follow tells the connection when a request is over.
func follow(conn net.Conn, state http.ConnState) {
	if c, ok := conn.(*strictConn); ok && state == http.StateIdle {
		c.next()
	}
}

// framing says why the request can not be trusted to be what it seems; empty
// means that it can.
func framing(r *http.Request) string {
	if r.URL.Scheme != "" || r.URL.Host != "" && r.Method != http.MethodConnect {
		return "this is no proxy; send the path alone in the request line"
	}
	if c, ok := r.Context().Value(connKey{}).(*strictConn); ok {
		return c.dubious()
	}
	return ""
}
