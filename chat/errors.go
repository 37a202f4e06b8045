package chat

import (
	"errors"
	"time"
)

// Kind classifies failures by the reaction that they ask of the client. Its meaning in
// each dialect is in the table of dialect.LookupKind.
type Kind uint8

// The kinds, with their HTTP status in every dialect.
const (
	Internal         Kind = iota // 500: a fault of this program; the zero value
	BadRequest                   // 400: malformed body or field, see Error.Param
	ContextLength                // 400: the prompt is too long
	Unauthorized                 // 401: no key, or a wrong one
	Forbidden                    // 403: the key may not do this
	SignedOut                    // 403: the session has ended, and a person must provide cookies
	NoCookies                    // 403: there was never a session
	Blocked                      // 403: the upstream refuses the server for minutes or more
	UnknownModel                 // 404
	UnknownPath                  // 404
	UnknownRecord                // 404: nothing is stored under that ID
	Unsupported                  // 404: a known operation that is not offered
	MethodNotAllowed             // 405
	TooLarge                     // 413
	MediaType                    // 415: a Content-Encoding that is not accepted
	Misdirected                  // 421: a Host that is not served here
	RateLimited                  // 429: a limit of this server
	Quota                        // 429: the upstream's limit, of a model or the address
	Downgraded                   // 429: another model answered than the requested one
	Upstream                     // 502: the upstream broke
	Unavailable                  // 503: short outage, starting, stopping, blocked
	Timeout                      // 504: the upstream was too slow
	Canceled                     // 499: the client left and reads no answer
)

// Error is a failure as the client reads it. Message states the problem, its
// place and the remedy. It contains no secret and no part of a prompt.
type Error struct {
	Kind    Kind
	Message string
	// Param names the wrong field of the request, empty if there is none.
	Param string
	// RetryAfter is how long to wait; zero if that is unknown or waiting does not
	// help.
	RetryAfter time.Duration
	// Private is set if Message has words of the client or of the model, which no log
	// may hold.
	Private bool
	// Err is the cause, for logs and errors.Is; nil if Message says it all.
	Err error
}

// Error returns the message, followed by the cause if there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an error without a cause. Write the message as a literal, so
// that a search finds it.
func NewError(kind Kind, message string) *Error { return &Error{Kind: kind, Message: message} }

// AsError returns the *Error in the tree of err. If there is none, it returns one
// of Internal with a fixed message, so that no foreign text reaches a client.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Message: "internal error; the server's log has the cause", Err: err}
}
