package geminiweb

import (
	"context"
	"sync"

	"github.com/geminid/geminid/cookie"
)

// Values of [Config.TemporaryParallel]. An account has one window of temporary chats,
// and it is not certain that a new one leaves the answer of the former alone.
// Questions of an account that come while another is answered are
const (
	ParallelAuto       = "auto"        // asked beside it, until answers are seen to break off by that; then as by ParallelKeepDelete
	ParallelSerial     = "serial"      // asked after it
	ParallelKeepDelete = "keep_delete" // asked in ordinary chats, which are deleted
	ParallelAllow      = "parallel"    // asked beside it in any case
)

// switchAfter is how many answers that broke off while another question began make
// ParallelAuto avoid that, if they are at least a fifth of all that were overtaken.
const switchAfter = 2

// window is the one window of temporary chats of an account. Its zero value is one
// without questions.
type window struct {
	turn chan struct{} // holds the one question of ParallelSerial

	mu        sync.Mutex
	running   int  // questions in temporary chats that are being answered
	begun     int  // so many in all
	overtaken int  // answers during which another question began
	cut       int  // of these, those that broke off
	avoid     bool // ParallelAuto has seen enough of them
}

// visit is the time of one question in a window. Its methods are for one goroutine.
type visit struct {
	w     *window
	at    int // begun, this question counted
	cut   bool
	taken bool // holds the turn
}

func (c *Client) windowOf(set cookie.Set) *window {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, ok := c.windows.Get(set.Identity())
	if !ok {
		w = &window{turn: make(chan struct{}, 1)}
		c.windows.Add(set.Identity(), w)
	}
	return w
}

// enter begins a question that is to be temporary and returns its visit, nil if it is
// to be asked in an ordinary chat. It blocks for ParallelSerial alone, until the
// question before is answered or ctx ends.
func (w *window) enter(ctx context.Context, mode string) (*visit, error) {
	v := &visit{w: w}
	if mode == ParallelSerial {
		select {
		case w.turn <- struct{}{}:
			v.taken = true
		case <-ctx.Done():
			return nil, callError(ctx, ctx.Err())
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running > 0 && (mode == ParallelKeepDelete || mode == ParallelAuto && w.avoid) {
		return nil, nil
	}
	w.running++
	w.begun++
	v.at = w.begun
	return v, nil
}

// leave ends the question. It reports whether its answer broke off while another
// question began, and whether that made ParallelAuto change its ways.
func (v *visit) leave() (overtakenCut, switched bool) {
	w := v.w
	if v.taken {
		defer func() { <-w.turn }()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
	if w.begun == v.at {
		return false, false
	}
	w.overtaken++
	if !v.cut {
		return false, false
	}
	w.cut++
	if !w.avoid && w.cut >= switchAfter && w.cut*5 >= w.overtaken {
		w.avoid, switched = true, true
	}
	return true, switched
}

// enterWindow decides whether the question is asked in a temporary chat.
func (t *streamCall) enterWindow(ctx context.Context, to *target) (err error) {
	if t.c.cfg.ChatMode != ChatTemporary || !to.temporary() {
		return nil
	}
	t.visit, err = t.c.windowOf(t.set).enter(ctx, t.c.cfg.TemporaryParallel)
	to.ordinary = t.visit == nil
	return err
}

// leaveWindow ends what enterWindow began.
func (t *streamCall) leaveWindow() {
	if t.visit == nil {
		return
	}
	cut, switched := t.visit.leave()
	if cut {
		t.c.notice(SignOvertaken, t.c.cfg.TemporaryParallel)
	}
	if switched && t.c.cfg.TemporaryParallel == ParallelAuto {
		t.c.cfg.Logger.Warn("answers in temporary chats break off when another question of the account begins; from now on such questions are asked in ordinary chats, which are deleted (temporary_parallel)")
	}
}
