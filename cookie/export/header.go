package export

import (
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// looksHeader recognises a header line "Cookie: a=b; c=d", alone or among a
// request's other headers, and the bare value of one.
func looksHeader(head string) bool {
	head = unquote(strings.TrimSpace(head))
	for line := range strings.Lines(head) {
		if _, ok := headerLine(line, "cookie"); ok {
			return true
		}
		if _, ok := headerLine(line, "set-cookie"); ok {
			return true
		}
	}
	return bareHeader(head)
}

// headerLine returns the value of a header line of the given name. It is empty
// where the value stands on the next line, with or without a colon before.
func headerLine(line, name string) (value string, ok bool) {
	line = strings.TrimSpace(line)
	if !hasPrefixFold(line, name) {
		return "", false
	}
	value, colon := strings.CutPrefix(line[len(name):], ":")
	return strings.TrimSpace(value), colon || value == ""
}

// bareHeader reports whether the text is one line of name=value pairs. A lone
// pair must have a name that can only be a cookie's, and the first may not have
// one that is only a setting's: settings too can stand in one line.
func bareHeader(text string) bool {
	if strings.Contains(text, "\n") {
		return false
	}
	if name, _, _ := strings.Cut(text, "="); ours(name) && !siteName(name) {
		return false
	}
	pairs, known := 0, false
	for pair := range strings.SplitSeq(text, ";") {
		pair = strings.TrimSpace(pair)
		if pair == "" {
			continue
		}
		name, _, ok := strings.Cut(pair, "=")
		if !ok || !cookie.ValidName(name) {
			return false
		}
		pairs++
		known = known || siteName(name)
	}
	return pairs > 1 || known
}

// parseHeader reads the cookies of a request's headers, or of a bare value.
// Browsers also copy headers with the value on the line after the name.
func parseHeader(text string, found *list) *cookie.Rejection {
	text = unquote(strings.TrimSpace(text))
	if bareHeader(text) {
		addPairs(text, entry{}, found)
		return nil
	}
	headers := make(map[string][]string)
	pending := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if pending != "" {
			headers[pending] = append(headers[pending], line)
			pending = ""
			continue
		}
		for _, name := range []string{"cookie", "set-cookie", "host", ":authority"} {
			value, ok := headerLine(line, name)
			if ok && value == "" {
				pending = name
			} else if ok {
				headers[name] = append(headers[name], value)
			}
		}
	}
	host := hostOfHeaders(headers)
	like := entry{}
	if host != "" {
		like.domain = sentTo(host)
	}
	for _, value := range headers["cookie"] {
		addPairs(unquote(value), like, found)
	}
	for _, value := range headers["set-cookie"] {
		addSetCookie(value, host, time.Time{}, found)
	}
	return nil
}

func hostOfHeaders(headers map[string][]string) string {
	for _, name := range []string{":authority", "host"} {
		for _, host := range headers[name] {
			return withoutPort(host)
		}
	}
	return ""
}
