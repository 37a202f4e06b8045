package limit

import (
	"container/list"
	"sync"
	"time"
)

// Window limits how often each key may do something within any span of time. It
// is exact: it remembers the moment of every use that still counts.
//
// It remembers a bounded number of keys. To make room it forgets the key below
// its limit that was idle longest; a key that has reached its limit is forgotten
// only if all have, so that no client sheds a limit by using many addresses.
//
// Make it with [NewWindow]. It is safe for concurrent use.
type Window[K comparable] struct {
	span time.Duration
	size int

	mu      sync.Mutex
	entries map[K]*list.Element // of *entry[K]
	below   *list.List          // entries below their limit, latest use first
	reached *list.List          // entries at their limit, latest use first
}

// entry is the memory of one key.
type entry[K comparable] struct {
	key  K
	uses []time.Time // those that count, oldest first
	list *list.List  // below or reached
}

// Allowance is the answer to one use.
type Allowance struct {
	// OK reports whether the use was allowed.
	OK bool
	// Remaining is the number of uses that are left after this one.
	Remaining int
	// Reset is the time until the oldest use stops counting.
	Reset time.Duration

	at time.Time // under which the use was counted
}

// NewWindow returns a Window over span that remembers at most size keys.
func NewWindow[K comparable](span time.Duration, size int) *Window[K] {
	return &Window[K]{span: span, size: size, entries: make(map[K]*list.Element), below: list.New(), reached: list.New()}
}

// TakeUse counts one use by key unless limit uses count already.
func (w *Window[K]) TakeUse(key K, limit int) Allowance {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	element := w.findOrAdd(key)
	e := element.Value.(*entry[K])
	e.dropUntil(now.Add(-w.span))
	a := Allowance{OK: len(e.uses) < limit, at: now}
	if a.OK {
		e.uses = append(e.uses, now)
	}
	a.Remaining = max(limit-len(e.uses), 0)
	if len(e.uses) > 0 {
		a.Reset = e.uses[0].Add(w.span).Sub(now)
	}
	w.moveToFront(element, a.Remaining == 0)
	return a
}

// ReturnUse takes back a use that [Window.TakeUse] allowed and that came to
// nothing. If it no longer counts, ReturnUse does nothing.
func (w *Window[K]) ReturnUse(key K, a Allowance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	element, ok := w.entries[key]
	if !ok || !a.OK {
		return
	}
	e := element.Value.(*entry[K])
	for i, use := range e.uses {
		if use.Equal(a.at) {
			e.uses = append(e.uses[:i], e.uses[i+1:]...)
			w.moveToFront(element, false)
			return
		}
	}
}

// findOrAdd returns the entry of key, a new one if there is none.
func (w *Window[K]) findOrAdd(key K) *list.Element {
	if element, ok := w.entries[key]; ok {
		return element
	}
	if len(w.entries) >= w.size {
		w.evictOldest()
	}
	element := w.below.PushFront(&entry[K]{key: key, list: w.below})
	w.entries[key] = element
	return element
}

func (w *Window[K]) evictOldest() {
	from := w.below
	if from.Len() == 0 {
		from = w.reached
	}
	oldest := from.Remove(from.Back()).(*entry[K])
	delete(w.entries, oldest.key)
}

// moveToFront puts the entry at the head of the list that it belongs to now.
func (w *Window[K]) moveToFront(element *list.Element, reached bool) {
	e, to := element.Value.(*entry[K]), w.below
	if reached {
		to = w.reached
	}
	if e.list == to {
		to.MoveToFront(element)
		return
	}
	e.list.Remove(element)
	e.list = to
	w.entries[e.key] = to.PushFront(e)
}

// dropUntil forgets the uses up to and including edge.
func (e *entry[K]) dropUntil(edge time.Time) {
	n := 0
	for n < len(e.uses) && !e.uses[n].After(edge) {
		n++
	}
	e.uses = append(e.uses[:0], e.uses[n:]...)
}
