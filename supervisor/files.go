package supervisor

import (
	"maps"
	"slices"
	"time"
)

// filesKept bounds the files that an account remembers; an inbox is read up to as
// many.
const filesKept = 256

// rememberFile notes that a file of the inbox was taken in.
func (m *memo) rememberFile(c Candidate) {
	if c.Origin != FromFile || c.File == "" {
		return
	}
	if _, known := m.Files[c.File]; !known && len(m.Files) >= filesKept {
		delete(m.Files, slices.Min(slices.Collect(maps.Keys(m.Files))))
	}
	m.Files[c.File] = c.Hash
}

// hasTaken reports whether this file was taken in, with this content and under this
// name.
func (m *memo) hasTaken(c Candidate) bool {
	return c.Origin == FromFile && c.Hash != "" && m.Files[c.File] == c.Hash
}

// accountThatTookFile returns the account that a file was taken in for, with this
// content and under this name, nil if there is none. After a restart the inbox
// offers its files once more.
func (s *Supervisor) accountThatTookFile(c Candidate) *account {
	return findAccount(*s.accounts.Load(), func(a *account) bool { return a.memo.hasTaken(c) })
}

// accountWithFile returns the account that a file of this name was last taken in for,
// with any content, nil if there is none.
func (s *Supervisor) accountWithFile(file string) *account {
	return findAccount(s.presentAccounts(), func(a *account) bool {
		_, mine := a.memo.Files[file]
		return mine
	})
}

// forgetFileElsewhere makes the other accounts forget a file that holds the cookies
// of keeper now.
func (s *Supervisor) forgetFileElsewhere(file string, keeper *account) {
	for _, a := range *s.accounts.Load() {
		a.mu.Lock()
		_, mine := a.memo.Files[file]
		a.mu.Unlock()
		if mine && a != keeper {
			a.dispatch(saveNow, func(m *memo, _ time.Time) { delete(m.Files, file) })
		}
	}
}

// TookBefore reports whether a file was taken in before, with this content and under
// this name.
func (s *Supervisor) TookBefore(c Candidate) bool { return s.accountThatTookFile(c) != nil }
