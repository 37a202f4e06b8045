package chat

import (
	"errors"
	"time"
)

// Kind classes a failure by what the client should do about it. A dialect maps
// each kind to one HTTP status and one body.
type Kind uint8

// The kinds. The comment gives the HTTP status that every dialect uses.
const (
	Internal         Kind = iota // 500: our own fault; the zero value
	BadRequest                   // 400: malformed body or field, see Error.Param
	ContextLength                // 400: the prompt is longer than can be carried
	Unauthorized                 // 401: no key, or a wrong one
	Forbidden                    // 403: the key may not do this
	SignedOut                    // 403: the session has ended, a person must bring cookies
	NoCookies                    // 403: no session was ever given
	UnknownModel                 // 404
	UnknownPath                  // 404
	Unsupported                  // 404: a known operation that is not offered
	MethodNotAllowed             // 405
	TooLarge                     // 413
	MediaType                    // 415: a Content-Encoding that is not accepted
	Misdirected                  // 421: a Host that is not ours
	RateLimited                  // 429: our own limits
	Quota                        // 429: the upstream's limit, of a model or the address
	Downgraded                   // 429: another model answered than was asked
	Upstream                     // 502: the upstream broke
	Unavailable                  // 503: short outage, starting, stopping, blocked
	Timeout                      // 504: the upstream was too slow
	Canceled                     // the client left; nobody reads the answer
)

// Error is a failure as the client is told of it. Message says what happened,
// where, and what to do next, and holds no secret and no part of a prompt.
type Error struct {
	Kind    Kind
	Message string
	// Param names the offending request field, empty when there is none.
	Param string
	// RetryAfter is how long to wait; zero means the error does not heal by
	// waiting, or nobody knows.
	RetryAfter time.Duration
	// Err is the cause, for logs and errors.Is; nil when Message says it all.
	Err error
}

// Error returns the message, with the cause behind it.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewError is an Error of a kind and a message. The message is written out where it
// is made, so that a search finds it.
func NewError(kind Kind, message string) *Error { return &Error{Kind: kind, Message: message} }

// AsError finds the *Error in err's tree. An error of another type becomes
// Internal with a fixed message, so that no foreign text reaches a client.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Message: "internal error; the server's log has the cause", Err: err}
}
