package supervisor

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/metrics"
)

// parked is a candidate that could not be proven yet.
type parked struct {
	candidate Candidate
	tries     int
	next      time.Time
}

// Offer takes in a candidate: it is placed with the account it belongs to,
// probed while the current set stays in service, and swapped in only when that
// proves it, or when there is nothing to lose. It blocks for one probe.
func (s *Supervisor) Offer(ctx context.Context, c Candidate) Verdict {
	select {
	case s.offers <- struct{}{}:
		defer func() { <-s.offers }()
	case <-ctx.Done():
		return Verdict{Result: Parked, Message: "the server is stopping; nothing was changed"}
	}
	v := s.offer(ctx, c)
	s.told(c, v)
	return v
}

func (s *Supervisor) offer(ctx context.Context, c Candidate) Verdict {
	known := s.byIdentity(c.Set)
	if known != nil {
		if v, done := known.same(c); done {
			return v
		}
	}
	if held := s.held(); held != nil {
		// No call while the address is refused: the trial call comes first.
		return s.park(s.place(c, known), c, "the upstream refuses this server for now; the file is tried when that ends")
	}
	finding := s.ask(ctx, c.Set)
	if owner := s.byAccount(finding.Account); known == nil && owner != nil && c.Account == "" {
		known = owner
	}
	switch finding.Evidence {
	case cookie.SignedIn:
		a := s.place(c, known)
		if a == nil {
			return tooMany(c)
		}
		return a.take(ctx, c, finding)
	case cookie.SignedOut:
		return s.reject(c, known)
	}
	a := s.place(c, known)
	if a == nil {
		return tooMany(c)
	}
	if a.hopeless() {
		return a.take(ctx, c, finding) // nothing to lose: use it, unproven
	}
	return s.park(a, c, "it could not be checked now ("+finding.Detail+"); the present cookies are kept and it is tried again")
}

// hopeless reports whether there is nothing that unproven cookies could harm: no
// set, or one proven dead. A session that only does not serve now (refused,
// paused, in doubt) may well be alive.
func (a *account) hopeless() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.set.IsZero() || !a.memo.Facts.Expired.IsZero()
}

// same answers an offer that brings nothing new.
func (a *account) same(c Candidate) (Verdict, bool) {
	a.mu.Lock()
	current := a.set.Key() == c.Set.Key()
	dead := !a.memo.Facts.Expired.IsZero() || !a.memo.Facts.FirstOut.IsZero()
	older := !current && (a.knows(c.Set) || c.Hash != "" && a.memo.Files[c.File] == c.Hash)
	if current || (older && !dead) {
		a.memo.Files[c.File] = c.Hash
	}
	a.mu.Unlock()
	switch {
	case current:
		return a.verdict(Unchanged, "these cookies are already in use"), true
	case older && !dead:
		return a.verdict(Unchanged, "these cookies are older than the renewed ones in use; nothing was changed"), true
	}
	return Verdict{}, false
}

// take swaps the candidate in.
func (a *account) take(ctx context.Context, c Candidate, proof cookie.Finding) Verdict {
	if !a.lock(ctx) {
		return a.verdict(Parked, "the server is stopping; nothing was changed")
	}
	defer a.unlock()
	set := c.Set
	if !proof.Set.IsZero() && proof.Set.Key() == set.Key() {
		set = proof.Set
	}
	a.s.metrics.Account(a.name) // which a removal forgot
	a.adopt(func(m *memo, now time.Time) {
		a.install(m, generation{set: set, origin: c.Origin, parent: a.set, end: "replaced"}, proof, now)
		a.parked = nil
		m.Nominal = c.Nominal
		if c.File != "" {
			m.Files[c.File] = c.Hash
		}
	})
	a.s.note("swap", a.name, map[string]string{"origin": string(c.Origin), "set": a.s.mark(set), "proof": proof.Evidence.String()})
	if proof.Evidence != cookie.SignedIn {
		return a.verdict(Applied, "in use, but not proven yet: "+proof.Detail)
	}
	return a.verdict(Applied, "accepted and in use")
}

func (s *Supervisor) reject(c Candidate, known *account) Verdict {
	rejection := cookie.RejectSignedOut(c.File)
	v := Verdict{Result: Rejected, Code: string(rejection.Code), Message: rejection.Message, State: Missing}
	if known == nil {
		known = s.account(s.nameFor(c), false)
	}
	if known != nil {
		v = known.verdict(Rejected, "")
		v.Code, v.Message = string(rejection.Code), rejection.Message
	}
	return v
}

func tooMany(c Candidate) Verdict {
	rejection := cookie.RejectTooMany(c.File, MaxAccounts)
	return Verdict{Result: Rejected, Code: string(rejection.Code), Message: rejection.Message}
}

// park keeps the candidate for later tries. a may be nil when no account has
// room for it.
func (s *Supervisor) park(a *account, c Candidate, why string) Verdict {
	if a == nil {
		return tooMany(c)
	}
	a.mu.Lock()
	p := a.parked
	if p == nil || p.candidate.Hash != c.Hash {
		p = &parked{candidate: c}
		a.parked = p
	}
	p.tries++
	p.next = s.now().Add(backoff(a.rand, p.tries, time.Minute, 5*time.Minute))
	a.mu.Unlock()
	return a.verdict(Parked, why)
}

// retryParked offers a parked candidate again when its time has come.
func (a *account) retryParked(ctx context.Context) {
	a.mu.Lock()
	p := a.parked
	due := p != nil && !a.s.now().Before(p.next)
	a.mu.Unlock()
	if due && ctx.Err() == nil {
		if v := a.s.Offer(ctx, p.candidate); v.Result != Parked {
			a.mu.Lock()
			if a.parked == p {
				a.parked = nil
			}
			a.mu.Unlock()
		}
	}
}

// told counts, notes and logs how an offer ended.
func (s *Supervisor) told(c Candidate, v Verdict) {
	s.noteFile(c.File, v)
	trigger := c.Trigger
	if trigger == "" {
		trigger = "push"
	}
	account := cmp.Or(v.Account, metrics.NoAccount)
	s.metrics.CookieFileLoads.WithLabelValues(account, string(v.Result), trigger).Inc()
	switch v.Result {
	case Applied, Unchanged:
		s.metrics.CookieFileLoaded.WithLabelValues(account).Set(1)
		s.metrics.CookieFileLoaded.WithLabelValues(metrics.NoAccount).Set(1) // the stray file is over
		s.metrics.CookieFileLoadSuccess.WithLabelValues(account).Set(float64(s.now().Unix()))
		if v.Result == Applied {
			s.log.Info("new cookies taken in", "account", v.Account, "file", c.File, "origin", c.Origin, "result", v.Message)
		}
	case Rejected:
		s.metrics.CookieFileLoaded.WithLabelValues(account).Set(0)
		s.log.Warn("cookies rejected; the present ones stay in use", "account", v.Account, "file", c.File, "code", v.Code, "reason", v.Message)
	case Parked:
		s.log.Info("cookies parked", "account", v.Account, "file", c.File, "reason", v.Message)
	}
	if v.Result == Rejected {
		s.note("rejected", v.Account, map[string]string{"code": v.Code, "set": s.mark(c.Set)})
	}
}

// place finds or makes the account that a candidate is for; nil means that
// there is no room.
func (s *Supervisor) place(c Candidate, known *account) *account {
	if known != nil && c.Account == "" {
		return known
	}
	name := s.nameFor(c)
	if a := s.account(name, false); a != nil {
		return a
	}
	if len(*s.accounts.Load()) >= MaxAccounts {
		return nil
	}
	return s.account(name, true)
}

// nameFor is the account a candidate asks for: the one it names, the only one
// when its file has a name that browsers give, else one named after the file.
func (s *Supervisor) nameFor(c Candidate) string {
	if c.Account != "" {
		return c.Account
	}
	name, generic := cookie.AccountFor(c.File)
	if accounts := *s.accounts.Load(); generic && len(accounts) == 1 {
		return accounts[0].name
	}
	return name
}

func (s *Supervisor) byIdentity(set cookie.Set) *account {
	for _, a := range *s.accounts.Load() {
		a.mu.Lock()
		mine := !a.set.IsZero() && a.set.Identity() == set.Identity()
		a.mu.Unlock()
		if mine {
			return a
		}
	}
	return nil
}

func (s *Supervisor) byAccount(id string) *account {
	for _, a := range *s.accounts.Load() {
		a.mu.Lock()
		mine := id != "" && a.memo.Identity == id
		a.mu.Unlock()
		if mine {
			return a
		}
	}
	return nil
}

// held returns an account whose hold still runs.
func (s *Supervisor) held() *account {
	for _, a := range *s.accounts.Load() {
		a.mu.Lock()
		held := a.memo.Facts.Hold != "" && s.now().Before(a.memo.Facts.HoldUntil)
		a.mu.Unlock()
		if held {
			return a
		}
	}
	return nil
}

func (a *account) verdict(r Result, message string) Verdict {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Verdict{Account: a.name, Result: r, State: a.memo.State, Since: a.memo.Since,
		Message: fmt.Sprintf("%s: %s.", a.name, strings.TrimSuffix(message, "."))}
}

// Reject notes a file that could not even be read as cookies: nothing changes
// but the counters, the log and the metrics of the account it was meant for.
func (s *Supervisor) Reject(c Candidate, rejection *cookie.Rejection) Verdict {
	v := Verdict{Result: Rejected, State: Missing}
	if a := s.account(s.nameFor(c), false); a != nil {
		v = a.verdict(Rejected, "")
	}
	v.Code, v.Message = string(rejection.Code), rejection.Message
	s.told(c, v)
	return v
}
