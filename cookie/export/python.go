package export

import (
	"strings"

	"github.com/geminid/geminid/cookie"
)

// looksPython recognises a request written in Python, as converters of curl
// commands make it.
func looksPython(head string) bool {
	return strings.Contains(head, "import requests") || strings.Contains(head, "requests.get(") ||
		strings.Contains(head, "cookies = {") || strings.Contains(head, "headers = {")
}

// parsePython reads the cookies from a dictionary of them, or from a cookie
// header among the headers.
func parsePython(text string, found *list) *cookie.Rejection {
	domain := ""
	for literal := range literals(text, jsEscapes) {
		if host := hostOf(literal); host != literal {
			domain = sentTo(host)
			break
		}
	}
	for literal, key := range literals(text, jsEscapes) {
		switch _, _, session := sessionKey(key); {
		case strings.EqualFold(key, "cookie"):
			addPairs(literal, entry{domain: domain}, found)
		case session || siteName(key):
			found.add(entry{name: key, value: literal, domain: domain})
		}
	}
	return orCookieless(found, text, "a Python request")
}
