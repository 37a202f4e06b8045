package export

import (
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// extras returns the other cookies of google.com in the chosen store.
func extras(entries []entry, saved string, now time.Time) (map[string]cookie.Value, *cookie.Rejection) {
	copies := make(map[string]entry)
	for _, e := range entries {
		if e.name == cookie.NamePSID || e.name == cookie.NamePSIDTS || e.store != saved || e.partitioned || expired(e, now) ||
			!ofSite(e) || pathLength(e) > 1 || !cookie.Sendable(e.name, e.value) {
			continue
		}
		// The prefix binds a cookie to the very host that set it.
		if strings.HasPrefix(e.name, "__Host-") && e.domain != "" {
			continue
		}
		if before, ok := copies[e.name]; !ok || fresher(e, before) > 0 {
			copies[e.name] = e
		}
	}
	if len(copies) > cookie.MaxExtra {
		return nil, cookie.Reject(cookie.CodeTooBig, "holds %d cookies of google.com; a browser keeps at most 180. Export again.", len(copies))
	}
	values := make(map[string]cookie.Value, len(copies))
	for name, e := range copies {
		values[strings.Clone(name)] = keep(e.value)
	}
	return values, nil
}
