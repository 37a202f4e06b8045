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

// Offer takes in a candidate: it is placed with the account it belongs to,
// probed while the current set stays in service, and swapped in only when that
// proves it, or when there is nothing to lose. It blocks for one probe.
func (s *Supervisor) Offer(ctx context.Context, c Candidate) Verdict {
	if s.over() {
		return stopped
	}
	select {
	case s.offers <- struct{}{}:
		defer func() { <-s.offers }()
	case <-ctx.Done():
		return stopped
	case <-s.ended:
		return stopped
	}
	return s.judged(ctx, c)
}

// judged is an offer from end to end. The token of offers is held.
func (s *Supervisor) judged(ctx context.Context, c Candidate) Verdict {
	v := s.offer(ctx, c)
	if v.Result == PassedOver {
		return v
	}
	if v.Result != Rejected {
		v.Warnings = c.Warnings
		if c.Account != "" && v.Account != "" && v.Account != c.Account {
			v.Message += fmt.Sprintf(" The session is one of %s, so it was not brought to %s.", v.Account, c.Account)
		}
	}
	s.told(c, v)
	return v
}

// stopped is the verdict on what came too late.
var stopped = Verdict{Result: Parked, Message: "the server is stopping; nothing was changed"}

func (s *Supervisor) offer(ctx context.Context, c Candidate) Verdict {
	if a := s.dismissed(c); a != nil {
		return Verdict{Account: a.name, Result: Unchanged, State: Missing,
			Message: sentence(a.name, "these cookies were removed by command; a new file or geminid cookies import brings the account back")}
	}
	known := s.byIdentity(c.Set)
	if known == nil {
		known = s.tookIn(c)
	}
	if known != nil {
		if v, done := known.same(c); done {
			return v
		}
	} else if a := s.took(c); a != nil {
		return a.verdict(Unchanged, "this file was taken in before, and what came after it counts"+a.wayBack())
	}
	if why := s.obscured(); why != nil && known == nil {
		return s.park(s.nameFor(c, nil), c, fmt.Sprintf("%v, and these cookies may be older than the ones in it; the file is tried when it can be read: %s", why, unreadRemedy(why)))
	}
	if c.Newer != "" {
		switch name := s.nameFor(c, known); {
		case known != nil:
			return Verdict{Account: name, Result: PassedOver}
		case s.holding(c.Newer) != nil:
		case s.parking.expects(name):
			return s.park(name, c, c.Newer+" is newer and is tried first")
		default:
			c.Newer = "" // it was refused
		}
	}
	if s.held() {
		// No call while the address is refused: the trial call comes first.
		return s.park(s.nameFor(c, known), c, "the upstream refuses this server for now; the file is tried when that ends")
	}
	return s.prove(ctx, c)
}

// prove asks the upstream about a candidate and does what the answer asks for.
func (s *Supervisor) prove(ctx context.Context, c Candidate) Verdict {
	finding := s.ask(ctx, c.Set)
	if a := s.replaced(c); a != nil && (finding.Evidence != cookie.SignedIn || a.compare(ctx, finding.Account) != otherOwner) {
		return a.passed(c)
	}
	if a := s.mixed(c, finding); a != nil {
		return s.refuse(a.name, cookie.RejectMixed(c.File, a.name))
	}
	to := s.destined(ctx, c, finding)
	proven := finding.Evidence == cookie.SignedIn
	switch a := s.named(to.name); {
	case c.Newer != "" && !passing(finding) && to.wait == "" && (!proven || a != nil):
		return Verdict{Account: to.name, Result: PassedOver}
	case finding.Evidence == cookie.SignedOut:
		return s.refuse(to.name, cookie.RejectSignedOut(c.File))
	case to.wait != "":
		return s.park(to.name, c, to.wait+"; the present cookies are kept and it is tried again")
	case to.beside != "" && to.beside == c.Account:
		return s.refuse(to.beside, cookie.RejectOtherAccount(c.File, to.beside))
	case !proven && a != nil && !a.open(finding):
		return s.park(to.name, c, "it could not be checked now ("+finding.Detail+"); the present cookies are kept and it is tried again")
	}
	a := s.place(to.name)
	if a == nil {
		return tooMany(c)
	}
	return a.take(ctx, c, to, finding) // when it is not proven, there is nothing to lose
}

// hopeless reports whether there is nothing that unproven cookies could harm: no
// set, or one proven dead. A session that only does not serve now (refused,
// paused, in doubt) may well be alive.
func (a *account) hopeless() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.set.IsZero() || !a.memo.Facts.Expired.IsZero()
}

// open reports whether the account takes cookies that are not proven. Where it is
// known whose it is, they wait for an answer that tells whose they are, as long as
// one can be hoped for: an outage passes, a page that changed may stay so.
func (a *account) open(finding cookie.Finding) bool {
	a.mu.Lock()
	owned := a.memo.Identity != ""
	a.mu.Unlock()
	return a.hopeless() && !(owned && passing(finding))
}

// passing reports whether an answer says nothing now and may say more later.
func passing(finding cookie.Finding) bool {
	switch finding.Evidence {
	case cookie.Transient, cookie.Offline, cookie.Silent, cookie.Blocked, cookie.Limited:
		return true
	}
	return false
}

// doubtful reports whether there is no session, or one that may be signed out.
// mu is held.
func (a *account) doubtful() bool {
	return a.set.IsZero() || !a.memo.Facts.Expired.IsZero() || !a.memo.Facts.FirstOut.IsZero()
}

// passed answers an offer of cookies that others replaced.
func (a *account) passed(c Candidate) Verdict {
	a.confirm(func(m *memo, _ time.Time) { m.took(c) })
	return a.verdict(Unchanged, "these cookies were in use before newer ones replaced them; nothing was changed"+a.wayBack())
}

// wayBack says how a person gets older cookies back into use.
func (a *account) wayBack() string {
	return fmt.Sprintf("; to go back: geminid cookies rollback %s, or geminid cookies import FILE", a.name)
}

// same answers an offer that brings nothing new.
func (a *account) same(c Candidate) (Verdict, bool) {
	a.mu.Lock()
	current := a.set.Key() == c.Set.Key()
	dead := a.doubtful()
	older := !current && (a.knows(c.Set) || c.Hash != "" && a.memo.Files[c.File] == c.Hash)
	if current || (older && !dead) {
		a.memo.took(c)
		a.memo.Gone = a.memo.Gone && c.File != a.memo.File
	}
	a.mu.Unlock()
	switch {
	case current:
		return a.verdict(Unchanged, "these cookies are already in use"), true
	case older && !dead:
		return a.verdict(Unchanged, "these cookies are older than the ones in use; nothing was changed"), true
	}
	return Verdict{}, false
}

// take swaps the candidate in.
func (a *account) take(ctx context.Context, c Candidate, to destination, proof cookie.Finding) Verdict {
	if !a.lock(ctx) {
		return a.verdict(Parked, "the server is stopping; nothing was changed")
	}
	defer a.unlock()
	set := c.Set
	if !proof.Set.IsZero() && proof.Set.Key() == set.Key() {
		set = proof.Set
	}
	a.s.metrics.AddAccount(a.name) // which a removal forgot
	a.adopt(func(m *memo, now time.Time) {
		a.install(m, generation{set: set, origin: c.Origin, parent: a.set, end: "replaced"}, proof, now)
		m.Nominal, m.Removed, m.File, m.Remarks = c.Nominal, false, c.File, append(to.remark(c), remarks(c)...)
		m.took(c)
	})
	if c.Origin == FromFile {
		a.s.moved(c.File, a)
	}
	a.s.parking.clear(a.name)
	a.s.note("swap", a.name, map[string]string{"origin": string(c.Origin), "set": a.s.mark(set), "proof": proof.Evidence.String()})
	if proof.Evidence != cookie.SignedIn {
		return a.verdict(Applied, "in use, but not proven yet: "+proof.Detail)
	}
	return a.verdict(Applied, to.result())
}

func (s *Supervisor) refuse(name string, rejection *cookie.Rejection) Verdict {
	v := Verdict{Result: Rejected, State: Missing}
	if a := s.named(name); a != nil {
		v = a.verdict(Rejected, "")
	}
	v.Code, v.Message = string(rejection.Code), rejection.Message
	return v
}

func tooMany(c Candidate) Verdict {
	rejection := cookie.RejectTooMany(c.File, MaxAccounts)
	return Verdict{Result: Rejected, Code: string(rejection.Code), Message: rejection.Message}
}

// told counts, notes and logs how an offer ended.
func (s *Supervisor) told(c Candidate, v Verdict) {
	trigger, account := cmp.Or(c.Trigger, "push"), metrics.NoAccount
	present := s.named(v.Account) != nil
	if present {
		account = v.Account
	}
	s.noteFile(c.File, v, present)
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

func (a *account) verdict(r Result, message string) Verdict {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := Verdict{Account: a.name, Result: r, State: a.memo.State, Since: a.memo.Since, Message: sentence(a.name, message)}
	if g := a.memo.newest(); g != nil && (r == Applied || r == RolledBack) {
		v.Since = g.Since
	}
	return v
}

// remarks are a candidate's warnings as the account's notes show them.
func remarks(c Candidate) []string {
	var out []string
	for _, w := range c.Warnings {
		out = append(out, fmt.Sprintf("%s (%s): %s", cmp.Or(c.File, "the cookies"), w.Code, w.Message))
	}
	return out
}

func sentence(account, message string) string {
	return fmt.Sprintf("%s: %s.", account, strings.TrimSuffix(message, "."))
}

// Reject notes a file that could not even be read as cookies: nothing changes
// but the counters, the log and the metrics of the account it was meant for.
func (s *Supervisor) Reject(c Candidate, rejection *cookie.Rejection) Verdict {
	v := s.refuse(s.nameFor(c, nil), rejection)
	s.told(c, v)
	return v
}
