package api

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// queue keeps the questions to one model apart: each starts no sooner than a gap
// after the one before, in the order in which they came. Clients send a title
// request right behind a chat, so a question waits rather than fails; those that
// can not be served in time are refused at once.
//
// It has no goroutine: the one at the head of a lane watches the clock, and
// whoever leaves the head calls the next one there.
type queue struct {
	mu    sync.Mutex
	lanes map[string]*lane
}

// lane is the queue of one model.
type lane struct {
	free    time.Time // when the next question may start
	waiting list.List // of chan struct{}, closed for the one at the head
}

// full is the error of a queue that has no room or would take too long.
type full struct{ retryAfter time.Duration }

func (*full) Error() string { return "too many requests are waiting for this model" }

// enter waits for the model's turn. It returns at once when the model is free,
// with *full when the wait would be too long, and with the cause of ctx when
// that ends first. waiting is called with +1 and -1 around a wait, and may be
// called under a lock.
func (q *queue) enter(ctx context.Context, model string, limits Limits, waiting func(int)) (time.Duration, error) {
	if limits.ModelGap <= 0 {
		return 0, nil
	}
	came := time.Now()
	l, place, err := q.line(model, limits, came)
	if place == nil {
		return 0, err
	}
	waiting(+1)
	defer waiting(-1)
	err = q.wait(ctx, l, place)
	q.leave(l, place, limits.ModelGap, err == nil)
	return time.Since(came), err
}

// line takes the turn when the model is free, else a place in its lane.
func (q *queue) line(model string, limits Limits, now time.Time) (*lane, *list.Element, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[model]
	if l == nil {
		if q.lanes == nil {
			q.lanes = make(map[string]*lane)
		}
		l = new(lane)
		q.lanes[model] = l
	}
	ahead := l.waiting.Len()
	if ahead == 0 && !l.free.After(now) {
		l.free = now.Add(limits.ModelGap)
		return l, nil, nil
	}
	expected := l.free.Sub(now) + time.Duration(ahead)*limits.ModelGap
	if ahead >= limits.Queue || expected > limits.QueueWait {
		return l, nil, &full{retryAfter: max(expected, time.Second)}
	}
	head := make(chan struct{})
	if ahead == 0 {
		close(head)
	}
	return l, l.waiting.PushBack(head), nil
}

// wait returns when the place is at the head and the model is free.
func (q *queue) wait(ctx context.Context, l *lane, place *list.Element) error {
	select {
	case <-place.Value.(chan struct{}):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	q.mu.Lock()
	free := l.free // nobody but the head changes it
	q.mu.Unlock()
	timer := time.NewTimer(time.Until(free))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// leave gives up the place, and when it was the head calls the next one.
func (q *queue) leave(l *lane, place *list.Element, gap time.Duration, started bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	head := l.waiting.Front() == place
	l.waiting.Remove(place)
	if started {
		l.free = time.Now().Add(gap)
	}
	if next := l.waiting.Front(); head && next != nil {
		close(next.Value.(chan struct{}))
	}
}
