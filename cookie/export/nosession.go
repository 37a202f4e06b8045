package export

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/cookie"
)

// visitorNames are cookies that everybody has, signed in or not.
var visitorNames = []string{"AEC", "CONSENT", "NID", "SOCS"}

// noSession says why entries hold no PSID of google.com.
func noSession(entries []entry) *cookie.Rejection {
	ours, partitioned := make(map[string]bool), false
	elsewhere, domains := make(map[string]bool), make(map[string]bool)
	count := 0
	for _, e := range entries {
		switch {
		case ofSite(e):
			count++
			ours[e.name] = true
			partitioned = partitioned || e.partitioned && e.name == cookie.NamePSID
		case e.name == cookie.NamePSID && !e.partitioned:
			elsewhere[shownDomain(e.domain)] = true
		default:
			domains[shownDomain(e.domain)] = true
		}
	}
	switch {
	case len(elsewhere) > 0:
		return cookie.Reject(cookie.CodeWrongDomain, "has %s, but for %s instead of .google.com. Open gemini.google.com and export from that tab.",
			cookie.NamePSID, someOf(elsewhere, " / "))
	case count == 0:
		return cookie.Reject(cookie.CodeWrongDomain, "has no google.com cookie, only %s. Open gemini.google.com and export from that tab.", someOf(domains, ", "))
	case partitioned:
		return cookie.Reject(cookie.CodeNoPSID, "has %s only as a partitioned copy that belongs to another site. "+
			"Export again from a tab where gemini.google.com is signed in.", cookie.NamePSID)
	case !slices.ContainsFunc(slices.Collect(maps.Keys(ours)),
		func(name string) bool { return !slices.Contains(visitorNames, name) }):
		return cookie.Reject(cookie.CodeSignedOut, "has the cookies of a signed-out browser (only %s). Sign in to gemini.google.com, then export again.", someOf(ours, ", "))
	}
	return cookie.Reject(cookie.CodeNoPSID, "has %s for google.com but no %s. Export again from a tab where gemini.google.com is signed in, "+
		"with \"include HttpOnly cookies\" on.", plural(count, "cookie"), cookie.NamePSID)
}

func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(count) + " " + noun + "s"
}

// someOf lists the first few of names, sorted.
func someOf(names map[string]bool, separator string) string {
	sorted := slices.Sorted(maps.Keys(names))
	if len(sorted) > 4 {
		sorted = append(sorted[:4], "…")
	}
	return strings.Join(sorted, separator)
}
