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

// answerReader is one answer being read.
type answerReader struct {
	t      *streamCall
	src    io.Reader
	frames *frame.Reader
	answer *text.Decoder
	watch  *watchdog

	rows, lost int
	refused    *wire.Refusal
	token      string
	media      []wire.MediaLink
	saved, job bool
	texted     bool // words of the answer went out
	ended      bool
}

func newAnswerReader(t *streamCall, src io.Reader, watch *watchdog) *answerReader {
	mode := text.Incremental
	if t.atEnd {
		mode = text.AtEnd
	}
	return &answerReader{t: t, src: src, frames: frame.NewReader(src), answer: text.NewDecoder(mode), watch: watch}
}

func (r *answerReader) release() {
	r.frames.Release()
	r.answer.Release()
}

// readAll reads to the end. The watchdog already waits for the first frame; it ends
// ctx, and what comes after the answer hangs on parent alone.
func (r *answerReader) readAll(ctx, parent context.Context) *Error {
	for {
		frame, err := r.frames.ReadFrame()
		r.watch.suspend()
		if err != nil {
			return r.finishAnswer(ctx, parent, err)
		}
		switch delta, ok := r.answer.DecodeFrame(frame); {
		case ok:
			if failure := r.emitDelta(delta); failure != nil {
				return failure
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

// emitDelta hands on what a frame brought.
func (r *answerReader) emitDelta(d text.Delta) *Error {
	if d.Frame != nil {
		if failure := r.applyFacts(d.Frame); failure != nil {
			return failure
		}
	}
	if len(d.Thoughts) > 0 && !r.t.sendEvent(chat.Event{Kind: chat.Thought, Text: string(d.Thoughts)}) {
		return errLeft
	}
	if len(d.Text) == 0 {
		return nil
	}
	r.texted = true
	if !r.t.sendEvent(chat.Event{Kind: chat.Text, Text: string(d.Text)}) {
		return errLeft
	}
	return nil
}

// applyFacts takes in what a frame says beside its text.
func (r *answerReader) applyFacts(f *wire.Frame) *Error {
	t := r.t
	r.rows += f.Rows
	r.ended = r.ended || f.Ended
	if f.Refused != nil && r.refused == nil {
		r.refused, r.token = f.Refused, f.Token
	}
	if len(f.Media) > 0 {
		r.media = slices.Clone(f.Media)
	}
	r.saved, r.job = r.saved || f.Saved, r.job || f.Job
	cloneInto(&t.ids.CID, f.IDs.CID)
	cloneInto(&t.ids.RID, f.IDs.RID)
	cloneInto(&t.ids.RCID, f.IDs.RCID)
	cloneInto(&t.served.ID, f.Served.ID)
	cloneInto(&t.served.Name, f.Served.Name)
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
	if !r.answer.Done() {
		if failure := r.recoverAnswer(ctx, parent, err); failure != nil {
			return failure
		}
	}
	if failure := r.emitDelta(r.answer.Flush()); failure != nil {
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
		case whole && r.answer.Done():
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
func (t *streamCall) refusedError(r *wire.Refusal) *Error {
	if r.Code == codeFile && t.overflowed {
		return tooLongError().withDetail("code %d for the conversation's file", r.Code)
	}
	return refusalError(r, t.q.target.public)
}

// diagnoseEnd finds out why an answer ended without the mark of a complete one.
func (r *answerReader) diagnoseEnd(ctx context.Context, err error) *Error {
	switch {
	case r.refused != nil:
		return r.t.refusedError(r.refused)
	case errors.Is(err, frame.ErrTooLong):
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

// cloneInto replaces dst by a copy of s, which belongs to a frame, unless s is
// empty or the same.
func cloneInto(dst *string, s string) {
	if s != "" && s != *dst {
		*dst = strings.Clone(s)
	}
}
