package api

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
)

// errShutdown is the cause of a context that ended because the daemon stops.
var errShutdown = errors.New("the server is stopping")

// lastWords is how long a cut stream has to tell its client.
const lastWords = 2 * time.Second

// gate counts the questions in the house. It lets no more in than fit, none once
// it is closed, and tells when the last one has left.
type gate struct {
	mu      sync.Mutex
	running int
	closed  bool
	empty   chan struct{} // closed when the gate is closed and nobody is inside

	// closing ends when the gate closes, cut when who is inside must leave.
	closing, cut         context.Context
	startClosing, cutOff context.CancelCauseFunc
}

func (g *gate) init() {
	g.empty = make(chan struct{})
	g.closing, g.startClosing = context.WithCancelCause(context.Background())
	g.cut, g.cutOff = context.WithCancelCause(context.Background())
}

// enter lets one question in; the caller leaves when it returned nil.
func (g *gate) enter(limit int) *chat.Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return shutdownError()
	case g.running >= limit:
		return &chat.Error{
			Kind: chat.Unavailable, RetryAfter: 2 * time.Second,
			Message: "the server has as many requests in hand as it can carry; try again in a moment",
		}
	}
	g.running++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if g.closed && g.running == 0 {
		close(g.empty)
	}
}

// close shuts the gate; the second time it does nothing.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return
	}
	g.closed = true
	g.startClosing(errShutdown)
	if g.running == 0 {
		close(g.empty)
	}
}

func (g *gate) inside() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

func shutdownError() *chat.Error {
	return &chat.Error{
		Kind: chat.Unavailable, RetryAfter: 5 * time.Second, Err: errShutdown,
		Message: "the server is stopping; try again when it is back",
	}
}

// Drain answers new questions with 503 from now on and waits until the running
// ones are done. When ctx ends first they are cut: each stream gets an error
// event in its own dialect, and the error says how many there were. Health,
// status and metrics go on being served.
func (a *API) Drain(ctx context.Context) error {
	a.gate.close()
	select {
	case <-a.gate.empty:
		return nil
	case <-ctx.Done():
	}
	left := a.gate.inside()
	a.gate.cutOff(errShutdown)
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	select {
	case <-a.gate.empty:
	case <-timer.C:
	}
	return fmt.Errorf("cut %d requests that were still running: %w", left, context.Cause(ctx))
}
