package supervisor

import (
	"context"
	"strings"
	"sync"
	"time"
)

// parked is a candidate that could not be proven yet.
type parked struct {
	candidate Candidate
	tries     int
	next      time.Time
}

// parkingLot holds the parked candidates, the newest for each account they are
// meant for, and the older ones whose Google account is not known yet. That
// account need not exist: it is made once the candidate is taken.
type parkingLot struct {
	mu    sync.Mutex
	spots map[string]*parked // by spotFor
}

// spotFor names the spot of a candidate for an account: by the account's name,
// which has no slash, and for an older one by its file too.
func spotFor(account string, c Candidate) string {
	if c.Newer == "" {
		return account
	}
	return account + "/" + c.File
}

// parkCandidate parks a candidate; wait is asked how long to wait after so many tries.
func (p *parkingLot) parkCandidate(name string, c Candidate, now time.Time, wait func(tries int) time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	spot := p.spots[name]
	if spot == nil || spot.candidate.Hash != c.Hash {
		spot = &parked{candidate: c}
	}
	if p.spots == nil {
		p.spots = make(map[string]*parked)
	}
	p.spots[name] = spot
	spot.tries++
	spot.next = now.Add(wait(spot.tries))
}

// removeSpot empties a spot and returns its candidate.
func (p *parkingLot) removeSpot(name string) (c Candidate, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	spot := p.spots[name]
	if spot == nil {
		return Candidate{}, false
	}
	delete(p.spots, name)
	return spot.candidate, true
}

// parkedCandidate is the candidate parked for an account.
func (p *parkingLot) parkedCandidate(name string) (c Candidate, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if spot := p.spots[name]; spot != nil {
		return spot.candidate, true
	}
	return Candidate{}, false
}

// hasCandidate reports whether a candidate is parked for an account.
func (p *parkingLot) hasCandidate(name string) bool {
	_, waits := p.parkedCandidate(name)
	return waits
}

// countOthers counts the spots beside name for which met is false.
func (p *parkingLot) countOthers(name string, met func(name string) bool) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for other := range p.spots {
		if other != name && !met(other) {
			n++
		}
	}
	return n
}

// nextDue returns the candidate to try next, nil if none is due.
func (p *parkingLot) nextDue(now time.Time) (name string, first *parked) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for other, spot := range p.spots {
		// A wait longer than any: the clock was set back.
		due := !now.Before(spot.next) || spot.next.Sub(now) > parkedMax
		if due && (first == nil || spot.next.Before(first.next)) {
			name, first = other, spot
		}
	}
	return name, first
}

// removeIfTried empties a spot if it still holds the candidate that was tried.
func (p *parkingLot) removeIfTried(name string, tried *parked) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spots[name] == tried {
		delete(p.spots, name)
	}
}

// Between two tries of a parked candidate.
const (
	parkedRetry = time.Minute
	parkedMax   = 5 * time.Minute
)

// parkCandidate keeps the candidate for later tries, if there is room for its account.
func (s *Supervisor) parkCandidate(name string, c Candidate, why string) Verdict {
	a := s.presentAccount(name)
	exists := func(name string) bool { return strings.Contains(name, "/") || s.presentAccount(name) != nil }
	if a == nil && c.Newer == "" && len(s.presentAccounts())+s.parking.countOthers(name, exists) >= MaxAccounts {
		return rejectTooMany(c)
	}
	s.parking.parkCandidate(spotFor(name, c), c, s.now(), func(tries int) time.Duration {
		s.mu.Lock()
		defer s.mu.Unlock()
		return backoff(s.rand, tries, parkedRetry, parkedMax)
	})
	if a == nil {
		return Verdict{Account: name, Result: Parked, Message: accountSentence(name, why)}
	}
	return a.newVerdict(Parked, why)
}

// retryParked offers the parked candidate again that waits longest, when its time
// has come. It is one a tick, and none while another offer is looked at: each may
// wait for the upstream, and a tick has more to do.
func (s *Supervisor) retryParked(ctx context.Context) {
	name, spot := s.parking.nextDue(s.now())
	if spot == nil || ctx.Err() != nil || s.isStopping() {
		return
	}
	select {
	case s.offers <- struct{}{}:
		defer func() { <-s.offers }()
	default:
		return
	}
	c := spot.candidate
	c.waited = true
	v := s.decideOffer(ctx, c)
	if v.Result == Parked && spotFor(v.Account, spot.candidate) == name {
		return
	}
	s.parking.removeIfTried(name, spot)
	if v.Result != Parked {
		s.parkedOutcome(spot.candidate, v)
	}
}
