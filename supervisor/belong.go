package supervisor

import (
	"context"
	"fmt"
	"time"

	"github.com/geminid/geminid/cookie"
)

// destination is the account that a candidate belongs to. The Google account
// behind its proof decides; the file's name only suggests a name for it.
type destination struct {
	name string
	// beside is the account that the file's name means, if that holds another Google
	// account; otherwise empty.
	beside string
	// wait is the reason why it cannot be decided now, empty if it can.
	wait string
	// ownerUnknown: Google does not name the owner of the sessions, so that the name
	// decided.
	ownerUnknown bool
}

// ownerRelation is how the Google account of a candidate relates to an account's.
type ownerRelation uint8

const (
	sameOwner ownerRelation = iota
	otherOwner
	ownerUnknowable // it is not known, and asking does not help
	ownerUndecided  // it is not known yet
)

// destinationOf decides where a candidate goes. It may probe the session that
// would be replaced, to learn its owner.
func (s *Supervisor) destinationOf(ctx context.Context, c Candidate, finding cookie.Finding) destination {
	if a := s.accountWithSessionOrOwner(c.Set, finding.Account); a != nil {
		return destination{name: a.name}
	}
	name := s.nameFor(c, s.accountThatTook(c))
	a := s.presentAccount(name)
	if a == nil || finding.Evidence != cookie.SignedIn {
		return destination{name: name}
	}
	switch a.compareOwner(ctx, finding.Account) {
	case otherOwner:
		return destination{name: s.freeName(c.File), beside: name}
	case ownerUndecided:
		return destination{name: name, wait: "whether it is of the Google account of " + name + " could not be checked now"}
	case ownerUnknowable:
		return destination{name: name, ownerUnknown: true}
	case sameOwner:
	}
	return destination{name: name}
}

// compareOwner relates a Google account, empty if it is not known, to the one whose
// session the account holds. If that is not remembered or in doubt, the session
// itself is probed.
func (a *account) compareOwner(ctx context.Context, owner string) ownerRelation {
	if !a.acquireWork(ctx) {
		return ownerUndecided
	}
	defer a.releaseWork()
	a.mu.Lock()
	set, known, halted := a.set, a.memo.Identity, a.memo.Halted
	a.mu.Unlock()
	switch {
	case set.IsZero():
		return sameOwner // there is nothing to replace
	case known == "" && owner == "":
		return ownerUnknowable
	case known != "" && owner != "" && !halted:
		return compareOwners(known, owner)
	}
	switch now := a.probeSet(ctx, set); {
	case now.Evidence == cookie.SignedIn && now.Account != "":
		if known == "" {
			a.dispatch(saveNow, func(m *memo, _ time.Time) { m.Identity = now.Account })
		}
		return compareOwners(now.Account, owner)
	case now.Evidence == cookie.SignedIn && owner != "":
		return compareOwners(known, owner)
	case now.Evidence == cookie.SignedIn:
		return ownerUnknowable
	case now.Evidence == cookie.SignedOut:
		if known != "" && owner != "" {
			return compareOwners(known, owner)
		}
		return ownerUnknowable
	}
	return ownerUndecided
}

func compareOwners(a, b string) ownerRelation {
	if a == b {
		return sameOwner
	}
	return otherOwner
}

// freeName is the first name like the file's that no account has.
func (s *Supervisor) freeName(file string) string {
	base, _ := cookie.AccountFor(file)
	name := base
	for n := 2; s.presentAccount(name) != nil; n++ {
		name = cookie.OtherAccount(base, n)
	}
	return name
}

// identityMismatch reports whether a proof says that the session of an account
// answers as another Google account than before. A person may offer the session once
// more if the account was halted for that.
func (s *Supervisor) identityMismatch(c Candidate, finding cookie.Finding) *account {
	a := s.accountWithSession(c.Set)
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.memo.Halted && identityChanged(a.memo.Identity, finding) {
		return a
	}
	return nil
}

// secondAccountRemark says for the account's notes why it is a second one.
func (d destination) secondAccountRemark(c Candidate) []string {
	if d.beside == "" {
		return nil
	}
	file := c.File
	if file == "" {
		file = "the uploaded session"
	}
	return []string{fmt.Sprintf("%s is of another Google account than %s, so it was kept beside it; to use this one alone, run: geminid cookies remove %[2]s", file, d.beside)}
}

// resultMessage says how a candidate was taken in.
func (d destination) resultMessage() string {
	switch {
	case d.beside != "":
		return fmt.Sprintf("accepted and in use; another Google account: kept beside %s as %s", d.beside, d.name)
	case d.ownerUnknown:
		return "accepted and in use; Google did not say whether it is the same account as before, so the name decided"
	}
	return "accepted and in use"
}
