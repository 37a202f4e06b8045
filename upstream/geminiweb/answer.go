package geminiweb

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/text"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// answerReader reads the answer of one attempt.
type answerReader struct {
	t      *streamCall
	src    io.Reader
	frames *frame.Reader
	answer *text.Decoder
	watch  *watchdog

	rows, lost int // frames' rows that were read, frames that were not JSON
	refused    *wire.Refusal
	token      string // a page token that came with the refusal
	media      []wire.MediaLink
	sources    []wire.Source
	job        bool // a video or music is being made
	texted     bool // text of the answer was sent
	newlines   int  // at the end of that text
	thought    bool // thoughts were sent
	unknown    wire.Unknown
	ended      bool // the body's last frame was read
}

func newAnswerReader(t *streamCall, src io.Reader, watch *watchdog) *answerReader {
	mode := text.Incremental
	if t.atEnd {
		mode = text.AtEnd
	}
	answer := text.NewDecoder(mode)
	answer.KeepBlocks(t.verbatim)
	return &answerReader{t: t, src: src, frames: frame.NewReader(src), answer: answer, watch: watch}
}

func (r *answerReader) release() {
	r.frames.Release()
	r.answer.Release()
}

// readAll reads to the end of the answer. The watchdog is already waiting for
// the first frame. It cancels ctx; the work after the answer depends on parent
// alone.
func (r *answerReader) readAll(ctx, parent context.Context) error {
	for {
		piece, err := r.frames.ReadFrame()
		r.watch.suspend()
		if err != nil {
			return r.finishAnswer(ctx, parent, err)
		}
		switch delta, ok := r.answer.DecodeFrame(piece); {
		case ok:
			if err := r.emitDelta(delta); err != nil {
				return err
			}
		case !r.frames.CutAgain():
			r.lost++
			r.t.c.cfg.Drifted("json")
		}
		if r.ended {
			return r.finishAnswer(ctx, parent, io.EOF)
		}
		if r.answer.Done() || r.refused != nil {
			r.watch.expectWithin(endPatience)
		} else {
			r.watch.expectWithin(r.t.c.cfg.IdleTimeout)
		}
	}
}

// emitDelta sends the new parts of a frame.
func (r *answerReader) emitDelta(d text.Delta) error {
	if d.Frame != nil {
		if err := r.applyFacts(d.Frame); err != nil {
			return err
		}
	}
	if len(d.Thoughts) > 0 {
		r.thought = true
		if err := r.t.sendEvent(chat.Event{Kind: chat.Thought, Text: string(d.Thoughts)}); err != nil {
			return err
		}
	}
	for rest := d.Text; len(rest) > 0; {
		piece, block := r.answer.CutBlock(rest)
		rest = rest[len(piece):]
		r.texted = true
		r.countNewlines(piece)
		if err := r.t.sendEvent(chat.Event{Kind: chat.Text, Text: string(piece), Block: block, Altered: r.answer.Altered()}); err != nil {
			return err
		}
	}
	return nil
}

// applyFacts records everything in a frame but its text.
func (r *answerReader) applyFacts(f *wire.Frame) error {
	t := r.t
	r.rows += f.Rows
	r.ended = r.ended || f.Ended
	r.unknown.Merge(f.Unknown)
	if f.Refused != nil && r.refused == nil {
		r.refused, r.token = f.Refused, f.Token
	}
	if len(f.Media) > 0 {
		r.media = slices.Clone(f.Media)
	}
	if len(f.Sources) > 0 {
		r.sources = slices.Clone(f.Sources)
	}
	r.job = r.job || f.Job
	cloneInto(&t.ids.CID, f.IDs.CID)
	cloneInto(&t.ids.RID, f.IDs.RID)
	cloneInto(&t.ids.RCID, f.IDs.RCID)
	before := t.served
	cloneInto(&t.served.ID, f.Served.ID)
	cloneInto(&t.served.Name, f.Served.Name)
	if t.served != before {
		if err := t.judgeServed(); err != nil {
			return err
		}
	}
	if t.begun && !t.servedSent && t.served.ID != "" {
		return t.sendServed()
	}
	return nil
}

// cloneInto sets dst to a copy of s, which belongs to a frame, unless s is empty
// or the same.
func cloneInto(dst *string, s string) {
	if s != "" && s != *dst {
		*dst = strings.Clone(s)
	}
}

// finishAnswer judges how the answer ended, and sends the rest of it.
func (r *answerReader) finishAnswer(ctx, parent context.Context, cause error) error {
	r.noticeAnswer()
	if !r.answer.Done() {
		if err := r.recoverAnswer(ctx, parent, cause); err != nil {
			return err
		}
	}
	if err := r.emitDelta(r.answer.Flush()); err != nil {
		return err
	}
	r.noticeThinking()
	for _, name := range r.answer.Unknown() {
		r.t.c.notice(SignComponent, name)
	}
	if err := r.deliverMedia(parent); err != nil {
		return err
	}
	if err := r.deliverWebPictures(parent); err != nil {
		return err
	}
	if !r.t.begun {
		return r.noTextError()
	}
	if err := r.sendMissing(); err != nil {
		return err
	}
	if err := r.deliverSources(); err != nil {
		return err
	}
	if err := r.t.sendEvent(chat.Event{Kind: chat.Finish, Reason: chat.Stop}); err != nil {
		return err
	}
	r.t.session.doubt.clear()
	if errors.Is(cause, io.EOF) && r.ended { // an unread end of the body costs its connection
		r.watch.expectWithin(time.Second)
		drainReader(r.src)
	}
	return nil
}

// recoverAnswer reads the rest of an answer that ended without the mark of a
// complete one from the account's history, if it may be there. Else it returns
// the reason of the end.
func (r *answerReader) recoverAnswer(ctx, parent context.Context, cause error) error {
	r.watch.suspend()
	if r.canRecall(parent, cause) {
		switch found, err := r.recallAnswer(parent); {
		case err != nil:
			return err
		case found && r.answer.Done():
			return nil
		}
	}
	return r.diagnoseEnd(ctx, cause)
}

// interruptedError completes the error for an answer that broke off: a temporary chat
// does not keep it, so that asking again is all that helps. It does not if a video or
// music is being made, of which an account may have a few a day.
func (r *answerReader) interruptedError(e *Error) error {
	if r.t.visit != nil {
		r.t.visit.cut = true
	}
	switch {
	case !r.t.q.temporary:
		return e
	case r.job:
		e.public.Message = "Google went on with a video or music that a temporary chat does not keep; set chat_mode to delete_after and ask again"
		return e
	}
	return e.withRetry(retryLater)
}

// noTextError is the error for a complete answer of which nothing is left for the
// client. One with the chip of a document was answered: asking again would cost a
// question and bring the same.
func (r *answerReader) noTextError() error {
	if r.answer.Places().Documents > 0 {
		r.t.c.notice(SignCanvas, "no document")
		return newError(chat.Upstream, cookie.Drift, "Google answered with a document that did not come with the answer; ask for the text in the chat").
			withDetail("the chip of a document and no document")
	}
	return emptyAnswerError()
}

func emptyAnswerError() error {
	return newError(chat.Upstream, cookie.Transient, "Google's answer was empty; try again").withDetail("empty answer").withRetry(retryLater)
}

// Codes of refusals. The first two are of a question and of a file that came without
// the browser's attestation.
const (
	codeUnattested = 1096
	codeFile       = 1100
	codeUsedUp     = 1037 // the limit of a model
)

// refusedError is the error for a refusal of the question. A refused file that
// holds the conversation itself means that the conversation is too long.
func (t *streamCall) refusedError(r *wire.Refusal) error {
	if r.Code == codeFile && t.overflowed {
		return tooLongError().withDetail("code %d for the conversation's file", r.Code)
	}
	err := refusalError(r, t.q.target.public)
	if e := asError(err); r.Code == codeUsedUp && e.public.RetryAfter == 0 {
		_ = e.withRetryAfter(t.c.quotaWait(t.set, t.q.target.class))
	}
	return err
}

// diagnoseEnd returns the reason why an answer ended without the mark of a
// complete one.
func (r *answerReader) diagnoseEnd(ctx context.Context, cause error) error {
	switch {
	case r.refused != nil:
		return r.t.refusedError(r.refused)
	case errors.Is(cause, frame.ErrTooLong):
		r.t.c.cfg.Drifted("frame")
		return newError(chat.Upstream, cookie.Drift, msgStrange).withCause(cause)
	case context.Cause(ctx) != nil:
		return callError(ctx, cause)
	case !errors.Is(cause, io.EOF) && !errors.Is(cause, io.ErrUnexpectedEOF):
		return r.interruptedError(asError(callError(ctx, cause)))
	case r.rows == 0 && r.lost > 0:
		return newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("an answer without a readable frame")
	case r.rows == 0:
		return emptyAnswerError()
	}
	return r.interruptedError(newError(chat.Upstream, cookie.Transient, "Google's answer was interrupted; try again").
		withDetail("answer without the mark of a complete one"))
}
