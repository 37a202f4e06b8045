package api

import (
	"net/http"

	"github.com/geminid/geminid/chat"
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
