package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/limit"
)

// remainingHeader is the header with the number of questions that are left in the hour.
const remainingHeader = "X-Ratelimit-Remaining-Requests"

// hourlyToken is one of a client's questions of the hour. It is returned unless it
// was spent: a question that never gets as far as the model costs the client
// nothing.
type hourlyToken struct {
	limit.Use
	spent bool
}

// takeHourlyToken takes one of the client's questions of this hour and sets the
// headers that say how many are left.
func (a *API) takeHourlyToken(header http.Header, st *requestState) (*hourlyToken, error) {
	most := st.settings.Limits.PerHour
	if most <= 0 || st.trusted {
		return new(hourlyToken), nil
	}
	taken := a.hourly.TakeUse(st.limitClient(), most)
	header.Set("X-Ratelimit-Limit-Requests", strconv.Itoa(most))
	header.Set(remainingHeader, strconv.Itoa(taken.Remaining))
	header.Set("X-Ratelimit-Reset-Requests", formatSeconds(taken.Reset))
	if taken.OK {
		return &hourlyToken{Use: taken}, nil
	}
	a.count.RateLimited.WithLabelValues("limiter_ip").Inc()
	return nil, &chat.Error{
		Kind: chat.RateLimited, RetryAfter: taken.Reset,
		Message: "the limit of " + strconv.Itoa(most) + " questions an hour for one address and for one API key is reached; the next one is free in " + formatSeconds(taken.Reset),
	}
}

// refundUnspent returns a token that was not spent. No stream may be running: it
// would write the headers at the same time.
func (t *hourlyToken) refundUnspent(header http.Header) {
	if !t.OK || t.spent {
		return
	}
	t.Return()
	header.Set(remainingHeader, strconv.Itoa(t.Remaining+1))
}

// prepareQuestion waits until the model may be asked and then gathers the files of
// the question, so that none is held while it waits. The token is spent, unless the
// question is not asked after all and no file was fetched for it.
func (a *API) prepareQuestion(ctx context.Context, st *requestState, t *hourlyToken, question *chat.Request) error {
	if err := a.awaitModel(ctx, st, t); err != nil {
		return err
	}
	err := a.gatherFiles(ctx, st, question)
	t.spent = err == nil || st.settings.FetchRemote
	return err
}

// formatSeconds returns a duration in whole seconds, rounded up, such as "17s".
func formatSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10) + "s"
}

// awaitModel waits until the model may be asked, which spends the client's token.
func (a *API) awaitModel(ctx context.Context, st *requestState, t *hourlyToken) error {
	if st.settings.Limits.ModelGap <= 0 {
		t.spent = true
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(a.gate.Closing(), func() { stop(limit.ErrGateClosed) })()
	depth := a.count.QueueDepth.WithLabelValues(st.model)
	waited, err := a.queue.Enter(ctx, st.model, st.settings.Limits.queue(), func(n int) { depth.Add(float64(n)) })
	switch busy := (*limit.QueueFullError)(nil); {
	case err == nil:
		a.count.QueueWait.WithLabelValues(st.model).Observe(waited.Seconds())
	case errors.As(err, &busy):
		a.count.RateLimited.WithLabelValues("queue_full").Inc()
	}
	if waited > 0 {
		a.count.RateLimited.WithLabelValues("limiter_model").Inc()
	}
	t.spent = err == nil
	return err
}

// limitClient returns the client that the question counts for.
func (st *requestState) limitClient() limit.Client {
	c := limit.Client{Addr: st.client}
	if (st.key != auth.Digest{}) {
		c.Key = string(st.key[:])
	}
	return c
}
