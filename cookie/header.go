package cookie

import "strings"

// looksHeader recognises the header line "Cookie: a=b; c=d" among other
// headers, or the bare value of one.
func looksHeader(head string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(head), "\n")
	return hasPrefixFold(head, "cookie:") || bareHeader(first)
}

// bareHeader reports whether a line is a list of name=value pairs.
func bareHeader(line string) bool {
	pairs := 0
	for pair := range strings.SplitSeq(line, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok && strings.TrimSpace(pair) == "" {
			continue
		}
		if !ok || !isToken(name) || strings.HasPrefix(value, `"`) {
			return false
		}
		pairs++
	}
	return pairs > 0
}

// parseHeader reads the cookies of a header.
func parseHeader(text string, found *list) *Rejection {
	text = strings.TrimSpace(text)
	if hasPrefixFold(text, "cookie:") {
		text = text[len("cookie:"):]
	}
	addPairs(text, "", found)
	return nil
}

// addPairs reads "a=b; c=d", the value of a Cookie header, as sent to host;
// host is empty when unknown.
func addPairs(value, domain string, found *list) {
	for pair := range strings.SplitSeq(value, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if ok {
			found.add(entry{name: strings.TrimSpace(name), value: unquote(strings.TrimSpace(value)), domain: domain})
		}
	}
}

// unquote removes one pair of double quotes around a value.
func unquote(value string) string {
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}
