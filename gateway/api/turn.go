package api

import (
	"context"
	"errors"
	"iter"
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
	// round is the task of which the request is a round; nil if it is a question of
	// its own. tasks is where it is returned.
	round *limit.Task
	tasks *limit.Tasks
}

const (
	// roundsFactor is how many rounds of tasks a client may have in an hour, as a
	// multiple of its questions.
	roundsFactor = 10
	// roundGap is the longest time between two starts that a round waits for.
	roundGap = time.Second
)

// takeTurn takes what a question costs the client: one of its questions of this hour,
// or less if it only brings the results of calls that this server answered with.
func (a *API) takeTurn(header http.Header, st *requestState, question *chat.Request) (*hourlyToken, error) {
	if turn := a.takeRound(st, question); turn != nil {
		st.task = turn.round
		return turn, nil
	}
	turn, err := a.takeHourlyToken(header, st)
	if err == nil && len(question.Tools) > 0 {
		st.task = limit.NewTask()
	}
	return turn, err
}

// takeRound takes a round of the task to which a question brings results, nil if there
// is none.
func (a *API) takeRound(st *requestState, question *chat.Request) *hourlyToken {
	ids := newResults(question.Turns)
	if len(ids) == 0 {
		return nil
	}
	task := a.tasks.TakeRound(ids)
	if task == nil {
		return nil
	}
	turn := &hourlyToken{round: task, tasks: &a.tasks}
	if most := st.settings.Limits.PerHour; most > 0 && !st.trusted {
		if turn.Use = a.rounds.TakeUse(st.limitClient(), roundsFactor*most); !turn.OK {
			a.tasks.ReturnRound(task)
			return nil
		}
	}
	return turn
}

// newResults returns the IDs of the calls whose results came since the last answer.
func newResults(turns []chat.Turn) (ids []string) {
	for i := len(turns) - 1; i >= 0 && turns[i].Role != chat.Agent; i-- {
		if result := turns[i].Result; result != nil && result.CallID != "" {
			ids = append(ids, result.CallID)
		}
	}
	return ids
}

// noteCalls remembers the calls among the events of an answer, so that what brings
// their results is known as a round of its task.
func (a *API) noteCalls(st *requestState, events iter.Seq2[chat.Event, error]) iter.Seq2[chat.Event, error] {
	if st.task == nil {
		return events
	}
	return func(yield func(chat.Event, error) bool) {
		for event, err := range events {
			if err == nil && event.Kind == chat.Called {
				a.tasks.AddCall(st.task, event.Call.ID)
			}
			if !yield(event, err) {
				return
			}
		}
	}
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
	if t.round != nil && !t.spent {
		t.tasks.ReturnRound(t.round)
		t.Return()
		return
	}
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
	limits := st.settings.Limits.queue()
	if t.round != nil {
		limits.Gap = min(limits.Gap, roundGap)
	}
	depth := a.count.QueueDepth.WithLabelValues(st.model)
	waited, err := a.queue.Enter(ctx, st.model, limits, func(n int) { depth.Add(float64(n)) })
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
