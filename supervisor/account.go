package supervisor

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/geminid/geminid/cookie"
)

// view is what requests see of an account: immutable, read without a lock.
type view struct {
	lease   Lease
	state   State
	serving bool
	removed bool
}

// account is one session with its mind and memory.
type account struct {
	name string
	s    *Supervisor
	view atomic.Pointer[view]
	used atomic.Int64 // turn of the last lease, for least recently used

	work chan struct{} // holds one token: the only writer to the upstream session

	saving sync.Mutex // orders writes; taken before mu

	mu       sync.Mutex // guards the rest; never held across a call
	memo     memo
	unread   error     // why the saved record cannot be read; nil when it was
	gone     time.Time // since when that record is not there any more
	set      cookie.Set
	previous cookie.Set
	activity string
	saved    bool
	saveNext time.Time // when an unsaved record is tried again
	saveBad  int
	flushed  time.Time // last write
	dirty    bool      // something changed since that can wait for the next write
	waking   bool      // the clock jumped, and the check after it is not done
	rand     *rand.Rand
}

func (s *Supervisor) newAccount(name string) *account {
	a := &account{name: name, s: s, work: make(chan struct{}, 1), activity: "idle", saved: true,
		rand: rand.New(rand.NewPCG(s.rand.Uint64(), s.rand.Uint64()))}
	a.memo.State, a.memo.Since = Missing, s.now()
	a.memo.Files = map[string]string{}
	a.memo.Route = s.route
	s.metrics.AddAccount(name)
	return a
}

// restore fills the account from its record. What it believed is kept, except
// that nothing counts as proven until a probe says so again. The error says what
// of the memo could not be read; the values are in use all the same.
func (a *account) restore(record cookie.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.s.now()
	m := &a.memo
	err := m.read(record.Memo)
	m.Lifetimes.clean()
	m.mend(now, sinceStop(m.latest(), now))
	a.set, a.previous = record.Current, record.Previous
	m.reroute(a.s.route, now)
	m.Facts.Proven = false
	m.NextProbe = now
	a.flushed, a.dirty = now, err != nil
	a.interrupted(now)
	a.settle(now)
	return err
}

// lock takes the account's token, or gives up when ctx or the supervisor ends. It
// is a channel and not a mutex because its holder waits for the upstream.
func (a *account) lock(ctx context.Context) bool {
	if a.s.over() {
		return false
	}
	select {
	case a.work <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-a.s.ended:
	}
	return false
}

func (a *account) unlock() { <-a.work }

// change is the one way to alter an account: fn runs under the lock, the state
// follows from the facts, readers see it at once, and it is made durable.
func (a *account) change(fn func(m *memo, now time.Time)) {
	a.alter(fn)
	_ = a.persist() // said by persist
}

// confirm is change for what only repeats what is known, such as one more good
// probe: it is made durable when it changes the state, else with the next write.
func (a *account) confirm(fn func(m *memo, now time.Time)) {
	if a.alter(fn) {
		_ = a.persist()
	}
}

func (a *account) alter(fn func(m *memo, now time.Time)) (moved bool) {
	a.mu.Lock()
	now := a.s.now()
	fn(&a.memo, now)
	t := a.settle(now)
	a.dirty = true
	a.mu.Unlock()
	a.announce(t)
	return t != nil
}

// adopt is change for a new set: it is made durable before requests see it.
func (a *account) adopt(fn func(m *memo, now time.Time)) {
	a.mu.Lock()
	fn(&a.memo, a.s.now())
	a.mu.Unlock()
	_ = a.persist() // said by persist; the session goes on from memory
	a.publish()
}

// publish lets readers see what was made durable before.
func (a *account) publish() {
	a.mu.Lock()
	moved := a.settle(a.s.now())
	a.mu.Unlock()
	a.announce(moved)
}

// settle judges the facts, notes a transition and publishes what requests get.
// mu is held.
func (a *account) settle(now time.Time) *transition {
	m := &a.memo
	o := a.outlook(now)
	state := judge(m.Facts, o)
	var moved *transition
	if state != m.State {
		moved = &transition{from: m.State, to: state, evidence: grounds(m.Facts, state, o), next: a.nextAction(now, state), removed: m.Removed}
		if state == Expired {
			if life := m.bury(now); life > 0 {
				a.s.metrics.CookieLifetime.WithLabelValues(a.name).Observe(life.Seconds())
			}
		}
		m.State, m.Since = state, now
	}
	a.view.Store(&view{
		lease:   Lease{Account: a.name, Set: a.set},
		state:   state,
		serving: serves(m.Facts, state) && !m.Paused && !a.set.IsZero(),
		removed: m.Removed,
	})
	a.gauges()
	return moved
}

// outlook is judge's view of the account. mu is held.
func (a *account) outlook(now time.Time) outlook {
	life := a.memo.Lifetimes.estimate()
	o := outlook{now: now, present: !a.set.IsZero(), unread: a.unread != nil, fresh: a.s.fresh(), life: life, waking: a.waking}
	if life > 0 && !a.memo.Issued.IsZero() {
		o.end = a.memo.Issued.Add(life)
	}
	return o
}

// persist writes the record; on failure the session goes on from memory and the
// tick tries again. Of an account whose record could not be read there is nothing
// to write.
func (a *account) persist() error {
	a.saving.Lock()
	defer a.saving.Unlock()
	a.mu.Lock()
	record, unread := a.record(), a.unread
	a.mu.Unlock()
	if unread != nil {
		return unread
	}
	err := a.s.store.Save(a.name, record)
	a.mu.Lock()
	now := a.s.now()
	was, gone := a.saved, a.memo.Removed
	a.saved = err == nil
	if err == nil {
		a.saveBad, a.flushed, a.dirty = 0, now, false
	} else {
		a.saveBad++
		a.saveNext = now.Add(backoff(a.rand, a.saveBad, saveRetry, saveRetryMax))
	}
	a.mu.Unlock()
	if !gone {
		a.s.metrics.CookieStoreWrites.WithLabelValues(a.name, okOr(err)).Inc()
	}
	switch {
	case err != nil && was:
		a.s.log.Error("session not saved; a restart now would lose the newest cookie value; check the state directory's disk and mode",
			"account", a.name, "err", err)
	case err == nil && !was:
		a.s.log.Info("session saved again", "account", a.name)
	}
	return err
}

// record is what goes to the store. mu is held.
func (a *account) record() cookie.Record {
	m := a.memo
	m.Files = maps.Clone(m.Files)
	body, _ := json.Marshal(m) // plain data: can not fail
	return cookie.Record{Current: a.set, Previous: a.previous, Memo: body}
}
