package export

import (
	"strings"

	"github.com/geminid/geminid/cookie"
)

// How scripts make a cookie: New-Object System.Net.Cookie(…), or the other.
const (
	psCookie    = "System.Net.Cookie("
	psNewCookie = "[System.Net.Cookie]::new("
)

// looksPowerShell recognises a request copied for PowerShell.
func looksPowerShell(head string) bool {
	if strings.Contains(head, psCookie) || strings.Contains(head, psNewCookie) {
		return true
	}
	for word := range strings.FieldsSeq(head) {
		for _, command := range []string{"Invoke-WebRequest", "Invoke-RestMethod", "iwr", "irm"} {
			if strings.EqualFold(word, command) {
				return true
			}
		}
	}
	return false
}

// parsePowerShell reads the cookies that are added to the request's session
// (name, value, path, domain), and a cookie header among its headers.
func parsePowerShell(text string, found *list) *cookie.Rejection {
	text = strings.ReplaceAll(text, psNewCookie, psCookie)
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, psCookie)
		if !ok {
			break
		}
		args, used, complete := psArguments(after)
		if !complete {
			return cookie.Reject(cookie.CodeTruncated, "ends in the middle of a quoted text. If it is still uploading, wait; otherwise copy it again.")
		}
		rest = after[used:]
		if args[0] != "" {
			found.add(entry{name: args[0], value: args[1], path: args[2], domain: args[3]})
		}
	}
	domain := ""
	for literal, key := range literals(text, psEscapes) {
		switch {
		case strings.EqualFold(key, "-Uri"):
			domain = sentTo(hostOf(literal))
		case strings.EqualFold(key, "cookie"):
			addPairs(literal, entry{domain: domain}, found)
		}
	}
	return orCookieless(found, text, "a PowerShell command")
}

// psArguments reads up to four literals, to the closing parenthesis. used is
// how far it read; complete is false if the text ends first.
func psArguments(text string) (args [4]string, used int, complete bool) {
	count := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\'':
			value, next, ok := literalAt(text, i, psEscapes)
			if !ok {
				return args, len(text), false
			}
			if count < len(args) {
				args[count] = value
				count++
			}
			i = next - 1
		case c != ',' && c != ' ':
			return args, i, true
		}
	}
	return args, len(text), false
}
