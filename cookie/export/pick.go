package export

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// site is the domain whose cookies make the session. The same names exist,
// with other values, on sibling sites and on hosts below it.
const site = "google.com"

// pick chooses the session among the entries of a file and checks it. It is pure, and
// an entry's place in the file matters only between copies of one cookie that do not
// differ otherwise.
func pick(found *list, now time.Time) (*Result, *cookie.Rejection) {
	entries := found.entries
	if len(entries) == 0 {
		return nil, cookie.Reject(cookie.CodeEmpty, "holds no cookies. Nothing was changed; the previous cookies stay in use.")
	}
	entries = joinHalves(entries)
	stores := withoutTemplates(byStore(entries))
	if rejection := severalAccounts(stores); rejection != nil {
		return nil, rejection
	}
	chosen, ok := bestStore(stores, now)
	if !ok {
		return nil, noSession(entries)
	}
	psid, alive := best(live(chosen.psid, now))
	if !alive {
		psid, _ = best(chosen.psid)
		return nil, cookie.Reject(cookie.CodeExpired, "holds a %s that expired on %s. Sign in again and export.",
			cookie.NamePSID, psid.expires.Format(time.DateOnly))
	}
	psidts, hasTS := best(live(chosen.psidts, now))
	if rejection := checkValues(psid.value, psidts.value); rejection != nil {
		return nil, rejection
	}
	extra, rejection := extras(entries, chosen.name, now)
	if rejection != nil {
		return nil, rejection
	}
	warnAboutPSIDTS(found, chosen, hasTS)
	return &Result{
		Set:           cookie.NewSet(keep(psid.value), keep(psidts.value), extra),
		Count:         len(entries),
		PSIDExpires:   psid.expires,
		PSIDTSExpires: psidts.expires,
		Warnings:      found.warnings,
	}, nil
}

// keep copies a value out of the file's text, which must not stay in memory
// for its sake.
func keep(value string) cookie.Value { return cookie.NewValue(strings.Clone(value)) }

// store is the part of the session that one cookie store of the file has: the copies at
// the shortest path.
type store struct {
	name         string
	psid, psidts []entry
}

// byStore groups the session's cookies of google.com, in order of appearance.
func byStore(entries []entry) []store {
	var stores []store
	index := make(map[string]int)
	for _, e := range entries {
		if (e.name != cookie.NamePSID && e.name != cookie.NamePSIDTS) || e.partitioned || !ofSite(e) {
			continue
		}
		i, known := index[e.store]
		if !known {
			i = len(stores)
			index[e.store] = i
			stores = append(stores, store{name: e.store})
		}
		if e.name == cookie.NamePSID {
			stores[i].psid = append(stores[i].psid, e)
		} else if e.value != "" {
			stores[i].psidts = append(stores[i].psidts, e)
		}
	}
	for i := range stores {
		stores[i].psid = shortestPath(stores[i].psid)
		stores[i].psidts = shortestPath(stores[i].psidts)
	}
	return slices.DeleteFunc(stores, func(s store) bool { return len(s.psid) == 0 })
}

// withoutTemplates drops the stores that hold only a template's text, where
// another one holds a session.
func withoutTemplates(stores []store) []store {
	template := func(s store) bool {
		return !slices.ContainsFunc(s.psid, func(e entry) bool { return !isPlaceholder(e.value) })
	}
	if profiles := slices.DeleteFunc(slices.Clone(stores), template); len(profiles) > 0 {
		return profiles
	}
	return stores
}

func ofSite(e entry) bool { return e.domain == "" || bareDomain(e.domain) == site }

func bareDomain(domain string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(domain)), ".")
}

// shortestPath keeps the entries whose path is the shortest: "/" is the
// session, anything longer a copy for a part of the site.
func shortestPath(entries []entry) []entry {
	if len(entries) == 0 {
		return nil
	}
	shortest := slices.MinFunc(entries, func(a, b entry) int { return pathLength(a) - pathLength(b) })
	return slices.DeleteFunc(entries, func(e entry) bool { return pathLength(e) > pathLength(shortest) })
}

func pathLength(e entry) int { return max(len(e.path), 1) }

// severalAccounts refuses a file with more than one PSID: nothing shows which one is
// meant, and a PSID with another account's PSIDTS would be worse than either.
func severalAccounts(stores []store) *cookie.Rejection {
	values := make(map[string]bool)
	var names []string
	for i, s := range stores {
		fresh := false
		for _, e := range s.psid {
			if e.value != "" && !values[e.value] {
				values[e.value], fresh = true, true
			}
		}
		if !fresh {
			continue
		}
		shown := shownStore(s.name)
		if shown == "" {
			shown = strconv.Itoa(i + 1)
		}
		names = append(names, strconv.Quote(shown))
	}
	if len(values) < 2 {
		return nil
	}
	where := ""
	if len(names) > 1 {
		where = " (stores " + strings.Join(names[:min(len(names), 4)], " and ") + ")"
	}
	return cookie.Reject(cookie.CodeMultiAccount, "holds %d different Google accounts%s. "+
		"Keep one, or use one file per account: inbox/<name>.json.", len(values), where)
}

// bestStore chooses among stores of one account: the one with a live PSIDTS
// first, then the freshest.
func bestStore(stores []store, now time.Time) (store, bool) {
	if len(stores) == 0 {
		return store{}, false
	}
	freshest := stores[0]
	for _, s := range stores[1:] {
		a, hasA := best(live(freshest.psidts, now))
		b, hasB := best(live(s.psidts, now))
		if hasB && (!hasA || fresher(b, a) > 0) {
			freshest = s
		}
	}
	return freshest, true
}

// best returns the entry that wins among copies of one cookie: the one seen
// last, else the one that expires last, else the last in the file. An empty
// value wins only when there is no other.
func best(entries []entry) (entry, bool) {
	if len(entries) == 0 {
		return entry{}, false
	}
	winner := entries[0]
	for _, e := range entries[1:] {
		if fresher(e, winner) > 0 {
			winner = e
		}
	}
	return winner, true
}

func fresher(a, b entry) int {
	return cmp.Or(
		cmp.Compare(min(len(a.value), 1), min(len(b.value), 1)),
		a.seen.Compare(b.seen),
		a.expires.Compare(b.expires),
		a.order-b.order,
	)
}

func expired(e entry, now time.Time) bool { return !e.expires.IsZero() && !e.expires.After(now) }

func live(entries []entry, now time.Time) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return expired(e, now) })
}

func warnAboutPSIDTS(found *list, chosen store, hasTS bool) {
	if !hasTS {
		if len(chosen.psidts) > 0 {
			found.warn(cookie.WarnTSExpired, cookie.NamePSIDTS+" has expired and was left out. The session may still be good; if not, export again.")
		} else {
			found.warn(cookie.WarnNoPSIDTS, "There is no "+cookie.NamePSIDTS+". Some accounts have none; if yours has one, export it too.")
		}
	}
	values := make(map[string]bool)
	for _, e := range chosen.psidts {
		values[e.value] = true
	}
	if len(values) > 1 {
		found.warn(cookie.WarnDuplicate, cookie.NamePSIDTS+" is there more than once with different values. The newest was taken.")
	}
}
