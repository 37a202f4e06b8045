package geminiweb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// offlinePause is when a client should try again if the upstream cannot be reached.
const offlinePause = 10 * time.Second

// offlineError returns the error for an upstream that cannot be reached.
func offlineError(fault cookie.Fault) *Error {
	e := newError(chat.Unavailable, cookie.Offline, "Google cannot be reached from this server ("+fault.Cause()+"); check its network and proxy").
		withDetail("%s", fault.Cause()).withRetryAfter(offlinePause)
	e.finding.Fault = fault
	return e
}

// connecting watches whether a call gets as far as a connection. If the one that it
// got turns out to be dead, net/http asks for another, and that is what counts.
type connecting struct{ asked, got atomic.Bool }

// watchConnecting returns a context in which a call of net/http is watched.
func watchConnecting(ctx context.Context) (context.Context, *connecting) {
	w := new(connecting)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true); w.got.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	}), w
}

// failed reports whether the call wanted a connection and got none, so that nothing
// was sent.
func (w *connecting) failed() bool { return w.asked.Load() && !w.got.Load() }

// unreachedError marks an error of a call that was never sent.
type unreachedError struct{ err error }

// Error implements error.
func (e *unreachedError) Error() string { return e.err.Error() }

// Unwrap returns the error of the transport.
func (e *unreachedError) Unwrap() error { return e.err }

// faultOf returns why no connection was made, empty if one was.
func faultOf(err error) cookie.Fault {
	_, unreached := errors.AsType[*unreachedError](err)
	op, isOp := errors.AsType[*net.OpError](err)
	name := ""
	if isOp {
		name = op.Op
	}
	_, dns := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, errProxy), name == "proxyconnect", strings.HasPrefix(name, "socks"):
		return cookie.FaultProxy
	case dns:
		return cookie.FaultDNS
	case !unreached && name != "dial":
		return ""
	case isCertificateError(err):
		return cookie.FaultTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return cookie.FaultRefused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return cookie.FaultRoute
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return cookie.FaultReset
	case isTimeout(err):
		return cookie.FaultTimeout
	}
	return cookie.FaultOther
}

// isCertificateError reports whether the server that answered spoke no TLS, or could
// not prove to be the upstream.
func isCertificateError(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	return strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") || strings.Contains(err.Error(), "remote error: tls:")
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}
