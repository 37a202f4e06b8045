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
	audit         func(AuditEntry)
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
	c.setDefaults()
	s := &Supervisor{
		upstream: c.Upstream, store: c.Store, ledger: c.Ledger, slept: c.Slept, log: c.Logger, metrics: c.Metrics, mark: c.Mark,
		audit: c.Audit, wake: c.Wake, parkedOutcome: c.ParkedOutcome, probeEvery: c.ProbeEvery, noFloor: c.NoFloor, route: c.Route,
		now:    func() time.Time { return c.Now().Round(0).UTC() }, // wall time only
		rand:   rand.New(rand.NewPCG(c.Seed, c.Seed)),
		offers: make(chan struct{}, 1), ended: make(chan struct{}),
	}
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
	now := s.now()
	for _, a := range *s.accounts.Load() {
		v := a.view.Load()
		if v == nil || !v.lendable || slices.Contains(tried, a) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(servingTier(v.state), servingTier(chosen.state)),
			cmp.Compare(quotaTier(v.lease.Quotas, now), quotaTier(chosen.lease.Quotas, now)),
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
