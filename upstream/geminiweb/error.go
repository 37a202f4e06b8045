package geminiweb

import (
	"fmt"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// Error is a call that failed. It unwraps to the *chat.Error that the client is
// told, and as a cookie.Witness it says what the failure proves of the session.
type Error struct {
	public  *chat.Error
	finding cookie.Finding
	retry   retryKind
}

// retryKind says what may heal a failure at once, before anything of an answer went
// out. Each is tried one time.
type retryKind uint8

const (
	noRetry             retryKind = iota
	retryLater                    // the same call after a short pause
	retryWithToken                // with another page token
	retryWithoutSession           // without the session number, f.sid
)

// Error implements error.
func (e *Error) Error() string { return e.public.Error() }

// Unwrap returns what the client is told.
func (e *Error) Unwrap() error { return e.public }

// Finding implements cookie.Witness.
func (e *Error) Finding() cookie.Finding { return e.finding }

// isTransient reports whether the same call may succeed a little later.
func (e *Error) isTransient() bool {
	return e.finding.Evidence == cookie.Transient || e.finding.Evidence == cookie.Offline
}

func newError(kind chat.Kind, evidence cookie.Evidence, message string) *Error {
	return &Error{public: chat.NewError(kind, message), finding: cookie.Finding{Evidence: evidence, Detail: message}}
}

// withDetail names what was seen, in the finding only.
func (e *Error) withDetail(format string, args ...any) *Error {
	e.finding.Detail = fmt.Sprintf(format, args...)
	return e
}

// withRetryAfter tells the client when to come again.
func (e *Error) withRetryAfter(d time.Duration) *Error {
	e.public.RetryAfter = d
	return e
}

// withUpstreamWait tells the supervisor, too, that the upstream named a time.
func (e *Error) withUpstreamWait(d time.Duration) *Error {
	e.finding.RetryAfter = d
	e.public.RetryAfter = max(d, e.public.RetryAfter)
	return e
}

func (e *Error) withCause(err error) *Error {
	e.public.Err = err
	return e
}

func (e *Error) withRetry(how retryKind) *Error {
	e.retry = how
	return e
}

// outcomeLabel is the metrics label of the failure.
func (e *Error) outcomeLabel() string {
	switch e.finding.Evidence {
	case cookie.Blocked:
		return "blocked"
	case cookie.Limited, cookie.RotateLimited:
		return "rate_limited"
	case cookie.SignedOut, cookie.WeakOut, cookie.RotateRefused:
		return "signed_out"
	case cookie.Drift:
		return "malformed"
	case cookie.Offline:
		return "network"
	}
	switch e.public.Kind {
	case chat.Canceled:
		return "canceled"
	case chat.Quota, chat.Downgraded:
		return "rate_limited"
	}
	return "server_error"
}
