package limit

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Queue keeps the starts of work on one subject apart, such as the questions to
// one model: each starts no sooner than a gap after the one before, in the order
// in which they came. Clients send a request for a title right behind a question,
// so work waits rather than fails. Work that cannot start in time is refused at
// once.
//
// It differs from a token bucket in that a waiter that leaves gives its place to
// those behind it. It has no goroutine: the waiter at the head of a lane watches
// the clock, and a head that leaves wakes the next one.
//
// The zero value is ready to use, and safe for concurrent use.
type Queue struct {
	mu    sync.Mutex
	lanes map[string]*lane
}

// QueueLimits are the bounds of a [Queue].
type QueueLimits struct {
	// Gap is the time since the start before. Work on one subject may have different
	// ones. Zero or less does not limit it.
	Gap time.Duration
	// Waiting is how many may wait for one subject, Patience for how long. Zero
	// of either means that none waits.
	Waiting  int
	Patience time.Duration
}

// lane is the queue of one subject.
type lane struct {
	started time.Time // the last work
	waiting list.List // of chan struct{}, closed for the one at the head
}

// QueueFullError is the error of a queue that is full or would take too long.
type QueueFullError struct {
	// RetryAfter is the wait after which there would be a place.
	RetryAfter time.Duration
}

// Error implements error.
func (*QueueFullError) Error() string { return "too many requests are waiting for this model" }

// Enter waits until work on subject may start and returns how long it waited. It
// returns at once if the subject is free, with a [*QueueFullError] if the wait
// would be too long, and with the cause of ctx if that ends first. waiting is
// called with +1 and -1 around a wait.
func (q *Queue) Enter(ctx context.Context, subject string, limits QueueLimits, waiting func(int)) (time.Duration, error) {
	if limits.Gap <= 0 {
		return 0, nil
	}
	began := time.Now()
	l, place, err := q.joinLane(subject, limits, began)
	if place == nil {
		return 0, err
	}
	waiting(+1)
	defer waiting(-1)
	err = q.waitInLane(ctx, l, place, limits.Gap)
	q.leaveLane(l, place, err == nil)
	return time.Since(began), err
}

// joinLane lets the work start if the subject is free, and else returns a place
// in its lane.
func (q *Queue) joinLane(subject string, limits QueueLimits, now time.Time) (*lane, *list.Element, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[subject]
	if l == nil {
		if q.lanes == nil {
			q.lanes = make(map[string]*lane)
		}
		l = new(lane)
		q.lanes[subject] = l
	}
	ahead := l.waiting.Len()
	free := l.started.Add(limits.Gap)
	if ahead == 0 && !free.After(now) {
		l.started = now
		return l, nil, nil
	}
	expected := free.Sub(now) + time.Duration(ahead)*limits.Gap
	if ahead >= limits.Waiting || expected > limits.Patience {
		return l, nil, &QueueFullError{RetryAfter: max(expected, time.Second)}
	}
	head := make(chan struct{})
	if ahead == 0 {
		close(head)
	}
	return l, l.waiting.PushBack(head), nil
}

// waitInLane returns when the place is at the head and the subject is free.
func (q *Queue) waitInLane(ctx context.Context, l *lane, place *list.Element, gap time.Duration) error {
	select {
	case <-place.Value.(chan struct{}):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	q.mu.Lock()
	free := l.started.Add(gap) // only the head changes it while there are waiters
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

// leaveLane gives up the place, and wakes the next waiter if it was the head.
func (q *Queue) leaveLane(l *lane, place *list.Element, started bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	head := l.waiting.Front() == place
	l.waiting.Remove(place)
	if started {
		l.started = time.Now()
	}
	if next := l.waiting.Front(); head && next != nil {
		close(next.Value.(chan struct{}))
	}
}
