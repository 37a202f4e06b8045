package simulator

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
)

// maxPending is how far the handler may run ahead of the reader, as a socket's
// buffers would let it.
const maxPending = 256 << 10

// exchange is both ends of one call in memory: the handler's ResponseWriter and
// the client's body.
type exchange struct {
	request *http.Request
	cancel  context.CancelFunc
	release func() bool   // of the watch over the request's context
	started chan struct{} // closed when the head is known
	done    chan struct{} // closed when the handler has returned
	wake    chan struct{} // to the reader: something changed
	room    chan struct{} // to the writer: something changed

	mu      sync.Mutex
	header  http.Header
	status  int
	sent    http.Header // the head as it was sent
	pending []byte      // written, of which taken bytes were read
	taken   int
	err     error // ends reading once pending is empty
	broken  error // ends reading at once
	closed  bool  // the reader has left
	length  int64 // announced, -1 for none
	written int64
}

// serveHandler runs the handler and records how it ended.
func (x *exchange) serveHandler(s *Simulator, r *http.Request) {
	defer close(x.done)
	defer x.cancel()
	defer closeBody(x.request)
	defer func() {
		switch reason := recover(); reason {
		case nil:
			x.finishBody(io.EOF)
		case http.ErrAbortHandler:
			x.finishBody(&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET})
		case errRefused:
			x.finishBody(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
		default:
			panic(reason)
		}
	}()
	s.ServeHTTP(x, r)
	if r.Context().Err() == nil {
		x.WriteHeader(http.StatusOK)
	}
}

var errRefused = errors.New("simulator: connection refused")

func (x *exchange) refuseConnection() { panic(errRefused) }

// Header implements http.ResponseWriter.
func (x *exchange) Header() http.Header { return x.header }

// WriteHeader implements http.ResponseWriter.
func (x *exchange) WriteHeader(status int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.status != 0 {
		return
	}
	x.status, x.sent, x.length = status, x.header.Clone(), -1
	if n, err := strconv.ParseInt(x.header.Get("Content-Length"), 10, 64); err == nil {
		x.length = n
	}
	close(x.started)
}

// Flush implements http.Flusher; the bytes written can be read already.
func (x *exchange) Flush() { x.WriteHeader(http.StatusOK) }

// Write implements http.ResponseWriter. It blocks while the reader is far behind.
func (x *exchange) Write(b []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	for {
		x.mu.Lock()
		switch {
		case x.broken != nil:
			defer x.mu.Unlock()
			return 0, x.broken
		case x.closed:
			defer x.mu.Unlock()
			return 0, io.ErrClosedPipe
		case x.request.Method == http.MethodHead:
			x.mu.Unlock()
			return len(b), nil
		case len(x.pending)-x.taken < maxPending:
			x.pending = append(x.pending, b...)
			x.written += int64(len(b))
			x.mu.Unlock()
			wakeWaiter(x.wake)
			return len(b), nil
		}
		x.mu.Unlock()
		<-x.room
	}
}

// finishBody ends the body after the bytes that are still to be read. It runs before done is
// closed, so a reader at the end finds the handler gone.
func (x *exchange) finishBody(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	// The handler may notice the end of the context before the watch does.
	if cause := context.Cause(x.request.Context()); cause != nil && x.broken == nil {
		x.broken = cause
	}
	if errors.Is(err, io.EOF) && x.length > x.written && x.request.Method != http.MethodHead {
		err = io.ErrUnexpectedEOF
	}
	x.err = err
}

// failWith ends both sides at once.
func (x *exchange) failWith(err error) {
	x.mu.Lock()
	x.broken = err
	x.mu.Unlock()
	x.cancel()
	wakeWaiter(x.wake)
	wakeWaiter(x.room)
}

// headError returns why there is no response, nil if there is one.
func (x *exchange) headError() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.broken != nil {
		return x.broken
	}
	if x.status == 0 {
		return x.err
	}
	return nil
}

func (x *exchange) httpResponse() *http.Response {
	x.mu.Lock()
	defer x.mu.Unlock()
	return &http.Response{
		Status: strconv.Itoa(x.status) + " " + http.StatusText(x.status), StatusCode: x.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: x.sent, ContentLength: x.length, Request: x.request, Body: x,
	}
}

// Read implements io.Reader for the response's body.
func (x *exchange) Read(b []byte) (int, error) {
	for {
		over := false
		select {
		case <-x.done:
			over = true
		default:
		}
		if n, ok, err := x.takeBuffered(b, over); ok {
			return n, err
		}
		select {
		case <-x.wake:
		case <-x.done:
		}
	}
}

// takeBuffered reads the buffered bytes; ok is false if the reader has to wait.
func (x *exchange) takeBuffered(b []byte, over bool) (n int, ok bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.closed:
		return 0, true, http.ErrBodyReadAfterClose
	case x.broken != nil:
		return 0, true, x.broken
	case len(x.pending) > x.taken:
		n = copy(b, x.pending[x.taken:])
		if x.taken += n; x.taken == len(x.pending) {
			x.pending, x.taken = x.pending[:0], 0
		}
		wakeWaiter(x.room)
		return n, true, nil
	case over:
		x.release()
		return 0, true, x.err
	}
	return 0, len(b) == 0, nil
}

// Close implements io.Closer for the response's body. It ends the handler and
// waits until it is gone.
func (x *exchange) Close() error {
	x.release()
	x.mu.Lock()
	x.closed = true
	x.mu.Unlock()
	x.cancel()
	wakeWaiter(x.room)
	<-x.done
	return nil
}

// wakeWaiter wakes the goroutine that waits on a channel of capacity one; it never blocks.
func wakeWaiter(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
