package supervisor

import (
	"slices"

	"github.com/geminid/geminid/cookie"
)

// presentAccounts lists the accounts without the removed ones, of which only the
// lineage is kept.
func (s *Supervisor) presentAccounts() []*account {
	return slices.DeleteFunc(slices.Clone(*s.accounts.Load()), func(a *account) bool {
		v := a.view.Load()
		return v != nil && v.removed
	})
}

// findAccount returns the first of the accounts for which match reports true, nil
// if there is none. match is called with the account's lock held.
func findAccount(accounts []*account, match func(a *account) bool) *account {
	for _, a := range accounts {
		a.mu.Lock()
		found := match(a)
		a.mu.Unlock()
		if found {
			return a
		}
	}
	return nil
}

// presentAccount finds one of the present accounts.
func (s *Supervisor) presentAccount(name string) *account {
	for _, a := range s.presentAccounts() {
		if a.name == name {
			return a
		}
	}
	return nil
}

// RemovedAccounts names the accounts that were removed by command, most of them with a
// history.
func (s *Supervisor) RemovedAccounts() []string {
	var names []string
	for _, a := range *s.accounts.Load() {
		if v := a.view.Load(); v != nil && v.removed {
			names = append(names, a.name)
		}
	}
	return names
}

// accountRemovedWithFile returns the removed account that took this very file in.
// The file may still lie in the inbox, where each start finds it again. Without the
// ledger the lineage of the account knows the cookies.
func (s *Supervisor) accountRemovedWithFile(c Candidate) *account {
	if c.Origin != FromFile || c.Hash == "" {
		return nil
	}
	takers, known := s.ledger.AccountsOf(c.Hash), s.ledger.IsComplete()
	return findAccount(*s.accounts.Load(), func(a *account) bool {
		return a.memo.Removed && (slices.Contains(takers, a.name) || !known && a.isInLineageLocked(c.Set))
	})
}

// accountWithOlderSet finds the account that had these cookies before others took
// their place, nil if there is none or its session is in doubt. A late backup or the
// copy of a synchronizing program is ignored under any name; a push is a person's
// wish.
func (s *Supervisor) accountWithOlderSet(c Candidate) *account {
	if c.Origin != FromFile {
		return nil
	}
	return findAccount(s.presentAccounts(), func(a *account) bool {
		return a.isInLineageLocked(c.Set) && !a.isDoubtfulLocked()
	})
}

// findOrAddAccount finds or makes the account of this name; nil means that there is
// no room.
func (s *Supervisor) findOrAddAccount(name string) *account {
	if a := s.presentAccount(name); a != nil {
		return a
	}
	if len(s.presentAccounts()) >= MaxAccounts {
		return nil
	}
	s.metrics.AddAccount(name, stateNames()...) // anew when it was removed
	return s.ensureAccount(name)
}

// accountFor returns the name of the account that a candidate is for, as far as it is
// known without asking the upstream. The account need not exist yet.
func (s *Supervisor) accountFor(c Candidate) string { return s.nameFor(c, s.accountWithSession(c.Set)) }

// nameFor is the account a candidate is for: the one it is known to belong to,
// the one it names, the one whose file it replaces, the only one if its file
// has a name that browsers give, otherwise one named after the file. A known session
// comes first: two accounts that renew one session end it.
func (s *Supervisor) nameFor(c Candidate, known *account) string {
	if known != nil {
		return known.name
	}
	if c.Account != "" {
		return c.Account
	}
	if a := s.presentAccount(c.past.Account); a != nil && c.Origin == FromFile {
		return a.name
	}
	name, generic := cookie.AccountFor(c.File)
	if accounts := s.presentAccounts(); generic && len(accounts) == 1 {
		return accounts[0].name
	}
	return name
}

// accountWithSession finds the account whose session has the same PSID, nil if none
// has.
func (s *Supervisor) accountWithSession(set cookie.Set) *account {
	return findAccount(s.presentAccounts(), func(a *account) bool {
		return !a.set.IsZero() && a.set.Identity() == set.Identity()
	})
}

// accountOfOwner finds the account that holds a session of this Google account, nil
// if none does or id is empty.
func (s *Supervisor) accountOfOwner(id string) *account {
	return findAccount(s.presentAccounts(), func(a *account) bool { return id != "" && a.memo.Identity == id })
}

// accountWithSessionOrOwner finds the account that holds a session, or one of that
// Google account.
func (s *Supervisor) accountWithSessionOrOwner(set cookie.Set, owner string) *account {
	if a := s.accountWithSession(set); a != nil {
		return a
	}
	return s.accountOfOwner(owner)
}

// isOnHold reports whether the hold of an account still runs.
func (s *Supervisor) isOnHold() bool {
	now := s.now()
	return findAccount(s.presentAccounts(), func(a *account) bool {
		return a.memo.Facts.Hold != "" && now.Before(a.memo.Facts.HoldUntil)
	}) != nil
}
