package export

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// addPairs reads "a=b; c=d", the value of a Cookie header. Domain, store and
// time of each cookie are those of like; the names in except are passed over.
func addPairs(value string, like entry, found *list, except ...string) {
	for pair := range strings.SplitSeq(value, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			continue
		}
		e := like
		e.name, e.value = strings.TrimSpace(name), unquote(strings.TrimSpace(value))
		if slices.Contains(except, e.name) {
			continue
		}
		if found.add(e); found.full {
			return
		}
	}
}

// addSetCookie reads the value of a Set-Cookie header that host answered with
// at the given moment. Deletions are passed over.
func addSetCookie(line, host string, seen time.Time, found *list) {
	c, err := http.ParseSetCookie(line)
	if err != nil || c.MaxAge < 0 {
		return
	}
	e := entry{name: c.Name, value: c.Value, domain: c.Domain, path: c.Path,
		expires: c.Expires, seen: seen, partitioned: c.Partitioned}
	if e.domain == "" {
		e.domain = host
	}
	if c.MaxAge > 0 {
		// Relative to a moment that only some captures record.
		e.expires = time.Time{}
	}
	if !seen.IsZero() && expired(e, seen) {
		return
	}
	found.add(e)
}

// sentTo returns the domain that stands for the cookies of a request to a
// host. A request to gemini.google.com carries those of google.com; any other
// host may have its own cookies of the same names.
func sentTo(host string) string {
	host = strings.ToLower(host)
	if host == "gemini.google.com" {
		return site
	}
	return host
}

// hostOf takes the host out of a URL, and returns anything else as it is.
func hostOf(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return withoutPort(rest[strings.LastIndexByte(rest, '@')+1:])
}

func withoutPort(host string) string {
	host, _, _ = strings.Cut(host, ":")
	return host
}

// quotes are the characters that people and programs put around copied text.
const quotes = "\"'`"

// unquote removes the pairs of quotes around a text.
func unquote(text string) string {
	for last := len(text) - 1; last > 0 && text[0] == text[last] && strings.IndexByte(quotes, text[0]) >= 0; last = len(text) - 1 {
		text = strings.TrimSpace(text[1:last])
	}
	return text
}
