package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/background"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/gateway/stored"
	"github.com/geminid/geminid/gateway/toolcall"
	"github.com/geminid/geminid/internal/contain"
	"github.com/geminid/geminid/supervisor"
)

// errStopped is the cause of an answer in the background that its client has stopped.
var errStopped = errors.New("the client stopped the answer")

// transcriptSuffix, behind the ID of an answer, is the ID of the record with the events
// of its stream.
const transcriptSuffix = "_events"

// backgroundWork is an answer that is made whether its client stays or not.
type backgroundWork struct {
	api      *API
	st       *requestState // of its own: the request ends before it
	call     *dialect.Call
	question *toolcall.Question
	turn     *hourlyToken
	job      *background.Job
}

// answerInBackground begins an answer that is made whether the client stays or not, and
// answers with how it stands, or with its stream as it comes.
func (a *API) answerInBackground(ctx context.Context, w http.ResponseWriter, st *requestState, call *dialect.Call, question *toolcall.Question) error {
	if err := a.checkFiles(st, call.Chat); err != nil {
		return err
	}
	turn, err := a.takeTurn(w.Header(), st, call.Chat)
	if err != nil {
		return err
	}
	work := &backgroundWork{api: a, st: st.detach(), call: call, question: question, turn: turn}
	begun, err := work.begin(ctx)
	if err != nil {
		turn.refundUnspent(w.Header())
		return err
	}
	st.counted = false // the work counts
	if call.Op == dialect.Stream {
		return a.followJob(ctx, w, work.job, nil)
	}
	writeBody(w, http.StatusOK, begun)
	return nil
}

// detach returns the state of work that goes on when the request has ended.
func (st *requestState) detach() *requestState {
	return &requestState{
		settings: st.settings, trusted: st.trusted, dialect: st.dialect, client: st.client, role: st.role, key: st.key,
		memory: st.memory, count: st.count, task: st.task,
		record: record{id: st.id, method: st.method, op: st.op, started: time.Now(), model: st.model, counted: st.counted, asked: st.asked},
	}
}

// begin stores that the answer has begun and starts the work. The gate counts it, so that
// the end of the server waits for it, or cuts it.
func (k *backgroundWork) begin(ctx context.Context) (begun dialect.Body, err error) {
	a := k.api
	if err := a.gate.Enter(k.st.settings.Limits.maxInFlight()); err != nil {
		return begun, err
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	k.job, err = a.jobs.Begin(string(ownerOf(k.st)), k.call.ID, func() { cancel(errStopped) })
	if err == nil {
		if begun, err = k.call.Begin(); err != nil {
			k.job.End()
		}
	}
	if err != nil {
		cancel(nil)
		a.gate.Leave()
		return begun, err
	}
	go k.run(ctx, cancel)
	return begun, nil
}

// run makes the answer and stores it.
func (k *backgroundWork) run(ctx context.Context, cancel context.CancelCauseFunc) {
	a := k.api
	defer a.gate.Leave()
	defer k.job.End()
	defer k.st.releaseAll()
	defer cancel(nil)
	defer context.AfterFunc(a.gate.Cut(), func() { cancel(limit.ErrGateClosed) })()
	inFlight := a.count.InFlight.WithLabelValues(k.st.dialect.Name)
	inFlight.Inc()
	defer inFlight.Dec()
	encoder := k.st.dialect.NewEncoder(k.call, k.job)
	err := contain.Call(func() error { return k.answer(ctx, encoder) })
	status := http.StatusOK
	if err != nil {
		k.st.failure, k.st.evidence = backgroundError(ctx, err), cookie.FindingOf(err).Evidence
		status = dialect.StatusCode(k.st.failure.Kind)
		_ = contain.Call(func() error { return encoder.WriteError(k.st.failure) })
	}
	k.turn.refundUnspent(make(http.Header))
	if k.call.Op == dialect.Stream {
		_ = k.call.Records.SaveRecord(k.call.ID+transcriptSuffix, k.job.Transcript()) // what fails is logged
	}
	a.recordEnd(k.st, status)
}

// answer asks the question and writes the answer.
func (k *backgroundWork) answer(ctx context.Context, encoder dialect.Encoder) error {
	if err := k.api.prepareQuestion(ctx, k.st, k.turn, k.call.Chat); err != nil {
		return err
	}
	return k.api.supervisor.Do(ctx, func(ctx context.Context, lease supervisor.Lease) (bool, error) {
		k.st.account = lease.Account
		finished, said := false, false
		for event, err := range k.api.noteCalls(k.st, k.st.reserveWhole(k.api.ask(ctx, lease, k.question))) {
			if err != nil {
				return said, err
			}
			if finished {
				continue
			}
			if err := encoder.WriteEvent(event); err != nil {
				return said, &chat.Error{Kind: chat.Upstream, Message: "the answer is longer than what is kept of one; ask for less", Err: err}
			}
			k.st.noteEvent(event)
			said = said || event.Kind != chat.Meta
			finished = event.Kind == chat.Finish
		}
		if !finished {
			return said, unfinishedError()
		}
		return said, nil
	})
}

// backgroundError returns the error of work that failed. ctx is its own.
func backgroundError(ctx context.Context, err error) *chat.Error {
	if errors.Is(context.Cause(ctx), errStopped) {
		return &chat.Error{Kind: chat.Canceled, Message: errStopped.Error(), Err: errStopped}
	}
	return clientErrorOf(ctx, err)
}

// ownerOf returns the owner of what the client has stored.
func ownerOf(st *requestState) stored.Owner { return stored.OwnerOf(st.key[:]) }

// followAnswer sends the stream of an answer in the background: what there is of it, and
// what is still to come.
func (a *API) followAnswer(ctx context.Context, w http.ResponseWriter, st *requestState, call *dialect.Call) error {
	if job := a.jobs.Find(string(ownerOf(st)), call.Follow); job != nil {
		return a.followJob(ctx, w, job, call.Skip)
	}
	events, err := call.Records.LoadRecord(call.Follow + transcriptSuffix)
	if err != nil {
		return dialect.RecordError(err, chat.NewError(chat.BadRequest, "the stream of this response is not stored; only responses that were asked for with background and stream have one"))
	}
	sendStreamHead(w)
	_, _ = w.Write(skipEvents(events, call.Skip)) // an error means that the reader is gone
	return nil
}

func sendStreamHead(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", dialect.EventStream)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would gather the stream
	w.WriteHeader(http.StatusOK)
}

// followJob sends the stream of a job until it ends or the client leaves. The job goes on
// in any case.
func (a *API) followJob(ctx context.Context, w http.ResponseWriter, job *background.Job, skip func([]byte) bool) error {
	control := http.NewResponseController(w)
	sendStreamHead(w)
	for sent := 0; ; {
		quiet, stop := context.WithTimeout(ctx, beatEvery)
		events, err := job.Read(quiet, sent)
		stop()
		sent += len(events)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case ctx.Err() != nil:
			panic(http.ErrAbortHandler)
		case err != nil:
			events = []byte(": ping\n\n")
		default:
			events = skipEvents(events, skip)
		}
		_, err = w.Write(events)
		if err = errors.Join(err, control.Flush()); err != nil {
			panic(http.ErrAbortHandler) // the reader is gone
		}
	}
}

// skipEvents returns events without the first of them, as skip decides; nil skips none.
func skipEvents(events []byte, skip func([]byte) bool) []byte {
	for skip != nil && len(events) > 0 {
		end := indexOfEnd(events)
		if !skip(events[:end]) {
			break
		}
		events = events[end:]
	}
	return events
}

// indexOfEnd returns the length of the first event.
func indexOfEnd(events []byte) int {
	if end := bytes.Index(events, []byte("\n\n")); end >= 0 {
		return end + 2
	}
	return len(events)
}
