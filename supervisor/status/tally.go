package status

import (
	"fmt"
	"slices"
	"strings"
)

// Tally counts accounts by how they stand, see [Account.Standing].
type Tally map[State]int

// CountStates returns the tally of accounts, nil if there are fewer than two: then
// the overall state says it all.
func CountStates(accounts []Account) Tally {
	if len(accounts) < 2 {
		return nil
	}
	t := make(Tally)
	for _, a := range accounts {
		t[a.Standing()]++
	}
	return t
}

// Text says how many accounts stand otherwise than the overall state, worst first,
// such as "1 of 3 accounts has ended". It is empty if all are alike.
func (t Tally) Text(overall State, l Language) string {
	all, parts := 0, []string(nil)
	for _, n := range t {
		all += n
	}
	for _, s := range t.WorstFirst() {
		if s == overall {
			continue
		}
		format := countedFormats[l].next
		if len(parts) == 0 {
			format = countedFormats[l].first
		}
		parts = append(parts, fmt.Sprintf(format, t[s], all, s.counted(t[s], l)))
	}
	return strings.Join(parts, countedFormats[l].between)
}

// WorstFirst returns the states that are counted, worst first; those without a rank come last.
func (t Tally) WorstFirst() []State {
	var out, unranked []State
	for s := range t {
		if s.Known() {
			out = append(out, s)
		} else {
			unranked = append(unranked, s)
		}
	}
	slices.SortFunc(out, func(a, b State) int { return b.Rank() - a.Rank() })
	slices.Sort(unranked)
	return append(out, unranked...)
}
