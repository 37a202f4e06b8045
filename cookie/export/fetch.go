package export

import (
	"strings"

	"github.com/geminid/geminid/cookie"
)

// looksFetch recognises a request copied as JavaScript.
func looksFetch(head string) bool {
	return strings.Contains(head, "fetch(") || strings.Contains(head, "axios.") || strings.Contains(head, "axios(")
}

// parseFetch reads the cookie header of each fetch call. The variant for a
// browser's own console has none; the one for Node.js does.
func parseFetch(text string, found *list) *cookie.Rejection {
	domain := ""
	for literal, key := range literals(text, jsEscapes) {
		switch {
		case key == "fetch":
			domain = sentTo(hostOf(literal))
		case strings.EqualFold(key, "cookie"):
			addPairs(literal, entry{domain: domain}, found)
		}
	}
	if len(found.entries) == 0 && !strings.Contains(text, ")") {
		return cookie.Reject(cookie.CodeTruncated, "ends in the middle of a fetch call. If it is still uploading, wait; otherwise copy it again.")
	}
	return orCookieless(found, text, "a fetch call")
}
