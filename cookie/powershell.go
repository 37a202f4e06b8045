package cookie

import "strings"

const psCookie = "System.Net.Cookie("

// looksPowerShell recognises a request copied for PowerShell.
func looksPowerShell(head string) bool {
	return strings.Contains(head, psCookie) || strings.Contains(head, "Invoke-WebRequest") || strings.Contains(head, "Invoke-RestMethod")
}

// parsePowerShell reads the cookies that are added to the request's session
// (name, value, path, domain), and a cookie header among its headers.
func parsePowerShell(text string, found *list) *Rejection {
	rest := text
	for {
		_, after, ok := strings.Cut(rest, psCookie)
		if !ok {
			break
		}
		rest = after
		args, complete := psArguments(after)
		if !complete {
			return reject(CodeTruncated, "ends in the middle of a quoted text. If it is still uploading, wait; otherwise copy it again.")
		}
		if len(args) < 2 {
			continue
		}
		args = append(args, "", "")
		found.add(entry{name: args[0], value: args[1], path: args[2], domain: args[3]})
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

// psArguments reads literals up to a closing parenthesis.
func psArguments(text string) (args []string, complete bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ')':
			return args, true
		case '"', '\'':
			value, next, ok := literalAt(text, i, psEscapes)
			if !ok {
				return args, false
			}
			args = append(args, value)
			i = next - 1
		}
	}
	return args, false
}
