package dialect

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/geminid/geminid/chat"
)

// statusCanceled is never read by anybody; it keeps the client's own leaving
// apart from errors in the counters.
const statusCanceled = 499

// patience is the longest Retry-After that every SDK waits for sensibly. Above
// it some sleep without a limit and others ignore the header and hammer on.
const patience = time.Minute

// statuses is the one table from a kind to its HTTP status. wait is told when
// the error does not know better; zero means no Retry-After then.
var statuses = [...]struct {
	code int
	wait time.Duration
}{
	chat.Internal:         {code: http.StatusInternalServerError},
	chat.BadRequest:       {code: http.StatusBadRequest},
	chat.ContextLength:    {code: http.StatusBadRequest},
	chat.Unauthorized:     {code: http.StatusUnauthorized},
	chat.Forbidden:        {code: http.StatusForbidden},
	chat.SignedOut:        {code: http.StatusForbidden},
	chat.NoCookies:        {code: http.StatusForbidden},
	chat.UnknownModel:     {code: http.StatusNotFound},
	chat.UnknownPath:      {code: http.StatusNotFound},
	chat.Unsupported:      {code: http.StatusNotFound},
	chat.MethodNotAllowed: {code: http.StatusMethodNotAllowed},
	chat.TooLarge:         {code: http.StatusRequestEntityTooLarge},
	chat.MediaType:        {code: http.StatusUnsupportedMediaType},
	chat.Misdirected:      {code: http.StatusMisdirectedRequest},
	chat.RateLimited:      {code: http.StatusTooManyRequests, wait: 5 * time.Second},
	chat.Quota:            {code: http.StatusTooManyRequests, wait: time.Minute},
	chat.Downgraded:       {code: http.StatusTooManyRequests, wait: time.Minute},
	chat.Upstream:         {code: http.StatusBadGateway},
	chat.Unavailable:      {code: http.StatusServiceUnavailable, wait: 10 * time.Second},
	chat.Timeout:          {code: http.StatusGatewayTimeout},
	chat.Canceled:         {code: statusCanceled},
}

// StatusCode returns the HTTP status of a kind, the same in every dialect.
func StatusCode(kind chat.Kind) int {
	if int(kind) < len(statuses) {
		return statuses[kind].code
	}
	return http.StatusInternalServerError
}

// Header returns the headers that belong to an error: Retry-After in whole
// seconds, x-should-retry: false where waiting is useless or too long for the
// SDKs that obey it, and Allow when the error names the methods.
func Header(err *chat.Error) http.Header {
	header := make(http.Header)
	wait := retryAfter(err)
	if wait > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64(wait/time.Second), 10))
	}
	if wait > patience || err.Kind == chat.SignedOut || err.Kind == chat.NoCookies {
		header.Set("X-Should-Retry", "false")
	}
	var allow allowed
	if errors.As(err, &allow) {
		header.Set("Allow", string(allow))
	}
	return header
}

// retryAfter is the wait in whole seconds, rounded up, zero for none.
func retryAfter(err *chat.Error) time.Duration {
	wait := err.RetryAfter
	if wait <= 0 && int(err.Kind) < len(statuses) {
		wait = statuses[err.Kind].wait
	}
	return (wait + time.Second - 1).Truncate(time.Second)
}

// allowed is the cause of a MethodNotAllowed that a decoder found: the methods
// that would do.
type allowed string

func (a allowed) Error() string { return "allowed: " + string(a) }
