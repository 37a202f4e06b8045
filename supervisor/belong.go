package supervisor

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
)

// destination is the account that a candidate belongs to. The Google account
// behind its proof decides: the name of a file says only what to call it.
type destination struct {
	name string
	// beside is the account that the file's name means, which holds another
	// Google account; empty when it does not.
	beside string
	// wait says why it can not be decided now, empty when it can.
	wait string
	// blind: Google does not say whose the sessions are, so that the name decided.
	blind bool
}

// relation is how the Google account of a candidate relates to an account's.
type relation uint8

const (
	sameOwner relation = iota
	otherOwner
	untold    // nothing tells, and nothing will
	undecided // nothing tells now
)

// destined decides where a candidate goes. It may ask the upstream whose the
// session is that it would replace.
func (s *Supervisor) destined(ctx context.Context, c Candidate, finding cookie.Finding) destination {
	if a := s.keeper(c.Set, finding.Account); a != nil {
		return destination{name: a.name}
	}
	name := s.nameFor(c, s.tookIn(c))
	a := s.named(name)
	if a == nil || finding.Evidence != cookie.SignedIn {
		return destination{name: name}
	}
	switch a.compare(ctx, finding.Account) {
	case otherOwner:
		return destination{name: s.freeName(c.File), beside: name}
	case undecided:
		return destination{name: name, wait: "whether it is of the Google account of " + name + " could not be checked now"}
	case untold:
		return destination{name: name, blind: true}
	}
	return destination{name: name}
}

// compare relates a Google account, empty when it is not known, to the one whose
// session the account holds. What is not remembered, or in doubt, the session
// itself is asked for.
func (a *account) compare(ctx context.Context, owner string) relation {
	if !a.lock(ctx) {
		return undecided
	}
	defer a.unlock()
	a.mu.Lock()
	set, known, halted := a.set, a.memo.Identity, a.memo.Halted
	a.mu.Unlock()
	switch {
	case set.IsZero():
		return sameOwner // there is nothing to replace
	case known == "" && owner == "":
		return untold
	case known != "" && owner != "" && !halted:
		return related(known, owner)
	}
	switch now := a.ask(ctx, set); {
	case now.Evidence == cookie.SignedIn && now.Account != "":
		if known == "" {
			a.change(func(m *memo, _ time.Time) { m.Identity = now.Account })
		}
		return related(now.Account, owner)
	case now.Evidence == cookie.SignedIn && owner != "":
		return related(known, owner)
	case now.Evidence == cookie.SignedIn:
		return untold
	case now.Evidence == cookie.SignedOut:
		if known != "" && owner != "" {
			return related(known, owner)
		}
		return untold
	}
	return undecided
}

func related(a, b string) relation {
	if a == b {
		return sameOwner
	}
	return otherOwner
}

// freeName is the first name like the file's that no account has.
func (s *Supervisor) freeName(file string) string {
	base, _ := cookie.AccountFor(file)
	name := base
	for n := 2; s.named(name) != nil; n++ {
		name = cookie.OtherAccount(base, n)
	}
	return name
}

// mixed reports whether a proof says that the session of an account answers as
// another Google account than before. A person may bring such an account the
// session once more when it was halted for that.
func (s *Supervisor) mixed(c Candidate, finding cookie.Finding) *account {
	a := s.byIdentity(c.Set)
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.memo.Halted && changed(a.memo.Identity, finding) {
		return a
	}
	return nil
}

// remark says for the account's notes why it is a second one.
func (d destination) remark(c Candidate) []string {
	if d.beside == "" {
		return nil
	}
	file := c.File
	if file == "" {
		file = "what was brought"
	}
	return []string{fmt.Sprintf("%s is of another Google account than %s, so it was kept beside it; to use this one alone, run: geminid cookies remove %[2]s", file, d.beside)}
}

// result says how a candidate was taken in.
func (d destination) result() string {
	switch {
	case d.beside != "":
		return fmt.Sprintf("accepted and in use; another Google account: kept beside %s as %s", d.beside, d.name)
	case d.blind:
		return "accepted and in use; Google did not tell whether it is the same account as before, so the name decided"
	}
	return "accepted and in use"
}
