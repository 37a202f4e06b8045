package simulator

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
)

// RoundTrip serves a request in memory: the simulator as a transport. It
// streams (flushed bytes can be read at once), it ends with the
// request's context, which fails both the handler's and the reader's side, and
// it leaves no goroutine behind once the body is closed or read to its end. It
// uses channels only, so it runs in a testing/synctest bubble. A reset or an
// outage is the error that a TCP connection would give.
func (s *Simulator) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := context.Cause(r.Context()); err != nil {
		closeBody(r)
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	x := &exchange{request: r, header: make(http.Header), cancel: cancel,
		started: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	x.release = context.AfterFunc(r.Context(), func() {
		closeBody(r)
		x.failWith(context.Cause(r.Context()))
	})
	go x.serveHandler(s, serverSide(ctx, r))
	select {
	case <-x.started:
	case <-x.done:
	}
	if err := x.headError(); err != nil {
		_ = x.Close()
		return nil, err
	}
	return x.httpResponse(), nil
}

// serverSide is the request as a server would see it.
func serverSide(ctx context.Context, r *http.Request) *http.Request {
	in := r.Clone(ctx)
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.RequestURI = r.URL.RequestURI()
	in.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	in.RemoteAddr = "127.0.0.1:1"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{HandshakeComplete: true}
	}
	if in.Header == nil {
		in.Header = make(http.Header)
	}
	if _, given := in.Header["User-Agent"]; !given {
		in.Header.Set("User-Agent", "Go-http-client/1.1")
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	return in
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}
