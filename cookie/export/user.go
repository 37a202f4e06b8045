package export

import (
	"regexp"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/sqlite"
)

// A browser that is signed in to several Google accounts numbers them, from 0, in paths
// (/u/1), queries (authuser=1) and headers (X-Goog-AuthUser). An archive holds whole
// pages, where only the address of a request counts.
var (
	furtherUser    = regexp.MustCompile(`(?i)//gemini\.google\.com/u/[1-9]|auth_?user["']?\s*[:=]\s*["']?[1-9]`)
	furtherUserHAR = regexp.MustCompile(`"url"\s*:\s*"https://gemini\.google\.com/(u/[1-9]|[^"]*[?&]authuser=[1-9])`)
)

// maxSearched is more text than any file has but archives.
const maxSearched = 1 << 20

// warnAboutUser warns if a text asks for another than the first account of its browser:
// the cookies are those of all of them, and the upstream answers for the first.
func warnAboutUser(text string, found *list) {
	pattern := furtherUser
	switch {
	case sqlite.IsDatabase(text):
		return
	case looksHAR(text[:min(len(text), sniffed)]):
		pattern = furtherUserHAR
	default:
		text = text[:min(len(text), maxSearched)]
	}
	if pattern.MatchString(text) {
		found.warn(cookie.WarnOtherUser, "The file asks for another than the first Google account of its browser (/u/1, authuser); the first one is used. "+
			"For the other, export from a browser profile or a private window that is signed in to it alone.")
	}
}
