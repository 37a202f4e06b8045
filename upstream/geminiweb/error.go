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
	told    *chat.Error
	finding cookie.Finding
	again   again
}

// again says what may heal a failure at once, before anything of an answer went
// out. Each is tried one time.
type again uint8

const (
	never          again = iota
	later                // the same call after a short pause
	withToken            // with another page token
	withoutSession       // without the session number, f.sid
)

// Error implements error.
func (e *Error) Error() string { return e.told.Error() }

// Unwrap returns what the client is told.
func (e *Error) Unwrap() error { return e.told }

// Finding implements cookie.Witness.
func (e *Error) Finding() cookie.Finding { return e.finding }

// passing reports whether the same call may succeed a little later.
func (e *Error) passing() bool {
	return e.finding.Evidence == cookie.Transient || e.finding.Evidence == cookie.Offline
}

func fail(kind chat.Kind, evidence cookie.Evidence, message string) *Error {
	return &Error{told: chat.NewError(kind, message), finding: cookie.Finding{Evidence: evidence, Detail: message}}
}

// detail names what was seen, in the finding only.
func (e *Error) detail(format string, args ...any) *Error {
	e.finding.Detail = fmt.Sprintf(format, args...)
	return e
}

// after tells the client when to come again.
func (e *Error) after(d time.Duration) *Error {
	e.told.RetryAfter = d
	return e
}

// asked tells the supervisor, too, that the upstream named a time.
func (e *Error) asked(d time.Duration) *Error {
	e.finding.RetryAfter = d
	e.told.RetryAfter = max(d, e.told.RetryAfter)
	return e
}

func (e *Error) because(err error) *Error {
	e.told.Err = err
	return e
}

func (e *Error) retry(how again) *Error {
	e.again = how
	return e
}

// outcome is the metrics label of the failure.
func (e *Error) outcome() string {
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
	switch e.told.Kind {
	case chat.Canceled:
		return "canceled"
	case chat.Quota, chat.Downgraded:
		return "rate_limited"
	}
	return "server_error"
}
