package geminiweb

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

const (
	msgSignedOut = "the Google session was not accepted; it is being checked, try again in a moment"
	msgBlocked   = "Google refuses this server's address for now; wait, or send the traffic from the address where the cookies were made"
	msgStrange   = "Google's answer was not understood; if this stays, look for an update of geminid"
)

const blockPause = 10 * time.Minute

func signedOutError() *Error {
	return newError(chat.Unavailable, cookie.WeakOut, msgSignedOut).withRetryAfter(cookie.DoubtTime)
}

func blockedError() *Error {
	return newError(chat.Unavailable, cookie.Blocked, msgBlocked).withRetryAfter(blockPause)
}

func tooLongError() *Error {
	return newError(chat.ContextLength, cookie.Silent, "the conversation is too long for Google's web chat; shorten it")
}

// refusals maps the codes of refusals inside an answer with status 200.
var refusals = map[int]func(model string) *Error{
	1003: fixedError(chat.Upstream, cookie.Silent, "Google does not know the conversation or one of its files any more; send the request again"),
	1013: func(string) *Error {
		return newError(chat.Unavailable, cookie.Transient, "Google had a temporary fault; try again").withRetryAfter(5 * time.Second).withRetry(retryLater)
	},
	codeUsedUp: func(model string) *Error {
		return newError(chat.Quota, cookie.Silent, "the account's limit of "+model+" is used up for now; wait or use another model")
	},
	1050: badModelError,
	1052: badModelError,
	1053: fixedError(chat.Upstream, cookie.Silent, "Google put the job into a queue that cannot be followed here; ask for something smaller"),
	1060: func(string) *Error { return blockedError() },
	codeUnattested: func(string) *Error {
		e := newError(chat.Upstream, cookie.Silent, "Google refused the question because no browser vouches for it (code 1096); try again or rephrase it, and ask less often if it stays")
		e.unattested = true
		return e
	},
	1097:     fixedError(chat.Quota, cookie.Silent, "Google limits long conversations of this account for now; wait or begin a new one"),
	1099:     func(string) *Error { return tooLongError() },
	codeFile: fixedError(chat.BadRequest, cookie.Silent, "Google refused the attached file because no browser vouches for it (code 1100); ask without it"),
	1152:     func(string) *Error { return tooLongError() },
	1155: func(string) *Error {
		return newError(chat.Upstream, cookie.Silent, "Google refused the request's session number").withRetry(retryWithoutSession)
	},
	1185: func(string) *Error {
		return newError(chat.Quota, cookie.Silent, "Google limits pictures of this account for now; wait two minutes").withRetryAfter(2 * time.Minute)
	},
}

// statuses maps the google.rpc statuses of refusals without a code.
var statuses = map[int]func(model string) *Error{
	3: fixedError(chat.Upstream, cookie.Silent, "Google found the request malformed; if this stays, look for an update of geminid"),
	4: fixedError(chat.Timeout, cookie.Transient, "Google was too slow with the answer; try again"),
	5: badModelError,
	7: func(string) *Error { return signedOutError() },
	8: fixedError(chat.Quota, cookie.Silent, "Google's limit for this account is reached for now; wait"),
	13: func(string) *Error {
		return newError(chat.Upstream, cookie.Transient, "Google had an internal fault; try again").withRetry(retryWithToken)
	},
	14: fixedError(chat.Unavailable, cookie.Transient, "Google is unavailable; try again"),
	16: func(string) *Error { return signedOutError() },
}

func fixedError(kind chat.Kind, evidence cookie.Evidence, message string) func(string) *Error {
	return func(string) *Error { return newError(kind, evidence, message) }
}

// badModelError is the error for a model that the account may not use now.
func badModelError(model string) *Error {
	e := newError(chat.BadRequest, cookie.Silent, "Google does not offer "+model+" to this account at the moment; GET /v1/models lists the others")
	e.public.Param = "model"
	return e
}

// refusalError returns the error for a refusal inside an answer.
func refusalError(r *wire.Refusal, model string) error {
	if r.HTTP {
		return callStatusError(r.Status, nil, nil)
	}
	table, key := statuses, r.Status
	if r.Code != 0 {
		table, key = refusals, r.Code
	}
	if build, ok := table[key]; ok {
		return build(model).withDetail("status %d, code %d in the answer", r.Status, r.Code)
	}
	return newError(chat.Upstream, cookie.Transient,
		"Google refused the request with an unknown code ("+strconv.Itoa(key)+"); try again").
		withDetail("unknown status %d, code %d in the answer", r.Status, r.Code)
}

// httpStatusError returns the error for an answer that is not 200; body is its
// beginning.
func httpStatusError(status int, header http.Header, body []byte) *Error {
	wait := retryAfter(header.Get("Retry-After"), answeredAt(header, time.Now()))
	switch {
	case status == http.StatusNetworkAuthenticationRequired:
		return offlineError(cookie.FaultPortal)
	case status == http.StatusProxyAuthRequired:
		return offlineError(cookie.FaultProxy)
	case isCaptchaPage(body):
		return blockedError().withDetail("captcha page with status %d", status)
	case 300 <= status && status < 400:
		return redirectError(header.Get("Location"))
	case status == http.StatusBadRequest:
		return newError(chat.Upstream, cookie.Silent, "Google found the request malformed; if this stays, look for an update of geminid").
			withDetail("status 400").withRetry(retryWithToken)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return signedOutError().withDetail("status %d", status)
	case status == http.StatusRequestEntityTooLarge:
		return tooLongError()
	case status == http.StatusTooManyRequests:
		return newError(chat.Quota, cookie.Limited, "Google asks to slow down; wait").withDetail("status 429").withRetryAfter(time.Minute).withUpstreamWait(wait)
	case status == http.StatusServiceUnavailable:
		return newError(chat.Unavailable, cookie.Transient, "Google is unavailable; try again").withDetail("status 503").withRetryAfter(5 * time.Second).withUpstreamWait(wait)
	}
	return newError(chat.Upstream, cookie.Transient, "Google answered with status "+strconv.Itoa(status)+"; try again").
		withDetail("status %d", status)
}

// redirectError judges a redirect away from the app by its target.
func redirectError(location string) *Error {
	to, err := url.Parse(location)
	if err != nil {
		to = new(url.URL)
	}
	switch host := strings.ToLower(to.Hostname()); {
	case host == hostAccounts:
		return signedOutError().withDetail("redirect to the sign-in page")
	case host == hostConsent:
		return newError(chat.Unavailable, cookie.Action,
			"Google wants a consent first: open gemini.google.com in the browser, accept, export the cookies again").
			withDetail("redirect to the consent page")
	case strings.HasPrefix(to.Path, "/sorry"):
		return blockedError().withDetail("redirect to the captcha page")
	case host != "" && !isWithin(host, "google.com"):
		return offlineError(cookie.FaultPortal)
	}
	return newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("redirect to an unknown place")
}

// isCaptchaPage reports whether body is the beginning of the captcha page.
func isCaptchaPage(body []byte) bool { return bytes.Contains(body, []byte(`id="captcha-form"`)) }

// errStalled is the cause of a context that a watchdog canceled.
var errStalled = errors.New("nothing came for too long")

// requestError returns the error for a request that could not be made.
func requestError(err error) error {
	return newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a request could not be made: %T", err)
}

// callError returns the error for an error of the network or the end of ctx.
func callError(ctx context.Context, err error) error {
	cause, fault := context.Cause(ctx), faultOf(err)
	if cause != nil && !errors.Is(cause, errStalled) && !errors.Is(cause, context.DeadlineExceeded) {
		return newError(chat.Canceled, cookie.Silent, "the request was given up").withCause(cause)
	}
	switch {
	case fault != "":
		return offlineError(fault).withCause(err)
	case errors.Is(cause, errStalled):
		return newError(chat.Timeout, cookie.Transient, "Google fell silent; try again").withDetail("the answer stalled").withCause(cause)
	case cause != nil:
		return newError(chat.Timeout, cookie.Transient, "Google was too slow; try again").withDetail("deadline passed").withCause(err)
	}
	return newError(chat.Upstream, cookie.Transient, "the connection to Google broke; try again").withDetail("connection broke").withCause(err)
}

// answeredAt returns the upstream's own time of an answer, now if it names none.
// Dates in the answer are relative to it: this machine's clock may be wrong.
func answeredAt(header http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return now
}

// retryAfter parses both forms of a Retry-After header. The result is between a
// second and a day, or 0 if there is none.
func retryAfter(value string, now time.Time) time.Duration {
	var d time.Duration
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		d = time.Duration(min(max(seconds, 0), 24*60*60)) * time.Second
	} else if moment, err := http.ParseTime(value); err == nil {
		d = moment.Sub(now)
	} else {
		return 0
	}
	return min(max(d, time.Second), 24*time.Hour)
}
