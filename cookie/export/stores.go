package export

import (
	"slices"

	"github.com/geminid/geminid/cookie"
)

// defaultStores are the names of the store that browsers use when none was chosen; an
// entry that a script or a person added has none.
var defaultStores = []string{"", "0", "firefox-default"}

// joinHalves makes one store of two of which one holds nothing of the session
// but PSID and the other nothing but PSIDTS, when one has no name or both are
// default stores: an export to which the other cookie was added by hand. The
// halves of two containers, or of a window and a private one, stay apart.
func joinHalves(entries []entry) []entry {
	var id, ts []string
	for _, e := range entries {
		if e.partitioned || !ofSite(e) || e.value == "" {
			continue
		}
		switch e.name {
		case cookie.NamePSID:
			id = append(id, e.store)
		case cookie.NamePSIDTS:
			ts = append(ts, e.store)
		}
	}
	id, ts = distinct(id), distinct(ts)
	if len(id) != 1 || len(ts) != 1 || id[0] == ts[0] || !oneStore(id[0], ts[0]) {
		return entries
	}
	joined := slices.Clone(entries)
	for i := range joined {
		if joined[i].store == ts[0] {
			joined[i].store = id[0]
		}
	}
	return joined
}

// oneStore reports whether two names may stand for one store.
func oneStore(a, b string) bool {
	return a == "" || b == "" || slices.Contains(defaultStores, a) && slices.Contains(defaultStores, b)
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
