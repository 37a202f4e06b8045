package api

import (
	"context"
	"errors"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/background"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/supervisor"
)

// gateRetry is the wait that a client is asked for if too many requests are in
// flight.
const gateRetry = 2 * time.Second

var (
	errClientGone = errors.New("the client left")
	errSlowClient = errors.New("the client takes nothing of its answer")
)

// clientErrorOf returns the error that the client gets for err. ctx is the request's
// own: if it is over, its cause says more than the error that came of it.
func clientErrorOf(ctx context.Context, err error) *chat.Error {
	cause := context.Cause(ctx)
	var refusal *supervisor.Refusal
	var busy *limit.QueueFullError
	var soon *supervisor.TooSoon
	switch {
	case errors.Is(cause, limit.ErrGateClosed), errors.Is(err, limit.ErrGateClosed):
		return shutdownError()
	case errors.Is(cause, errSlowClient):
		return &chat.Error{Kind: chat.Canceled, Message: errSlowClient.Error(), Err: errSlowClient}
	case cause != nil:
		return &chat.Error{Kind: chat.Canceled, Message: errClientGone.Error(), Err: errClientGone}
	case errors.Is(err, background.ErrTooMany):
		return &chat.Error{Kind: chat.RateLimited, Message: err.Error() + " for this key; wait until one is complete, or cancel one", Err: err}
	case errors.Is(err, limit.ErrGateFull):
		return &chat.Error{Kind: chat.Unavailable, RetryAfter: gateRetry, Message: err.Error() + "; try again in a moment", Err: err}
	case errors.As(err, &refusal):
		return refusalError(refusal)
	case errors.As(err, &busy):
		return &chat.Error{
			Kind: chat.RateLimited, RetryAfter: busy.RetryAfter, Err: busy,
			Message: "too many requests are waiting for this model already; try again in a moment",
		}
	case errors.As(err, &soon):
		return &chat.Error{Kind: chat.RateLimited, RetryAfter: soon.RetryAfter, Message: soon.Error()}
	}
	return chat.AsError(err)
}

func shutdownError() *chat.Error {
	return &chat.Error{
		Kind: chat.Unavailable, RetryAfter: 5 * time.Second, Err: limit.ErrGateClosed,
		Message: "the server is stopping; try again when it is back",
	}
}

// longestRetry is the longest wait that is left to clients: they repeat a 5xx up to
// fifteen times within a minute or wait without a word, whatever its headers say.
const longestRetry = time.Minute

// refusalError returns the error if no session can serve. A person must act on the
// first two states, so they are a 403, and so is a block that lasts.
func refusalError(r *supervisor.Refusal) *chat.Error {
	err := &chat.Error{RetryAfter: r.RetryAfter, Err: r}
	switch r.State {
	case supervisor.Missing:
		err.Kind, err.Message = chat.NoCookies, "the server has no Gemini session yet"
	case supervisor.Expired:
		err.Kind, err.Message = chat.SignedOut, "the server's Gemini session has ended"
	case supervisor.RateLimited:
		err.Kind, err.Message = chat.Quota, "Gemini asked the server to slow down"
	case supervisor.Blocked:
		err.Kind, err.Message = chat.Unavailable, "Gemini refuses the server's address or account for now"
		if r.RetryAfter > longestRetry {
			err.Kind = chat.Blocked
		}
	case supervisor.PausedState:
		err.Kind, err.Message = chat.Unavailable, "the server's Gemini session is paused by its owner"
	case supervisor.Unreachable:
		err.Kind, err.Message = chat.Unavailable, "the server cannot reach Gemini"
	default:
		err.Kind, err.Message = chat.Unavailable, "the server's Gemini session is being checked"
		if err.RetryAfter == 0 {
			err.RetryAfter = cookie.DoubtTime
		}
	}
	if r.Remedy != "" {
		err.Message += ": " + r.Remedy
	}
	return err
}

// limitOrigin returns the metrics label of a 429 or a block: whose limit it was.
// Empty means that err is not a limit. evidence is that of err about the session.
func limitOrigin(err *chat.Error, evidence cookie.Evidence) string {
	var refusal *supervisor.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.State == supervisor.RateLimited, evidence == cookie.Limited:
		return "upstream_429"
	case errors.As(err, &refusal) && refusal.State == supervisor.Blocked, evidence == cookie.Blocked:
		return "upstream_blocked"
	case err.Kind == chat.Quota, err.Kind == chat.Downgraded:
		return "upstream_quota"
	}
	return ""
}

// abortCause returns the metrics label of a stream that broke off.
func abortCause(err *chat.Error, evidence cookie.Evidence) string {
	switch {
	case errors.Is(err, errSlowClient):
		return "slow_client"
	case err.Kind == chat.Canceled:
		return "client"
	case errors.Is(err, limit.ErrGateClosed):
		return "shutdown"
	case err.Kind == chat.Timeout:
		return "upstream_timeout"
	case evidence == cookie.Drift:
		return "malformed"
	}
	return "upstream_reset"
}
