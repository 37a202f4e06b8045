package limit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The refusals of [Gate.Enter].
var (
	// ErrGateClosed means that the gate was closed for good. It is also the cause
	// of the contexts that [Gate.Closing] and [Gate.Cut] return.
	ErrGateClosed = errors.New("the server is stopping")
	// ErrGateFull means that as many are inside as may be; waiting helps.
	ErrGateFull = errors.New("the server has as many requests in hand as it can carry")
)

// lastWords is how long the work that was cut has to end.
const lastWords = 2 * time.Second

// Gate counts the requests in flight. It lets no more in than a limit, none after
// it was closed, and can wait until the last one has left.
//
// Make it with [NewGate]. It is safe for concurrent use.
type Gate struct {
	mu      sync.Mutex
	running int
	closed  bool
	empty   chan struct{} // closed once the gate is closed and nothing is inside

	closing, cut         context.Context
	startClosing, cutOff context.CancelCauseFunc
}

// NewGate returns an open gate.
func NewGate() *Gate {
	g := &Gate{empty: make(chan struct{})}
	g.closing, g.startClosing = context.WithCancelCause(context.Background())
	g.cut, g.cutOff = context.WithCancelCause(context.Background())
	return g
}

// Enter lets one request in if fewer than limit are inside. The caller must call
// [Gate.Leave] if Enter returned nil. The errors are ErrGateClosed and
// ErrGateFull.
func (g *Gate) Enter(limit int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return ErrGateClosed
	case g.running >= limit:
		return ErrGateFull
	}
	g.running++
	return nil
}

// Leave ends what [Gate.Enter] began.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if g.closed && g.running == 0 {
		close(g.empty)
	}
}

// Closing returns a context that ends when the gate closes: work that has not
// begun should not begin.
func (g *Gate) Closing() context.Context { return g.closing }

// Cut returns a context that ends when [Gate.Drain] gives up waiting: work that
// runs must end now.
func (g *Gate) Cut() context.Context { return g.cut }

// Drain closes the gate and waits until the requests inside have left. If ctx ends
// first it cuts them, waits two seconds more, and returns an error that says how
// many there were.
func (g *Gate) Drain(ctx context.Context) error {
	g.closeForGood()
	select {
	case <-g.empty:
		return nil
	case <-ctx.Done():
	}
	left := g.countInside()
	g.cutOff(ErrGateClosed)
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	select {
	case <-g.empty:
	case <-timer.C:
	}
	return fmt.Errorf("cut %d requests that were still running: %w", left, context.Cause(ctx))
}

// closeForGood closes the gate; the second time it does nothing.
func (g *Gate) closeForGood() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return
	}
	g.closed = true
	g.startClosing(ErrGateClosed)
	if g.running == 0 {
		close(g.empty)
	}
}

func (g *Gate) countInside() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}
