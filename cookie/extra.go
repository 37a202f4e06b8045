package cookie

import (
	"strings"
	"time"
)

// extras returns the other cookies of google.com in the chosen store.
func extras(entries []entry, store string, now time.Time) (map[string]Value, *Rejection) {
	copies := make(map[string]entry)
	for _, e := range entries {
		if e.name == NamePSID || e.name == NamePSIDTS || e.store != store || e.partitioned || expired(e, now) ||
			!ofSite(e) || pathLength(e) > 1 || !sendable(e.name, e.value) {
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
	if len(copies) > maxExtra {
		return nil, reject(CodeTooBig, "holds %d cookies of google.com; a browser keeps at most 180. Export again.", len(copies))
	}
	values := make(map[string]Value, len(copies))
	for name, e := range copies {
		values[strings.Clone(name)] = keep(e.value)
	}
	return values, nil
}
