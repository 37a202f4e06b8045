package api

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// maxClients bounds what a window remembers.
const maxClients = 10_000

// window limits how often a client may do something within any span of time. It
// is exact: it remembers the moment of every turn that still counts. Moments are
// monotonic, so a jump of the wall clock frees and locks nobody.
//
// At most size clients are remembered. Room is made by forgetting the free
// client that was idle longest; one that has reached its limit is forgotten only
// when all have, so that nobody sheds a limit by coming from many addresses.
type window struct {
	span time.Duration
	size int

	mu      sync.Mutex
	clients map[netip.Addr]*list.Element // of *visitor
	free    *list.List                   // latest first
	full    *list.List                   // latest first
}

// visitor is what is remembered of one client.
type visitor struct {
	addr  netip.Addr
	turns []time.Time // those that count, oldest first
	home  *list.List  // free or full
}

// allowance is what a client has left.
type allowance struct {
	ok bool
	// remaining is how many turns are left after this one.
	remaining int
	// reset is when the oldest turn stops counting.
	reset time.Duration
	// at is the moment this turn was counted under, for giveBack.
	at time.Time
}

func newWindow(span time.Duration, size int) *window {
	return &window{span: span, size: size, clients: make(map[netip.Addr]*list.Element), free: list.New(), full: list.New()}
}

// take counts one turn of the client unless limit turns count already.
func (w *window) take(addr netip.Addr, limit int) allowance {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	element := w.visit(addr)
	v := element.Value.(*visitor)
	v.expire(now.Add(-w.span))
	allowed := allowance{ok: len(v.turns) < limit, at: now}
	if allowed.ok {
		v.turns = append(v.turns, now)
	}
	allowed.remaining = max(limit-len(v.turns), 0)
	if len(v.turns) > 0 {
		allowed.reset = v.turns[0].Add(w.span).Sub(now)
	}
	w.settle(element, allowed.remaining == 0)
	return allowed
}

// giveBack takes back a turn that came to nothing.
func (w *window) giveBack(addr netip.Addr, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	element, ok := w.clients[addr]
	if !ok {
		return
	}
	v := element.Value.(*visitor)
	for i, turn := range v.turns {
		if turn.Equal(at) {
			v.turns = append(v.turns[:i], v.turns[i+1:]...)
			w.settle(element, false)
			return
		}
	}
}

// visit finds the client or makes room for it.
func (w *window) visit(addr netip.Addr) *list.Element {
	if element, ok := w.clients[addr]; ok {
		return element
	}
	if len(w.clients) >= w.size {
		w.evict()
	}
	element := w.free.PushFront(&visitor{addr: addr, home: w.free})
	w.clients[addr] = element
	return element
}

func (w *window) evict() {
	home := w.free
	if home.Len() == 0 {
		home = w.full
	}
	oldest := home.Remove(home.Back()).(*visitor)
	delete(w.clients, oldest.addr)
}

// settle puts the client at the head of the list where it belongs now.
func (w *window) settle(element *list.Element, full bool) {
	v, home := element.Value.(*visitor), w.free
	if full {
		home = w.full
	}
	if v.home == home {
		home.MoveToFront(element)
		return
	}
	v.home.Remove(element)
	v.home = home
	w.clients[v.addr] = home.PushFront(v)
}

// expire drops the turns up to and including edge.
func (v *visitor) expire(edge time.Time) {
	n := 0
	for n < len(v.turns) && !v.turns[n].After(edge) {
		n++
	}
	v.turns = append(v.turns[:0], v.turns[n:]...)
}
