package dialect

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/geminid/geminid/chat"
)

// longestWait is the longest Retry-After that every SDK handles sensibly. Above
// it some sleep without a limit, and others ignore the header and ask at once.
const longestWait = time.Minute

// StatusCode returns the HTTP status of a kind, the same in every dialect.
func StatusCode(kind chat.Kind) int { return LookupKind(kind).Status }

// ErrorHeader returns the header fields that belong to an error: Retry-After in
// whole seconds; X-Should-Retry: false if waiting is useless, or too long for
// the SDKs that obey it; and Allow if err is of [WrongMethod].
func ErrorHeader(err *chat.Error) http.Header {
	header := make(http.Header)
	wait := RetryDelay(err)
	if wait > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64(wait/time.Second), 10))
	}
	if wait > longestWait || LookupKind(err.Kind).NoRetry {
		header.Set("X-Should-Retry", "false")
	}
	var allow allowedMethods
	if errors.As(err, &allow) {
		header.Set("Allow", string(allow))
	}
	return header
}

// RetryDelay returns how long a client should wait before it retries, in whole
// seconds, rounded up; zero means that waiting does not help.
func RetryDelay(err *chat.Error) time.Duration {
	wait := err.RetryAfter
	if wait <= 0 {
		wait = LookupKind(err.Kind).Wait
	}
	return (wait + time.Second - 1).Truncate(time.Second)
}

// WrongMethod returns the error of a path that takes only the method allow.
func WrongMethod(allow string) *chat.Error {
	return &chat.Error{Kind: chat.MethodNotAllowed, Message: "this path does not take the method; use " + allow, Err: allowedMethods(allow)}
}

// allowedMethods is the cause of a MethodNotAllowed found by a decoder: the
// value of the Allow header.
type allowedMethods string

// Error names the methods.
func (a allowedMethods) Error() string { return "allowed: " + string(a) }
