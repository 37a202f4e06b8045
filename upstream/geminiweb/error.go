package geminiweb

import (
	"errors"
	"fmt"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// Error is a failed call. It unwraps to the [*chat.Error] that is reported to
// the client, and as a [cookie.Witness] it is evidence about the session.
type Error struct {
	public  *chat.Error
	finding cookie.Finding
	retry   retryKind
	// unattested is set if the question was refused for want of the browser's
	// attestation.
	unattested bool
}

// retryKind is the retry that may succeed at once, as long as nothing of an
// answer was sent. Each kind is tried once.
type retryKind uint8

const (
	noRetry             retryKind = iota
	retryLater                    // the same call after a short pause
	retryWithToken                // with another page token
	retryWithoutSession           // without the session number, f.sid
	retryWithPage                 // with the values of the page read anew
)

// Error implements error.
func (e *Error) Error() string { return e.public.Error() }

// Unwrap returns the error that is reported to the client.
func (e *Error) Unwrap() error { return e.public }

// Finding implements cookie.Witness.
func (e *Error) Finding() cookie.Finding { return e.finding }

// asError returns the *Error in the chain of err. All errors of this package's
// calls have one; nil gives nil.
func asError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return newError(chat.Internal, cookie.Silent, "the call to Google failed for an unknown reason; see the log").withCause(err)
}

// findingOf returns the evidence of a failed call.
func findingOf(err error) cookie.Finding { return asError(err).finding }

// kindOf returns the kind of error that is reported to the client.
func kindOf(err error) chat.Kind { return asError(err).public.Kind }

// isTransient reports whether the same call may succeed a little later.
func isTransient(err error) bool {
	evidence := findingOf(err).Evidence
	return evidence == cookie.Transient || evidence == cookie.Offline
}

func newError(kind chat.Kind, evidence cookie.Evidence, message string) *Error {
	return &Error{public: chat.NewError(kind, message), finding: cookie.Finding{Evidence: evidence, Detail: message}}
}

// withDetail sets the observation, for the finding alone.
func (e *Error) withDetail(format string, args ...any) *Error {
	e.finding.Detail = fmt.Sprintf(format, args...)
	return e
}

// withRetryAfter sets when the client should try again.
func (e *Error) withRetryAfter(d time.Duration) *Error {
	e.public.RetryAfter = d
	return e
}

// withUpstreamWait sets how long the upstream asked to wait, for the client and
// for the finding.
func (e *Error) withUpstreamWait(d time.Duration) *Error {
	e.finding.RetryAfter = d
	e.public.RetryAfter = max(d, e.public.RetryAfter)
	return e
}

func (e *Error) withCause(err error) *Error {
	e.public.Err = err
	return e
}

func (e *Error) withRetry(kind retryKind) *Error {
	e.retry = kind
	return e
}

// outcomeLabel is the metrics label of a call that ended with err.
func outcomeLabel(err error) string {
	if err == nil {
		return "success"
	}
	switch findingOf(err).Evidence {
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
	default:
	}
	switch kindOf(err) {
	case chat.Canceled:
		return "canceled"
	case chat.Quota, chat.Downgraded:
		return "rate_limited"
	default:
		return "server_error"
	}
}
