package supervisor

import (
	"errors"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

const (
	lineageKept = 50 // generations remembered, as hashes
	broughtKept = 20 // of them, of those that no rotation made
	// A lifetime is learned only if the upstream had answered that it does not
	// renew, and if the moments last seen alive and first seen dead lie close
	// together. After a rotation without an answer the value may have been
	// replaced without us.
	tightEnd = 15 * time.Minute
	// A renewal that late was missed by us (asleep, blocked), so a death then
	// says nothing about who ended the session.
	tickLate = 3 * time.Minute
)

// generation is a set on its way into the lineage.
type generation struct {
	set    cookie.Set
	origin Origin
	parent cookie.Set // the set it replaces
	end    string     // why that ended
}

// appendGenerationLocked makes a set the current one and ends the generation before.
// A set that a rotation replaced is dead a minute later, so it does not push out the
// set to go back to: the good one that was in use before a person offered the
// present one.
func (a *account) appendGenerationLocked(m *memo, g generation, now time.Time) {
	if last := m.newestGeneration(); last != nil && last.Until.IsZero() {
		last.Until, last.End = now, g.end
	}
	m.Number++
	m.Lineage = append(m.Lineage, Generation{
		Number: m.Number, Mark: a.s.mark(g.set), Parent: a.markOf(g.parent), Origin: g.origin, Since: now,
	})
	if g.origin != FromRotation || !m.WasGood {
		a.previous = a.set
	}
	a.set = g.set
	m.Issued, m.Unsure, m.LastUnanswered = now, false, time.Time{}
	if len(m.Lineage) > lineageKept {
		least := a.forgottenFirstLocked()
		m.Lineage = slices.Delete(m.Lineage, least, least+1)
	}
}

// forgottenFirstLocked is the index of the generation that is forgotten first.
// Rotations push out each other within hours; a set that a person offered stays
// known for long, so that a copy of its file is recognized. The target of a rollback
// stays.
func (a *account) forgottenFirstLocked() int {
	kept, brought := a.restorableLocked(), 0
	for _, g := range a.memo.Lineage {
		if g.Origin != FromRotation {
			brought++
		}
	}
	return slices.IndexFunc(a.memo.Lineage, func(g Generation) bool {
		return (kept < 0 || g.Number != a.memo.Lineage[kept].Number) && (g.Origin == FromRotation || brought > broughtKept)
	})
}

// restorableLocked is the index in the lineage of the target of a rollback, -1 if there
// is none.
func (a *account) restorableLocked() int {
	mark := a.markOf(a.previous)
	for i, g := range slices.Backward(a.memo.Lineage) {
		if i < len(a.memo.Lineage)-1 && !a.previous.IsZero() && g.Mark == mark {
			return i
		}
	}
	return -1
}

func (a *account) markOf(set cookie.Set) string {
	if set.IsZero() {
		return ""
	}
	return a.s.mark(set)
}

// newestGeneration is the generation in use, nil if there is none.
func (m *memo) newestGeneration() *Generation {
	if len(m.Lineage) == 0 {
		return nil
	}
	return &m.Lineage[len(m.Lineage)-1]
}

// isInLineageLocked reports whether the set was already one of this account's
// generations.
func (a *account) isInLineageLocked(set cookie.Set) bool {
	mark := a.s.mark(set)
	return mark != "" && slices.ContainsFunc(a.memo.Lineage, func(g Generation) bool { return g.Mark == mark })
}

// installSetLocked takes a proven (or the only available) set of a person's into use.
// Holds stay: they belong to the address, not to the file.
func (a *account) installSetLocked(m *memo, g generation, proof cookie.Finding, now time.Time) {
	old := m.Facts
	m.WasGood = !old.Proof.IsZero() && old.Expired.IsZero() // also if it does not serve now
	a.appendGenerationLocked(m, g, now)
	m.Facts = facts{Hold: old.Hold, HoldSince: old.HoldSince, HoldUntil: old.HoldUntil, Evidence: "new cookies, not proven yet"}
	m.Swapped, m.DueBy = now, now.Add(firstRotation)
	m.NextRotation, m.NextProbe = time.Time{}, now
	m.ProbeFailures, m.RotateFailures, m.UnansweredInRow, m.RequestProbes = 0, 0, 0, 0
	m.Halted, m.Unanswered, m.Identity = false, unansweredRotation{}, ""
	m.File, m.Gone, m.Remarks = "", false, nil
	if proof.Evidence == cookie.SignedIn {
		m.Facts.Hold = ""
		a.applyProbeLocked(m, proof, now)
	}
}

// recordDeath notes how long the value lived that just proved dead, and returns that
// life, zero if nothing was learned.
func (m *memo) recordDeath(now time.Time) (learned time.Duration) {
	if g := m.newestGeneration(); g != nil && g.Until.IsZero() {
		g.Until, g.End = now, "died"
	}
	f := m.Facts
	alive, dead := m.Issued, f.FirstOut // last seen alive, first seen dead
	for _, t := range []time.Time{f.Proof, f.MissedSince} {
		if t.After(alive) {
			alive = t
		}
	}
	switch {
	case !m.LastUnanswered.IsZero() && !alive.After(m.LastUnanswered.Add(rotateGrace)):
		// It may have been renewed, and died of its successor.
	case f.NoValue && dead.Sub(alive) <= tightEnd:
		age := (alive.Sub(m.Issued) + dead.Sub(m.Issued)) / 2
		if !m.Unsure && m.Lifetimes.recordDeath(age) {
			return age
		}
	case f.MissedSince.IsZero() && now.Before(m.DueBy.Add(tickLate)):
		m.Lifetimes.recordSuddenEnd(now)
	}
	return 0
}

// wipeValues forgets the values, in copies of damaged records too, and keeps the
// lineage's hashes and those of the files.
func (a *account) wipeValues() error {
	waiting, parked := a.s.parking.removeSpot(a.name)
	a.dispatch(saveLater, func(m *memo, now time.Time) {
		if g := m.newestGeneration(); g != nil && g.Until.IsZero() {
			g.Until, g.End = now, "removed"
		}
		a.set, a.previous = cookie.Set{}, cookie.Set{}
		kept := *m
		*m = memo{State: kept.State, Since: kept.Since, Lifetimes: kept.Lifetimes, Number: kept.Number,
			Lineage: kept.Lineage, LastAttempt: kept.LastAttempt, Removed: true}
		m.Facts.Evidence = "removed by command"
	})
	if parked && waiting.File != "" {
		a.s.ledger.RecordTaken(waiting.File, waiting.Hash, a.name)
	}
	a.s.ledger.Save()
	a.s.recordEvent(AuditEntry{Event: Event{Kind: status.EventRemoved, Account: a.name}})
	a.saving.Lock()
	err := a.s.store.Remove(a.name)
	a.saving.Unlock()
	if err == nil {
		a.mu.Lock()
		a.unreadErr = nil // the unreadable record is gone
		a.mu.Unlock()
	}
	err = errors.Join(err, a.saveRecord())
	a.s.metrics.RemoveAccount(a.name)
	return err
}
