package supervisor

import (
	"fmt"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/ledger"
)

// accountThatTook returns the present account that took this very file in before, nil
// if there is none. Meanwhile it may have gone back or on to another login, which a
// restart must not undo.
func (s *Supervisor) accountThatTook(c Candidate) *account {
	if c.Origin != FromFile || !c.past.IsTaken(c.Hash) {
		return nil
	}
	return s.presentAccount(c.past.Account)
}

// wasTaken reports whether an account, possibly a removed one, took this very file in.
func (s *Supervisor) wasTaken(c Candidate) bool {
	return c.past.IsTaken(c.Hash) && s.accountNamed(c.past.Account) != nil
}

// rememberTaken notes that an account took a file of the inbox in.
func (s *Supervisor) rememberTaken(c Candidate, a *account) {
	if c.Origin == FromFile && c.File != "" {
		s.ledger.RecordTaken(c.File, c.Hash, a.name)
	}
}

// rememberRefused notes why a file of the inbox is not used, so that it is not checked
// again until its content changes. A file that waited may hold another content by now,
// whose refusal stays.
func (s *Supervisor) rememberRefused(c Candidate, code cookie.Code, message string) {
	if c.Origin != FromFile || c.waited && c.past.Hash != "" && !c.past.IsRefused(c.Hash) {
		return
	}
	s.ledger.RecordRefusal(c.File, ledger.Refusal{Hash: c.Hash, Code: code, Message: message})
}

// passOver leaves a file unused because a newer one is used for the account.
func (s *Supervisor) passOver(c Candidate, account string) Verdict {
	s.log.Info("a cookie file is passed over for a newer one", "file", c.File, "newer", c.Newer)
	text := fmt.Sprintf("%s is newer and is used for the same account. To use this file, put it there again.", c.Newer)
	s.rememberRefused(c, "", text) // nothing is wrong with it, so it has no code
	return Verdict{Account: account, Result: PassedOver, Message: text}
}

// RetainFiles forgets the refusals of files that are not in the inbox any more, and
// saves the rest. present lists the files there with the hashes of their contents.
func (s *Supervisor) RetainFiles(present map[string]string) {
	s.ledger.ForgetRefusals(present)
	s.ledger.Save()
}

// saveAdopted saves the ledger and then the accounts, if the records of an earlier
// version held files that are in the ledger now.
func (s *Supervisor) saveAdopted() {
	for _, a := range *s.accounts.Load() {
		a.mu.Lock()
		adopted := a.adopted
		a.adopted = false
		a.mu.Unlock()
		if adopted {
			s.ledger.Save()
			_ = a.saveRecord() // it logs the failure
		}
	}
}
