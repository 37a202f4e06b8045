package supervisor

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// accountView is the part of an account that requests use. It is immutable and is read
// without a lock.
type accountView struct {
	lease    Lease
	state    State
	lendable bool // requests are tried with it
	serving  bool // and are answered, as far as is known
	removed  bool
}

// account is one session, the facts known about it and its history.
type account struct {
	name      string
	s         *Supervisor
	view      atomic.Pointer[accountView]
	lastLease atomic.Int64 // turn of the last lease, for least recently used

	writerToken chan struct{} // holds one token: the only writer to the upstream session

	saving sync.Mutex // orders writes; taken before mu

	mu           sync.Mutex // guards the rest; never held across a call
	memo         memo
	unreadErr    error          // why the saved record cannot be read; nil if it was read
	goneSince    time.Time      // since when that record is not there any more
	quotas       []cookie.Quota // replaced and never changed
	restriction  int            // code of the upstream's restriction, 0 for none
	set          cookie.Set
	previous     cookie.Set
	activity     status.Activity
	saved        bool
	saveNext     time.Time // when an unsaved record is tried again
	saveFailures int
	savedAt      time.Time // last write
	dirty        bool      // something changed since that can wait for the next write
	adopted      bool      // the ledger got files from the record, which is not saved since
	clockJumped  bool      // the clock jumped, and the check after it is not done
	rand         *rand.Rand
}

func (s *Supervisor) newAccount(name string) *account {
	a := &account{name: name, s: s, writerToken: make(chan struct{}, 1), activity: status.Idle, saved: true,
		rand: rand.New(rand.NewPCG(s.rand.Uint64(), s.rand.Uint64()))}
	a.memo.State, a.memo.Since = Missing, s.now()
	a.memo.Route = s.route
	s.metrics.AddAccount(name, stateNames()...)
	return a
}

// restoreMemo fills the account from its record. The state is kept, but nothing counts
// as proven until the next probe. The error names the fields of the memo that could
// not be read; the cookies are used anyway.
func (a *account) restoreMemo(record cookie.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.s.now()
	m := &a.memo
	err := m.readSaved(record.Memo)
	a.s.ledger.AdoptFiles(a.name, m.Files)
	a.adopted, m.Files = len(m.Files) > 0, nil
	m.Lifetimes.dropImplausible()
	m.adjustToJump(now, sinceStop(m.latestMoment(), now))
	a.set, a.previous = record.Current, record.Previous
	m.setRoute(a.s.route, now)
	m.Facts.Proven = false
	m.NextProbe = now
	a.savedAt, a.dirty = now, err != nil || a.adopted
	m.resumeRotation(a.rand, now)
	if !m.Unanswered.Last.IsZero() {
		a.s.wake(max(m.Unanswered.Next.Sub(now), 0) + wakeLate) // the first ticks may come too late for it
	}
	a.updateStateLocked(now)
	return err
}

// acquireWork takes the account's token, or gives up if ctx or the supervisor ends. It
// is a channel and not a mutex because its holder waits for the upstream.
func (a *account) acquireWork(ctx context.Context) bool {
	if a.s.isStopping() {
		return false
	}
	select {
	case a.writerToken <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-a.s.ended:
	}
	return false
}

func (a *account) releaseWork() { <-a.writerToken }

// durability says when a change of an account is written.
type durability uint8

const (
	saveNow    durability = iota // at once, while readers see it already
	saveMoved                    // at once if it changed the state, otherwise with the next write
	saveLater                    // with the next write
	saveHidden                   // before readers see it: they do with the next dispatch
)

// dispatch is the only way to change an account. It runs fn under the lock and derives
// the state from the facts. The effects follow without the lock: readers get the new
// view, a transition is announced, and the record is written as d says. A nil fn
// changes nothing but shows the hidden changes, or those that time alone made.
func (a *account) dispatch(d durability, fn func(m *memo, now time.Time)) {
	t := a.applyChange(d, fn)
	a.announceTransition(t)
	if d == saveNow || d == saveHidden || d == saveMoved && t != nil {
		_ = a.saveRecord() // it logs the failure; the session goes on from memory
	}
}

// applyChange is dispatch's work under the lock. It returns the transition, if any.
func (a *account) applyChange(d durability, fn func(m *memo, now time.Time)) *transition {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.s.now()
	if fn != nil {
		fn(&a.memo, now)
		a.dirty = true
	}
	if d == saveHidden {
		return nil
	}
	return a.updateStateLocked(now)
}

// updateStateLocked judges the facts, notes a transition and publishes the view that
// requests use.
func (a *account) updateStateLocked(now time.Time) *transition {
	m := &a.memo
	o := a.outlookLocked(now)
	state := judgeState(m.Facts, o)
	var moved *transition
	if state != m.State {
		moved = &transition{from: m.State, to: state, evidence: evidenceText(m.Facts, state, o), next: a.nextActionLocked(now, state), removed: m.Removed}
		if state == Expired {
			if life := m.recordDeath(now); life > 0 {
				a.s.metrics.CookieLifetime.WithLabelValues(a.name).Observe(life.Seconds())
			}
		}
		m.State, m.Since = state, now
	}
	lendable := mayLend(m.Facts, state) && !m.Paused && !a.set.IsZero()
	a.view.Store(&accountView{
		lease:    Lease{Account: a.name, Set: a.set, Quotas: a.quotas},
		state:    state,
		lendable: lendable,
		serving:  lendable && state.Serves(),
		removed:  m.Removed,
	})
	a.setGaugesLocked()
	return moved
}

// outlookLocked is the input of judgeState for the account.
func (a *account) outlookLocked(now time.Time) outlook {
	life := a.memo.Lifetimes.estimateLife()
	o := outlook{now: now, present: !a.set.IsZero(), unread: a.unreadErr != nil, fresh: a.s.proofLifetime(), life: life, waking: a.clockJumped, reach: a.s.reach.get()}
	if life > 0 && !a.memo.Issued.IsZero() {
		o.end = a.memo.Issued.Add(life)
	}
	return o
}

// saveRecord writes the record. If that fails, the session goes on from memory and
// the tick tries again. If the account's record could not be read, nothing is written.
func (a *account) saveRecord() error {
	a.saving.Lock()
	defer a.saving.Unlock()
	a.mu.Lock()
	record, unread := a.recordLocked(), a.unreadErr
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
		a.saveFailures, a.savedAt, a.dirty = 0, now, false
	} else {
		a.saveFailures++
		a.saveNext = now.Add(backoff(a.rand, a.saveFailures, saveRetry, saveRetryMax))
	}
	a.mu.Unlock()
	if !gone {
		a.s.metrics.CookieStoreWrites.WithLabelValues(a.name, saveResult(err)).Inc()
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

// recordLocked returns the record for the store.
func (a *account) recordLocked() cookie.Record {
	body, _ := json.Marshal(a.memo) // plain data: cannot fail
	return cookie.Record{Current: a.set, Previous: a.previous, Memo: body}
}
