package supervisor

import (
	"cmp"
	"context"
	"slices"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/contain"
)

// OfferFiles decides about the files that one scan of the inbox found, the newest
// first, and calls note with the verdict on each. It is not called for a file that was
// passed over before, and which has its note. OfferFiles blocks for one probe for each
// file that is not known.
func (s *Supervisor) OfferFiles(ctx context.Context, files []Candidate, note func(Candidate, Verdict)) {
	for _, group := range s.groupByAccount(files) {
		contain.Log(s.log, "taking in cookie files", func() { s.offerGroup(ctx, group, note) })
	}
}

// groupByAccount groups files by the account they are meant for, the newest first: of
// each group one is used. A file with a generic name, such as a browser gives it, may
// belong to any account. Its group goes first, so that it does not take an account
// that a file beside it has just made.
func (s *Supervisor) groupByAccount(files []Candidate) [][]Candidate {
	var groups [][]Candidate
	bySession, byAccount := make(map[cookie.Key]int), make(map[string]int)
	for _, c := range files {
		c.past = s.ledger.Find(c.File)
		if c.Rejection != nil {
			groups = append(groups, []Candidate{c})
			continue
		}
		account, session := s.accountFor(c), c.Set.Identity()
		at, known := bySession[session]
		if !known {
			at, known = byAccount[account]
		}
		if !known {
			at, groups = len(groups), append(groups, nil)
		}
		bySession[session], byAccount[account] = at, at
		groups[at] = append(groups[at], c)
	}
	slices.SortStableFunc(groups, func(a, b []Candidate) int { return cmp.Compare(groupOrder(a), groupOrder(b)) })
	return groups
}

func groupOrder(group []Candidate) int {
	if slices.ContainsFunc(group, func(c Candidate) bool { _, generic := cookie.AccountFor(c.File); return generic }) {
		return 0
	}
	return 1
}

// offerGroup offers the files of one account until one is accepted. The older ones are
// passed over, unless they were in use before, or prove to be of another Google
// account. A folder full of old exports must not cause as many calls, so at most as
// many files are checked as there can be accounts.
func (s *Supervisor) offerGroup(ctx context.Context, group []Candidate, note func(Candidate, Verdict)) {
	newer, checked := "", 0
	for _, c := range group {
		if ctx.Err() != nil {
			return
		}
		refused := c.past.IsRefused(c.Hash)
		switch {
		case c.Rejection != nil:
			note(c, s.reject(c, c.Rejection))
		case newer != "" && !s.wasTaken(c):
			c.Newer = newer
			if refused || checked == MaxAccounts {
				note(c, s.passOver(c, s.accountFor(c)))
				continue
			}
			checked++
			note(c, s.Offer(ctx, c))
		case refused && c.past.Code != "":
			note(c, s.reject(c, &cookie.Rejection{Code: c.past.Code, Message: c.past.Message}))
		case refused: // it was passed over, and has its note
		default:
			v := s.Offer(ctx, c)
			note(c, v)
			if v.Result != Rejected && newer == "" {
				newer = c.File
			}
		}
	}
}

// reject notes a file that is not checked, because it cannot be read as cookies or was
// refused before: nothing changes but the counters, the log and the metrics of the
// account it was meant for.
func (s *Supervisor) reject(c Candidate, rejection *cookie.Rejection) Verdict {
	v := s.newRejection(s.nameFor(c, nil), rejection)
	s.recordOutcome(c, v)
	return v
}
