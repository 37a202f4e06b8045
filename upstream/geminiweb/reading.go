package geminiweb

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// answerReader is one answer being read.
type answerReader struct {
	t      *streamCall
	src    io.Reader
	frames *frameReader
	answer *decoder
	watch  *watchdog

	rows, lost int
	refused    *refusal
	token      string
	media      []mediaLink
	saved, job bool
	texted     bool // words of the answer went out
	ended      bool
}

func newAnswerReader(t *streamCall, src io.Reader, watch *watchdog) *answerReader {
	return &answerReader{t: t, src: src, frames: newFrameReader(src), answer: newDecoder(t.atEnd), watch: watch}
}

func (r *answerReader) release() {
	r.frames.release()
	r.answer.release()
}

// readAll reads to the end. The watchdog already waits for the first frame; it ends
// ctx, and what comes after the answer hangs on parent alone.
func (r *answerReader) readAll(ctx, parent context.Context) *Error {
	for {
		frame, err := r.frames.readFrame()
		r.watch.suspend()
		if err != nil {
			return r.finishAnswer(ctx, parent, err)
		}
		switch news, ok := r.answer.decodeFrame(frame); {
		case ok:
			if failure := r.emitDelta(news); failure != nil {
				return failure
			}
		case !r.frames.cutAgain():
			r.lost++
			r.t.c.cfg.Drifted("json")
		}
		if r.ended {
			return r.finishAnswer(ctx, parent, io.EOF)
		}
		if r.answer.done || r.refused != nil {
			r.watch.expectWithin(endPatience)
		} else {
			r.watch.expectWithin(r.t.c.cfg.IdleTimeout)
		}
	}
}

// emitDelta hands on what a frame brought.
func (r *answerReader) emitDelta(n delta) *Error {
	if n.facts != nil {
		if failure := r.applyFacts(n.facts); failure != nil {
			return failure
		}
	}
	if len(n.thoughts) > 0 && !r.t.sendEvent(chat.Event{Kind: chat.Thought, Text: string(n.thoughts)}) {
		return errLeft
	}
	if len(n.text) == 0 {
		return nil
	}
	r.texted = true
	if !r.t.sendEvent(chat.Event{Kind: chat.Text, Text: string(n.text)}) {
		return errLeft
	}
	return nil
}

// applyFacts takes in what a frame says beside its text.
func (r *answerReader) applyFacts(f *frameFacts) *Error {
	t := r.t
	r.rows += f.rows
	r.ended = r.ended || f.ended
	if f.refused != nil && r.refused == nil {
		r.refused, r.token = f.refused, f.token
	}
	if len(f.media) > 0 {
		r.media = slices.Clone(f.media)
	}
	r.saved, r.job = r.saved || f.saved, r.job || f.job
	cloneInto(&t.ids.cid, f.ids.cid)
	cloneInto(&t.ids.rid, f.ids.rid)
	cloneInto(&t.ids.rcid, f.ids.rcid)
	cloneInto(&t.served.ID, f.served.ID)
	cloneInto(&t.served.Name, f.served.Name)
	if t.served.ID != "" && t.served.ID != t.q.target.id && !t.c.cfg.AllowDowngrade {
		return t.downgradeError()
	}
	if t.begun && !t.servedSent && t.served.ID != "" && !t.sendServed() {
		return errLeft
	}
	return nil
}

// downgradeError tells that another model answered. When a guest's model answers
// for a paying account, the session itself is in doubt.
func (t *streamCall) downgradeError() *Error {
	name := t.served.Name
	if name == "" {
		name = t.served.ID
	}
	e := newError(chat.Downgraded, cookie.Silent, "Google let "+name+" answer instead of "+t.q.target.public+
		"; wait until its limit is renewed, or set allow_downgrade").withDetail("another model answered")
	if t.q.target.account.isPaid() && t.served.ID == upstreamIDs[Fast].free {
		e.finding = cookie.Finding{Evidence: cookie.WeakOut, Detail: "a guest's model answered"}
	}
	return e
}

// finishAnswer judges how the answer ended.
func (r *answerReader) finishAnswer(ctx, parent context.Context, err error) *Error {
	if !r.answer.done {
		if failure := r.recoverAnswer(ctx, parent, err); failure != nil {
			return failure
		}
	}
	if failure := r.emitDelta(r.answer.flush()); failure != nil {
		return failure
	}
	if failure := r.deliverMedia(parent); failure != nil {
		return failure
	}
	if !r.t.begun {
		return emptyAnswerError()
	}
	if !r.t.sendEvent(chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
		return errLeft
	}
	if errors.Is(err, io.EOF) && r.ended { // read the body's end, or its connection is lost
		r.watch.expectWithin(time.Second)
		_, _ = io.CopyN(io.Discard, r.src, errorHead)
	}
	return nil
}

// recoverAnswer reads the rest of an answer that ended without the mark of a complete
// one in the history, where it may be, or says why it ended.
func (r *answerReader) recoverAnswer(ctx, parent context.Context, err error) *Error {
	r.watch.suspend()
	if r.canRecall(ctx, err) {
		switch whole, failure := r.recallAnswer(parent); {
		case failure != nil:
			return failure
		case whole && r.answer.done:
			return nil
		}
	}
	return r.diagnoseEnd(ctx, err)
}

func emptyAnswerError() *Error {
	return newError(chat.Upstream, cookie.Transient, "Google's answer was empty; try again").withDetail("empty answer").withRetry(retryLater)
}

// codeFile is the refusal of a file that came without the browser's attestation.
const codeFile = 1100

// refusedError turns a refusal into an error. A refused file that holds the
// conversation itself means that the conversation can not be carried.
func (t *streamCall) refusedError(r *refusal) *Error {
	if r.code == codeFile && t.overflowed {
		return tooLongError().withDetail("code %d for the conversation's file", r.code)
	}
	return refusalError(r, t.q.target.public)
}

// diagnoseEnd finds out why an answer ended without the mark of a complete one.
func (r *answerReader) diagnoseEnd(ctx context.Context, err error) *Error {
	switch {
	case r.refused != nil:
		return r.t.refusedError(r.refused)
	case errors.Is(err, errFrameTooLong):
		r.t.c.cfg.Drifted("frame")
		return newError(chat.Upstream, cookie.Drift, msgStrange).withCause(err)
	case context.Cause(ctx) != nil, !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return callError(ctx, err)
	case r.rows == 0 && r.lost > 0:
		return newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("an answer without a readable frame")
	case r.rows == 0:
		return emptyAnswerError()
	}
	return newError(chat.Upstream, cookie.Transient, "Google's answer was interrupted; try again").withDetail("answer without the mark of a complete one")
}
