package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/dialect"
	"github.com/geminid/geminid/supervisor"
)

// handle is the one handler of every dialect and operation.
func (a *API) handle(x *exchange, r *http.Request, param func(string) string) {
	if err := a.authorize(x, r, RoleAPI); err != nil {
		x.fail(err)
		return
	}
	if err := a.gate.enter(x.live.Limits.maxInFlight()); err != nil {
		x.fail(err)
		return
	}
	defer a.gate.leave()
	flying := a.count.InFlight.WithLabelValues(x.dialect.Name)
	flying.Inc()
	defer flying.Dec()

	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(a.gate.cut, func() { cancel(errShutdown) })()
	err := a.answer(x, r.WithContext(ctx), question{param: param, cancel: cancel})
	if err == nil {
		return
	}
	fault := explain(ctx, err)
	x.evidence = cookie.FindingOf(err).Evidence // fault is but the part for the client
	if fault.Kind == chat.Canceled || x.inStream {
		x.failure = fault
		// Without this net/http would end the answer as if it were whole.
		panic(http.ErrAbortHandler)
	}
	x.fail(fault)
}

// question is what answer needs besides the request.
type question struct {
	param  func(string) string
	cancel context.CancelCauseFunc
}

// answer decodes the request and answers it. An error has not been told to the
// client yet, unless x.inStream says so.
func (a *API) answer(x *exchange, r *http.Request, q question) error {
	if err := x.bound(r, x.live.Limits.maxBody()); err != nil {
		return err
	}
	call, err := x.dialect.Decode(r, q.param)
	if err != nil {
		return err
	}
	x.op = call.Op
	call.Link = a.linker(x, r)
	if r.ContentLength > 0 {
		a.count.RequestSize.WithLabelValues(x.dialect.Name).Observe(float64(r.ContentLength))
	}
	lease, refusal := a.supervisor.Lease()
	models := a.provider.Models(lease.Set)
	if call.Op == dialect.Models && call.Model == "" {
		x.writeJSON(http.StatusOK, x.dialect.List(call, models))
		return nil
	}
	known := slices.IndexFunc(models, func(m chat.Model) bool {
		return m.ID == call.Model || call.Model == "" && m.Image
	})
	if known < 0 {
		return unknownModel(call)
	}
	call.Model = models[known].ID
	if call.Pictures != nil && !models[known].Image {
		return noPainter(call, models)
	}
	x.model = call.Model
	switch call.Op {
	case dialect.Models:
		x.writeJSON(http.StatusOK, x.dialect.One(call, models[known]))
	case dialect.CountTokens:
		x.writeJSON(http.StatusOK, x.dialect.Count(call))
	default:
		x.counted, x.asked = true, chat.Tokens(call.Chat)
		if refusal != nil {
			return refusal // at once: no wait and no turn for what can not be answered
		}
		return a.converse(r.Context(), x, call, q.cancel)
	}
	return nil
}

func unknownModel(call *dialect.Call) *chat.Error {
	return &chat.Error{
		Kind: chat.UnknownModel, Param: "model",
		Message: "the model " + strconv.Quote(call.Model) + " is not served here; the model list names those that are",
	}
}

// noPainter is the error of a model that is asked for pictures and makes none.
func noPainter(call *dialect.Call, models []chat.Model) *chat.Error {
	var painters []string
	for _, m := range models {
		if m.Image {
			painters = append(painters, m.ID)
		}
	}
	return &chat.Error{
		Kind: chat.BadRequest, Param: "model",
		Message: "the model " + strconv.Quote(call.Model) + " makes no pictures; those that do: " + strings.Join(painters, ", "),
	}
}

// converse answers a question: whole, or as it is made.
func (a *API) converse(ctx context.Context, x *exchange, call *dialect.Call, cancel context.CancelCauseFunc) error {
	call.Chat.Model = call.Model
	if ignored := call.Chat.Ignored; len(ignored) > 0 {
		x.Header().Set("X-Geminid-Ignored", strings.Join(ignored, ", "))
	}
	if call.Pictures != nil {
		return a.pictures(ctx, x, call)
	}
	turn, err := a.hour(x)
	if err != nil {
		return err
	}
	if err := a.gather(ctx, x, call.Chat); err != nil {
		return err
	}
	if call.Op != dialect.Stream {
		if err := a.await(ctx, x, turn); err != nil {
			return err
		}
		return a.whole(ctx, x, call)
	}
	x.streaming = true
	s := openStream(x, call, cancel)
	defer s.close() // also when a provider panics: nothing may write afterwards
	err = a.await(ctx, x, turn)
	if err == nil {
		a.count.Streams.WithLabelValues(x.dialect.Name).Inc()
		err = a.streamed(ctx, x, call, s)
	}
	s.close()
	if err != nil && s.committed {
		x.inStream = true
		s.fail(explain(ctx, err))
	}
	return err
}

// whole gathers the answer and sends it in one piece.
func (a *API) whole(ctx context.Context, x *exchange, call *dialect.Call) error {
	answer, err := a.collect(ctx, x, call.Chat)
	if err != nil {
		return err
	}
	x.tally(answer)
	setServed(x.Header(), answer.Served)
	x.writeJSON(http.StatusOK, x.dialect.Answer(call, answer))
	return nil
}

// collect asks and gathers the answer.
func (a *API) collect(ctx context.Context, x *exchange, question *chat.Request) (answer chat.Answer, err error) {
	err = a.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		x.account = lease.Account
		var err error
		if answer, err = chat.Collect(a.provider.Stream(ctx, lease.Set, question)); err == nil && answer.Reason == "" {
			err = unfinished()
		}
		return false, err
	})
	return answer, err
}

// streamed sends the answer as it is made.
func (a *API) streamed(ctx context.Context, x *exchange, call *dialect.Call, s *stream) error {
	return a.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		x.account = lease.Account
		err := s.copy(a.provider.Stream(ctx, lease.Set, call.Chat))
		// A ping is no part of the answer: another account may still give it.
		return s.answered, err
	})
}

// hour takes one of the client's turns of this hour and says in the headers what
// is left of them.
func (a *API) hour(x *exchange) (allowance, error) {
	limit := x.live.Limits.PerHour
	if limit <= 0 || x.door == backDoor {
		return allowance{}, nil
	}
	turn := a.hourly.take(network(x.client), limit)
	header := x.Header()
	header.Set("X-Ratelimit-Limit-Requests", strconv.Itoa(limit))
	header.Set("X-Ratelimit-Remaining-Requests", strconv.Itoa(turn.remaining))
	header.Set("X-Ratelimit-Reset-Requests", seconds(turn.reset))
	if turn.ok {
		return turn, nil
	}
	a.count.RateLimited.WithLabelValues("limiter_ip").Inc()
	return turn, &chat.Error{
		Kind: chat.RateLimited, RetryAfter: turn.reset,
		Message: "this address has asked " + strconv.Itoa(limit) + " times within the hour; the next turn comes in " + seconds(turn.reset),
	}
}

// seconds is a duration in whole seconds, rounded up, such as "17s".
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10) + "s"
}

// await waits for the model's turn. A question that does not get one costs the
// client nothing.
func (a *API) await(ctx context.Context, x *exchange, turn allowance) error {
	if x.live.Limits.ModelGap <= 0 {
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(a.gate.closing, func() { stop(errShutdown) })()
	depth := a.count.QueueDepth.WithLabelValues(x.model)
	waited, err := a.queue.enter(ctx, x.model, x.live.Limits, func(n int) { depth.Add(float64(n)) })
	switch busy := (*full)(nil); {
	case err == nil:
		a.count.QueueWait.WithLabelValues(x.model).Observe(waited.Seconds())
	case errors.As(err, &busy):
		a.count.RateLimited.WithLabelValues("queue_full").Inc()
	}
	if waited > 0 {
		a.count.RateLimited.WithLabelValues("limiter_model").Inc()
	}
	if err != nil && turn.ok {
		a.hourly.giveBack(network(x.client), turn.at)
	}
	return err
}

// setServed says which model answered when the upstream told.
func setServed(header http.Header, served chat.Served) {
	name := dialect.Served(served)
	printable := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, name)
	if printable != "" {
		header.Set("X-Geminid-Served-Model", printable[:min(len(printable), 128)])
	}
}
