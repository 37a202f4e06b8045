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

// reading is one answer being read.
type reading struct {
	t      *turn
	src    io.Reader
	frames *framer
	answer *answer
	watch  *watchdog

	rows, lost int
	refused    *refusal
	token      string
	media      []mediaLink
	saved, job bool
	texted     bool // words of the answer went out
	ended      bool
}

func newReading(t *turn, src io.Reader, watch *watchdog) *reading {
	return &reading{t: t, src: src, frames: newFramer(src), answer: newAnswer(t.whole), watch: watch}
}

func (r *reading) release() {
	r.frames.release()
	r.answer.release()
}

// all reads to the end. The watchdog already waits for the first frame; it ends
// ctx, and what comes after the answer hangs on parent alone.
func (r *reading) all(ctx, parent context.Context) *Error {
	for {
		frame, err := r.frames.next()
		r.watch.rest()
		if err != nil {
			return r.end(ctx, parent, err)
		}
		switch news, ok := r.answer.read(frame); {
		case ok:
			if failure := r.pass(news); failure != nil {
				return failure
			}
		case !r.frames.again():
			r.lost++
			r.t.c.cfg.Drifted("json")
		}
		if r.ended {
			return r.end(ctx, parent, io.EOF)
		}
		if r.answer.done || r.refused != nil {
			r.watch.wait(endPatience)
		} else {
			r.watch.wait(r.t.c.cfg.IdleTimeout)
		}
	}
}

// pass hands on what a frame brought.
func (r *reading) pass(n news) *Error {
	if n.facts != nil {
		if failure := r.learn(n.facts); failure != nil {
			return failure
		}
	}
	if len(n.thoughts) > 0 && !r.t.send(chat.Event{Kind: chat.Thought, Text: string(n.thoughts)}) {
		return errLeft
	}
	if len(n.text) == 0 {
		return nil
	}
	r.texted = true
	if !r.t.send(chat.Event{Kind: chat.Text, Text: string(n.text)}) {
		return errLeft
	}
	return nil
}

// learn takes in what a frame says beside its text.
func (r *reading) learn(f *facts) *Error {
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
	adopt(&t.ids.cid, f.ids.cid)
	adopt(&t.ids.rid, f.ids.rid)
	adopt(&t.ids.rcid, f.ids.rcid)
	adopt(&t.served.ID, f.served.ID)
	adopt(&t.served.Name, f.served.Name)
	if t.served.ID != "" && t.served.ID != t.q.target.id && !t.c.cfg.AllowDowngrade {
		return t.downgraded()
	}
	if t.begun && !t.told && t.served.ID != "" && !t.tell() {
		return errLeft
	}
	return nil
}

// downgraded tells that another model answered. When a guest's model answers
// for a paying account, the session itself is in doubt.
func (t *turn) downgraded() *Error {
	name := t.served.Name
	if name == "" {
		name = t.served.ID
	}
	e := fail(chat.Downgraded, cookie.Silent, "Google let "+name+" answer instead of "+t.q.target.public+
		"; wait until its limit is renewed, or set allow_downgrade").detail("another model answered")
	if t.q.target.account.paid() && t.served.ID == upstreamIDs[Fast].free {
		e.finding = cookie.Finding{Evidence: cookie.WeakOut, Detail: "a guest's model answered"}
	}
	return e
}

// end judges how the answer ended.
func (r *reading) end(ctx, parent context.Context, err error) *Error {
	if !r.answer.done {
		if failure := r.mend(ctx, parent, err); failure != nil {
			return failure
		}
	}
	if failure := r.pass(r.answer.flush()); failure != nil {
		return failure
	}
	if failure := r.deliver(parent); failure != nil {
		return failure
	}
	if !r.t.begun {
		return emptyAnswer()
	}
	if !r.t.send(chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
		return errLeft
	}
	if errors.Is(err, io.EOF) && r.ended { // read the body's end, or its connection is lost
		r.watch.wait(time.Second)
		_, _ = io.CopyN(io.Discard, r.src, errorHead)
	}
	return nil
}

// mend reads the rest of an answer that ended without the mark of a complete
// one in the history, where it may be, or says why it ended.
func (r *reading) mend(ctx, parent context.Context, err error) *Error {
	r.watch.rest()
	if r.recallable(ctx, err) {
		switch whole, failure := r.recall(parent); {
		case failure != nil:
			return failure
		case whole && r.answer.done:
			return nil
		}
	}
	return r.broken(ctx, err)
}

func emptyAnswer() *Error {
	return fail(chat.Upstream, cookie.Transient, "Google's answer was empty; try again").detail("empty answer").retry(later)
}

// codeFile is the refusal of a file that came without the browser's attestation.
const codeFile = 1100

// refusedBy turns a refusal into an error. A refused file that holds the
// conversation itself means that the conversation can not be carried.
func (t *turn) refusedBy(r *refusal) *Error {
	if r.code == codeFile && t.overflowed {
		return tooLong().detail("code %d for the conversation's file", r.code)
	}
	return refusedWith(r, t.q.target.public)
}

// broken finds out why an answer ended without the mark of a complete one.
func (r *reading) broken(ctx context.Context, err error) *Error {
	switch {
	case r.refused != nil:
		return r.t.refusedBy(r.refused)
	case errors.Is(err, errFrameTooLong):
		r.t.c.cfg.Drifted("frame")
		return fail(chat.Upstream, cookie.Drift, msgStrange).because(err)
	case context.Cause(ctx) != nil, !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return failedCall(ctx, err)
	case r.rows == 0 && r.lost > 0:
		return fail(chat.Upstream, cookie.Drift, msgStrange).detail("an answer without a readable frame")
	case r.rows == 0:
		return emptyAnswer()
	}
	return fail(chat.Upstream, cookie.Transient, "Google's answer was interrupted; try again").detail("answer without the mark of a complete one")
}
