package export

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"github.com/geminid/geminid/cookie"
)

// shownDomain returns a cookie's domain for a message, or "another site" when
// it is not plainly a domain name: in a garbled file the column may hold
// anything.
func shownDomain(domain string) string {
	bare := strings.TrimPrefix(strings.ToLower(domain), ".")
	if len(bare) > 64 || strings.ContainsFunc(bare, notHostname) {
		return "another site"
	}
	suffix, icann := publicsuffix.PublicSuffix(bare)
	reserved := suffix == "example" || suffix == "test" || suffix == "invalid" || suffix == "localhost"
	if !icann && !reserved {
		return "another site"
	}
	for label := range strings.SplitSeq(bare, ".") {
		if len(label) >= cookie.MinValue {
			return "another site"
		}
	}
	return strings.ToLower(domain)
}

func notHostname(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
}

// shownTitle returns a page's title for a message, empty if it has a word
// that is too long to be one or is no text.
func shownTitle(title string) string {
	if !utf8.ValidString(title) {
		return ""
	}
	words := strings.Fields(title)
	for _, word := range words {
		if len(word) >= cookie.MinValue ||
			strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) || r == '"' || r == '@' }) {
			return ""
		}
	}
	title = strings.Join(words, " ")
	if len(title) > 80 {
		return ""
	}
	return title
}

// shownStore returns the name of a cookie store for a message when it is of a
// browser's making, else empty.
func shownStore(saved string) string {
	bare := strings.TrimPrefix(strings.TrimPrefix(saved, "firefox-"), "container-")
	if bare == "default" || bare == "private" {
		return saved
	}
	if bare == "" || len(bare) > 6 || strings.ContainsFunc(bare, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return saved
}
