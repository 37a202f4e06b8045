package api

import (
	"io"
	"net/http"
	"time"
)

// The limits of how long and how much of a body is read after its answer.
const (
	lingerTime  = 30 * time.Second
	lingerPause = 5 * time.Second // the longest silence
	lingerBytes = 256 << 20
)

// readRest is the middleware for answers that came before the end of the request's
// body: it sends the answer and reads on, within limits. A connection that is closed
// while its client still sends is reset, and most clients then report the reset and
// never see the answer. It stands outside of the middleware that counts and bounds
// requests, because this one is over.
//
// HTTP/2 needs none of it: there a stream is ended without the connection.
func (a *API) readRest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength == 0 || r.ProtoMajor != 1 {
			next.ServeHTTP(w, r)
			return
		}
		body := &watchedBody{ReadCloser: r.Body}
		r = r.WithContext(r.Context()) // net/http keeps its own body
		r.Body = body
		next.ServeHTTP(w, r)
		if !body.ended {
			a.linger(w, body)
		}
	})
}

// linger sends the answer and reads the body until its end or a limit.
func (a *API) linger(w http.ResponseWriter, body io.Reader) {
	control := http.NewResponseController(w)
	if control.Flush() != nil {
		return
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	end := time.Now().Add(lingerTime)
	for left := lingerBytes; left > 0 && a.gate.Closing().Err() == nil; {
		deadline := time.Now().Add(lingerPause)
		if deadline.After(end) {
			deadline = end
		}
		_ = control.SetReadDeadline(deadline)
		n, err := body.Read(*buffer)
		if err != nil {
			return
		}
		left -= n
	}
}

// watchedBody notes that nothing more can be read.
type watchedBody struct {
	io.ReadCloser
	ended bool
}

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err != nil
	return n, err
}
