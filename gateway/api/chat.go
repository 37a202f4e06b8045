package api

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/gateway/toolcall"
	"github.com/geminid/geminid/supervisor"
)

// limitInFlight is the middleware that lets a question in if there are not too many
// in flight.
func (a *API) limitInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := stateOf(r)
		if err := a.gate.Enter(st.settings.Limits.maxInFlight()); err != nil {
			a.writeError(w, r, clientErrorOf(r.Context(), err))
			return
		}
		defer a.gate.Leave()
		inFlight := a.count.InFlight.WithLabelValues(st.dialect.Name)
		inFlight.Inc()
		defer inFlight.Dec()
		next.ServeHTTP(w, r)
	})
}

// cutDelay is the time between the error event of a stream and the cut of its
// connection. Some clients drop data that they have not read yet when a connection is
// cut, and would show its end in place of the error.
const cutDelay = 50 * time.Millisecond

// serveDialect is the one handler of every dialect and operation.
func (a *API) serveDialect(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	defer context.AfterFunc(a.gate.Cut(), func() { cancel(limit.ErrGateClosed) })()
	err := a.answerCall(ctx, w, r, cancel)
	if err == nil {
		return
	}
	st := stateOf(r)
	failure := st.failure
	if !st.inStream {
		failure = clientErrorOf(ctx, err)
	}
	st.evidence = cookie.FindingOf(err).Evidence // failure is only the part for the client
	if failure.Kind == chat.Canceled || st.inStream {
		st.failure = failure
		if failure.Kind != chat.Canceled {
			if st.dialect.BrokenEnd == dialect.EndWhole {
				return
			}
			time.Sleep(cutDelay)
		}
		// Without this net/http would end the answer as if it were whole.
		panic(http.ErrAbortHandler)
	}
	a.writeError(w, r, failure)
}

// answerCall decodes the request and answers it. cancel ends the upstream call. An
// error has not been sent to the client yet, unless the state says inStream.
func (a *API) answerCall(ctx context.Context, w http.ResponseWriter, r *http.Request, cancel context.CancelCauseFunc) error {
	st := stateOf(r)
	if err := boundBody(w, r, st.settings.Limits.maxBody()); err != nil {
		return err
	}
	call, err := a.decodeCall(r, st)
	if err != nil {
		return err
	}
	if call.Follow != "" {
		return a.followAnswer(ctx, w, st, call)
	}
	if call.Op == dialect.Stored {
		writeBody(w, http.StatusOK, call.Reply)
		return nil
	}
	if call.Chat != nil && len(call.Chat.Ignored) > 0 {
		w.Header().Set("X-Geminid-Ignored", strings.Join(call.Chat.Ignored, ", "))
	}
	call.FileURL = a.newLinker(r)
	if r.ContentLength > 0 {
		a.count.RequestSize.WithLabelValues(st.dialect.Name).Observe(float64(r.ContentLength))
	}
	lease, refusal := a.supervisor.Lease()
	models := a.provider.Models(lease.Set)
	if call.Op == dialect.Models && call.Model == "" {
		writeBody(w, http.StatusOK, st.dialect.EncodeModels(call, a.aliases.listModels(models)))
		return nil
	}
	model, err := a.findModel(call, models)
	if err != nil {
		return err
	}
	st.model = model.ID
	switch call.Op {
	case dialect.Models:
		if model.ID != call.Model {
			model = nameModel(call.Model, model)
		}
		writeBody(w, http.StatusOK, st.dialect.EncodeModel(call, model))
	case dialect.CountTokens:
		writeBody(w, http.StatusOK, st.dialect.EncodeTokens(call))
	default:
		st.counted, st.asked = true, chat.EstimateTokens(call.Chat)
		if refusal != nil {
			return refusal // at once: a question that cannot be answered neither waits nor counts
		}
		setQuotaHeaders(w.Header(), lease.Quotas)
		return a.answerChat(ctx, w, st, call, cancel)
	}
	return nil
}

// decodeCall decodes a request and completes it by what the client has stored.
func (a *API) decodeCall(r *http.Request, st *requestState) (*dialect.Call, error) {
	call, err := st.dialect.Decode(r, r.PathValue)
	if err != nil {
		return nil, err
	}
	st.op, call.RequestID, call.Records = call.Op, st.id, a.recordsOf(st)
	if call.Recall != nil {
		err, call.Recall = call.Recall(), nil // it holds the body
	}
	return call, err
}

// answerChat answers a question: whole, or as it is made.
func (a *API) answerChat(ctx context.Context, w http.ResponseWriter, st *requestState, call *dialect.Call, cancel context.CancelCauseFunc) error {
	call.Chat.Model = st.model
	if call.Pictures != nil {
		return a.answerPictures(ctx, w, st, call)
	}
	question, err := a.tools.Prepare(call.Chat)
	if err != nil {
		return err
	}
	if call.Begin != nil {
		return a.answerInBackground(ctx, w, st, call, question)
	}
	turn, err := a.takeTurn(w.Header(), st, call.Chat)
	if err != nil {
		return err
	}
	defer turn.refundUnspent(w.Header())
	if err := a.checkFiles(st, call.Chat); err != nil {
		return err
	}
	if call.Op != dialect.Stream {
		if err := a.prepareQuestion(ctx, st, turn, call.Chat); err != nil {
			return err
		}
		return a.sendWhole(ctx, w, st, call, question)
	}
	st.streaming = true
	s := openStream(w, st, call, cancel)
	defer s.stopHeartbeat() // also if a provider panics: nothing may write afterwards
	err = a.prepareQuestion(ctx, st, turn, call.Chat)
	if err == nil {
		a.count.Streams.WithLabelValues(st.dialect.Name).Inc()
		err = a.sendStream(ctx, st, question, s)
	}
	s.stopHeartbeat()
	if err != nil && s.out.committed {
		// Once it is written the client may leave, which is no cause of it.
		st.inStream, st.failure = true, clientErrorOf(ctx, err)
		s.writeFailure(st.failure)
	}
	return err
}

// sendWhole gathers the answer and sends it in one piece.
func (a *API) sendWhole(ctx context.Context, w http.ResponseWriter, st *requestState, call *dialect.Call, question *toolcall.Question) error {
	answer, err := a.collectAnswer(ctx, st, question)
	if err != nil {
		return err
	}
	st.noteAnswer(answer)
	setServedHeader(w.Header(), answer.Served)
	writeBody(w, http.StatusOK, st.dialect.EncodeAnswer(call, answer))
	return nil
}

// collectAnswer asks the question and gathers the answer.
func (a *API) collectAnswer(ctx context.Context, st *requestState, question *toolcall.Question) (answer chat.Answer, err error) {
	err = a.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		st.account = lease.Account
		var err error
		if answer, err = chat.CollectAnswer(st.reserveWhole(a.noteCalls(st, a.ask(ctx, lease, question)))); err == nil && answer.Reason == "" {
			err = unfinishedError()
		}
		return false, err
	})
	return answer, err
}

// ask asks the provider with the session that is lent.
func (a *API) ask(ctx context.Context, lease supervisor.Lease, question *toolcall.Question) iter.Seq2[chat.Event, error] {
	return question.Answer(ctx, func(ctx context.Context, req *chat.Request) iter.Seq2[chat.Event, error] {
		return a.provider.Stream(ctx, lease.Set, req)
	})
}

// sendStream sends the answer as it is made.
func (a *API) sendStream(ctx context.Context, st *requestState, question *toolcall.Question, s *stream) error {
	return a.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		st.account = lease.Account
		err := s.writeEvents(st.reserveFiles(a.noteCalls(st, a.ask(ctx, lease, question))))
		// A ping is not a part of the answer: another account may still give it.
		return s.answered, err
	})
}

// setServedHeader names the model that answered, if the upstream named it.
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
