package supervisor

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
	"github.com/geminid/geminid/metrics"
)

// Config configures a supervisor. Upstream and Store are required.
type Config struct {
	Upstream Upstream
	Store    Store
	// Ledger remembers the fate of the files of the inbox; nil means a private one in
	// memory.
	Ledger *ledger.Ledger
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Slept returns how long the machine has slept since it started, which the
	// monotonic clock does not count. If the wall clock jumps by more than that, it
	// was set, and the ages of earlier moments are ignored. nil means that it is not
	// known: then every jump ahead of up to 30 days counts as sleep.
	Slept func() time.Duration
	// Logger gets state changes; nil means none.
	Logger *slog.Logger
	// Metrics gets counts and gauges; nil means a private set.
	Metrics *metrics.Metrics
	// Mark names a set for people (a keyed hash); nil shows no marks.
	Mark func(cookie.Set) string
	// Audit records the events of a session, without secrets; nil means no audit log.
	Audit func(kind, account string, fields map[string]string)
	// Wake asks for a Tick after that time, which may be before the next regular one.
	// It must not block; nil means that only the regular ones come.
	Wake func(after time.Duration)
	// ParkedOutcome is called with the verdict on a candidate that was parked before;
	// nil means no call.
	ParkedOutcome func(c Candidate, v Verdict)
	// Route names the way that calls take to the upstream, such as a hash of the
	// proxy; empty is the direct way. It is saved, so it must hold no secret. A
	// hold that was met on another route waits for its trial call no longer.
	Route string
	// ProbeEvery is the probe interval; zero means 5 minutes.
	ProbeEvery time.Duration
	// NoFloor lifts the minimum gap of forced rotations. It exists for the
	// crash tests on the simulator.
	NoFloor bool
	// Seed makes jitter repeatable; zero draws one.
	Seed uint64
}

// MaxAccounts is how many accounts one daemon carries.
const MaxAccounts = 8

// Supervisor holds the accounts. It owns no goroutine: its work is done within
// the calls of [Supervisor.Do], [Supervisor.Tick] and [Supervisor.Offer].
type Supervisor struct {
	upstream      Upstream
	store         Store
	ledger        *ledger.Ledger
	now           func() time.Time
	slept         func() time.Duration
	log           *slog.Logger
	metrics       *metrics.Metrics
	mark          func(cookie.Set) string
	audit         func(kind, account string, fields map[string]string)
	parkedOutcome func(c Candidate, v Verdict)
	wake          func(after time.Duration)
	probeEvery    time.Duration
	noFloor       bool
	route         string

	accounts   atomic.Pointer[[]*account] // copied on write, read without a lock
	leaseCount atomic.Int64
	offers     chan struct{} // one offer at a time
	ended      chan struct{} // closed by Flush: no new work
	clock      clockWatch
	reach      reachWatch
	events     eventLog
	parking    parkingLot

	mu   sync.Mutex // guards rand and the making of accounts
	rand *rand.Rand
}

// New makes a supervisor and loads the records of the store. Unusable records are
// reported in the joined error, beside a supervisor that works with the others. An
// account whose record cannot be read is Unreadable until it can. If the list of
// accounts itself cannot be read, the supervisor is nil.
func New(c Config) (*Supervisor, error) {
	if c.Upstream == nil || c.Store == nil {
		return nil, errors.New("supervisor: Config needs Upstream and Store")
	}
	s := &Supervisor{
		upstream: c.Upstream, store: c.Store, ledger: c.Ledger, now: c.Now, slept: c.Slept, log: c.Logger, metrics: c.Metrics, mark: c.Mark,
		audit: c.Audit, wake: c.Wake, parkedOutcome: c.ParkedOutcome, probeEvery: cmp.Or(c.ProbeEvery, probeEvery), noFloor: c.NoFloor, route: c.Route,
		offers: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if s.now == nil {
		s.now = time.Now
	}
	now := s.now
	s.now = func() time.Time { return now().Round(0).UTC() } // wall time only
	if s.ledger == nil {
		s.ledger = ledger.Open(ledger.Config{})
	}
	if s.slept == nil {
		s.slept = func() time.Duration { return -1 }
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.metrics == nil {
		s.metrics = metrics.New(metrics.Build{})
	}
	if s.mark == nil {
		s.mark = func(cookie.Set) string { return "" }
	}
	if s.audit == nil {
		s.audit = func(string, string, map[string]string) {}
	}
	if s.parkedOutcome == nil {
		s.parkedOutcome = func(Candidate, Verdict) {}
	}
	if s.wake == nil {
		s.wake = func(time.Duration) {}
	}
	seed := cmp.Or(c.Seed, rand.Uint64())
	s.rand = rand.New(rand.NewPCG(seed, seed))
	s.clock = startClock(s.now(), s.slept())
	s.accounts.Store(&[]*account{})
	s.showReach()
	known, err := s.loadRecords()
	if !known {
		return nil, err
	}
	return s, err
}

// loadRecords loads the saved accounts. known is false if the list of accounts could
// not be read: offered cookies could be older than the saved ones.
func (s *Supervisor) loadRecords() (known bool, failure error) {
	records, unread, failure := s.store.Load()
	if records == nil && failure != nil {
		return false, failure
	}
	for _, name := range slices.Sorted(maps.Keys(records)) {
		failure = errors.Join(failure, s.ensureAccount(name).restoreRecord(records[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(unread)) {
		s.ensureAccount(name).markUnreadable(unread[name])
	}
	s.saveAdopted()
	return true, failure
}

// Do lends the best account to fn and learns from how it ends. fn reports
// whether a part of its answer already went to the client. If none did and the
// session was to blame, another account is tried, or the same one once more if it
// has a newer value. Do blocks as long as fn, plus a probe if the answer put the
// session in doubt. Without a usable account the error is a
// *Refusal.
func (s *Supervisor) Do(ctx context.Context, fn func(ctx context.Context, lease Lease) (committed bool, err error)) error {
	var tried, renewed []*account
	var failure error
	for {
		a, v := s.pickAccount(tried)
		if a == nil {
			if failure != nil && s.Ready() {
				return failure
			}
			return s.newRefusal()
		}
		a.lastLease.Store(s.leaseCount.Add(1))
		committed, err := fn(ctx, v.lease)
		again := a.learnFrom(ctx, v.lease, cookie.FindingOf(err))
		if err == nil || committed || !again || ctx.Err() != nil {
			return err
		}
		failure = err
		if w := a.view.Load(); w.lendable && w.lease.Set.Key() != v.lease.Set.Key() && !slices.Contains(renewed, a) {
			renewed = append(renewed, a) // a newer value arrived meanwhile: once more
			continue
		}
		tried = append(tried, a)
	}
}

// Lease returns the lease that Do would use now, or a *[Refusal]. It does not count
// as a use.
func (s *Supervisor) Lease() (Lease, error) {
	_, v := s.pickAccount(nil)
	if v == nil {
		return Lease{}, s.newRefusal()
	}
	return v.lease, nil
}

// pickAccount chooses the best serving account, the least recently used among equals.
func (s *Supervisor) pickAccount(tried []*account) (*account, *accountView) {
	var best *account
	var chosen *accountView
	for _, a := range *s.accounts.Load() {
		v := a.view.Load()
		if v == nil || !v.lendable || slices.Contains(tried, a) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(servingTier(v.state), servingTier(chosen.state)),
			cmp.Compare(a.lastLease.Load(), best.lastLease.Load())) < 0 {
			best, chosen = a, v
		}
	}
	return best, chosen
}

// servingTier groups states that serve equally well.
func servingTier(s State) int {
	switch s {
	case Healthy, Expiring:
		return 0
	case Unreachable:
		return 2
	default:
		return 1
	}
}

// accountNamed finds an account by name, a removed one too; nil if there is none.
func (s *Supervisor) accountNamed(name string) *account {
	for _, a := range *s.accounts.Load() {
		if a.name == name {
			return a
		}
	}
	return nil
}

// ensureAccount finds an account by name, or makes it.
func (s *Supervisor) ensureAccount(name string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accountNamed(name); a != nil {
		return a
	}
	a := s.newAccount(name)
	list := append(slices.Clone(*s.accounts.Load()), a)
	slices.SortFunc(list, func(x, y *account) int { return cmp.Compare(x.name, y.name) })
	s.accounts.Store(&list)
	return a
}

// proofLifetime is how long a proof holds: two probe intervals, and a margin for
// jitter and tick.
func (s *Supervisor) proofLifetime() time.Duration { return 2*s.probeEvery + 2*time.Minute }
