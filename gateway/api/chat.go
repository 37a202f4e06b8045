package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/supervisor"
)

// serveDialect is the one handler of every dialect and operation.
func (a *API) serveDialect(x *exchange, r *http.Request, param func(string) string) {
	if err := a.authorize(x, r, auth.RoleAPI); err != nil {
		x.fail(err)
		return
	}
	a.identify(x)
	if err := a.gate.Enter(x.live.Limits.maxInFlight()); err != nil {
		x.fail(clientErrorOf(r.Context(), err))
		return
	}
	defer a.gate.Leave()
	flying := a.count.InFlight.WithLabelValues(x.dialect.Name)
	flying.Inc()
	defer flying.Dec()

	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(a.gate.Cut(), func() { cancel(limit.ErrGateClosed) })()
	err := a.answerCall(x, r.WithContext(ctx), question{param: param, cancel: cancel})
	if err == nil {
		return
	}
	fault := clientErrorOf(ctx, err)
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

// answerCall decodes the request and answers it. An error has not been told to the
// client yet, unless x.inStream says so.
func (a *API) answerCall(x *exchange, r *http.Request, q question) error {
	if err := x.bound(r, x.live.Limits.maxBody()); err != nil {
		return err
	}
	call, err := x.dialect.Decode(r, q.param)
	if err != nil {
		return err
	}
	x.op = call.Op
	call.FileURL = a.newLinker(x, r)
	if r.ContentLength > 0 {
		a.count.RequestSize.WithLabelValues(x.dialect.Name).Observe(float64(r.ContentLength))
	}
	lease, refusal := a.supervisor.Lease()
	models := a.provider.Models(lease.Set)
	if call.Op == dialect.Models && call.Model == "" {
		x.writeBody(http.StatusOK, x.dialect.EncodeModels(call, models))
		return nil
	}
	known := slices.IndexFunc(models, func(m chat.Model) bool {
		return m.ID == call.Model || call.Model == "" && m.Image
	})
	if known < 0 {
		return unknownModelError(call)
	}
	call.Model = models[known].ID
	if call.Pictures != nil && !models[known].Image {
		return noPicturesError(call, models)
	}
	x.model = call.Model
	switch call.Op {
	case dialect.Models:
		x.writeBody(http.StatusOK, x.dialect.EncodeModel(call, models[known]))
	case dialect.CountTokens:
		x.writeBody(http.StatusOK, x.dialect.EncodeTokens(call))
	default:
		x.counted, x.asked = true, chat.EstimateTokens(call.Chat)
		if refusal != nil {
			return refusal // at once: no wait and no turn for what can not be answered
		}
		return a.answerChat(r.Context(), x, call, q.cancel)
	}
	return nil
}

func unknownModelError(call *dialect.Call) *chat.Error {
	return &chat.Error{
		Kind: chat.UnknownModel, Param: "model",
		Message: "the model " + strconv.Quote(call.Model) + " is not served here; the model list names those that are",
	}
}

// noPicturesError is the error of a model that is asked for pictures and makes none.
func noPicturesError(call *dialect.Call, models []chat.Model) *chat.Error {
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

// answerChat answers a question: whole, or as it is made.
func (a *API) answerChat(ctx context.Context, x *exchange, call *dialect.Call, cancel context.CancelCauseFunc) error {
	call.Chat.Model = call.Model
	if ignored := call.Chat.Ignored; len(ignored) > 0 {
		x.Header().Set("X-Geminid-Ignored", strings.Join(ignored, ", "))
	}
	if call.Pictures != nil {
		return a.answerPictures(ctx, x, call)
	}
	turn, err := a.takeHourlyToken(x)
	if err != nil {
		return err
	}
	defer a.refundToken(x, turn)
	if err := a.checkFiles(x, call.Chat); err != nil {
		return err
	}
	if call.Op != dialect.Stream {
		if err := a.prepareQuestion(ctx, x, turn, call.Chat); err != nil {
			return err
		}
		return a.sendWhole(ctx, x, call)
	}
	x.streaming = true
	s := openStream(x, call, cancel)
	defer s.stopHeartbeat() // also when a provider panics: nothing may write afterwards
	err = a.prepareQuestion(ctx, x, turn, call.Chat)
	if err == nil {
		a.count.Streams.WithLabelValues(x.dialect.Name).Inc()
		err = a.sendStream(ctx, x, call, s)
	}
	s.stopHeartbeat()
	if err != nil && s.committed {
		x.inStream = true
		s.writeFailure(clientErrorOf(ctx, err))
	}
	return err
}

// sendWhole gathers the answer and sends it in one piece.
func (a *API) sendWhole(ctx context.Context, x *exchange, call *dialect.Call) error {
	answer, err := a.collectAnswer(ctx, x, call.Chat)
	if err != nil {
		return err
	}
	x.tally(answer)
	setServedHeader(x.Header(), answer.Served)
	x.writeBody(http.StatusOK, x.dialect.EncodeAnswer(call, answer))
	return nil
}

// collectAnswer asks and gathers the answer.
func (a *API) collectAnswer(ctx context.Context, x *exchange, question *chat.Request) (answer chat.Answer, err error) {
	err = a.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		x.account = lease.Account
		var err error
		if answer, err = chat.CollectAnswer(x.held(a.provider.Stream(ctx, lease.Set, question))); err == nil && answer.Reason == "" {
			err = unfinishedError()
		}
		return false, err
	})
	return answer, err
}

// sendStream sends the answer as it is made.
func (a *API) sendStream(ctx context.Context, x *exchange, call *dialect.Call, s *stream) error {
	return a.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		x.account = lease.Account
		err := s.writeEvents(x.passed(a.provider.Stream(ctx, lease.Set, call.Chat)))
		// A ping is no part of the answer: another account may still give it.
		return s.answered, err
	})
}

// setServedHeader says which model answered when the upstream told.
func setServedHeader(header http.Header, served chat.Served) {
	name := dialect.ServedName(served)
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
