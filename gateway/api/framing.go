package api

import (
	"net/http"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/internal/provenance"
)

// checkFraming is the middleware for requests that another HTTP server in front
// could have read differently. It works alike on plain and on TLS connections.
//
// A request line with a whole address is refused. A request whose end is not given
// by Content-Length alone is the last one of its connection, so that bytes behind it
// are never read as a request: net/http goes by Transfer-Encoding and hides a
// Content-Length beside it, and in HTTP/1.0 it goes by Content-Length and hides a
// Transfer-Encoding. RFC 9112, section 6.1, asks servers to close the connection in
// both cases.
func (a *API) checkFraming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		absolute := r.URL.Scheme != "" || r.URL.Host != "" && r.Method != http.MethodConnect
		if absolute || len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		if absolute {
			a.writeError(w, r, chat.NewError(chat.BadRequest, "this is no proxy; send the path alone in the request line"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// The limits of a head that net/http does not have: a head of 64 KiB in the shortest
// lines takes a megabyte for as long as its request lasts.
const (
	maxHeaderLines = 256
	// refusalTime is how long the rest of such a request is waited for.
	refusalTime = time.Second
)

// boundHeader is the middleware that refuses a request of too many header lines, as
// net/http refuses one of too many bytes. Nothing else is done for it: no body is read
// on, which would hold the head in memory.
func boundHeader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lines := 0
		for _, values := range r.Header {
			lines += len(values)
		}
		if lines <= maxHeaderLines {
			next.ServeHTTP(w, r)
			return
		}
		control, now := http.NewResponseController(w), time.Now()
		_ = control.SetReadDeadline(now.Add(refusalTime))
		_ = control.SetWriteDeadline(now.Add(refusalTime))
		provenance.MarkOwn(w.Header())
		w.Header().Set("Connection", "close")
		http.Error(w, "431 Request Header Fields Too Large: more than 256 header lines", http.StatusRequestHeaderFieldsTooLarge)
	})
}
