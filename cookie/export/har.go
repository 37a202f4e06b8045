package export

import (
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// looksHAR recognises an HTTP archive: an object with a "log", nearly always
// its first key.
func looksHAR(head string) bool {
	if !strings.HasPrefix(head, "{") {
		return false
	}
	log := gjson.Get(head, "log") // works on a beginning too
	return log.IsObject() || strings.HasPrefix(log.Raw, "{")
}

// parseHAR reads the cookies of every request and answer, each with the time
// it was seen: when a session was renewed in the middle, the last value counts.
func parseHAR(text string, found *list) *cookie.Rejection {
	if rejection := checkJSON(text); rejection != nil {
		return rejection
	}
	exchanges := 0
	gjson.Get(text, "log.entries").ForEach(func(_, exchange gjson.Result) bool {
		exchanges++
		addExchange(exchange, found)
		return !found.full
	})
	found.entries = slices.DeleteFunc(found.entries, sanitized)
	switch {
	case exchanges == 0:
		return cookie.Reject(cookie.CodeEmpty, "is a HAR without requests. Reload gemini.google.com with DevTools > Network open, then export again.")
	case len(found.entries) == 0:
		return cookie.Reject(cookie.CodeHARSanitized, "was exported without sensitive data. Switch on DevTools > Settings > Network > "+
			"\"Allow to generate HAR with sensitive data\", then export \"with sensitive data\"; or use Copy as cURL.")
	}
	return nil
}

// addExchange reads one request with its answer.
func addExchange(exchange gjson.Result, found *list) {
	seen, _ := time.Parse(time.RFC3339, exchange.Get("startedDateTime").Str)
	request, response := exchange.Get("request"), exchange.Get("response")
	host := hostOf(request.Get("url").Str)
	like := entry{domain: sentTo(host), seen: seen}

	// The list of cookies may be empty or short while the header is complete.
	var listed []string
	request.Get("cookies").ForEach(func(_, item gjson.Result) bool {
		e := harCookie(item, like)
		listed = append(listed, e.name)
		found.add(e)
		return !found.full
	})
	eachHeader(request, "cookie", func(value string) {
		addPairs(value, like, found, listed...)
	})

	// Cookies that an answer sets are newer than those its request sent.
	seen = seen.Add(time.Millisecond)
	eachHeader(response, "set-cookie", func(value string) {
		for line := range strings.SplitSeq(value, "\n") {
			addSetCookie(line, host, seen, found)
		}
	})
	response.Get("cookies").ForEach(func(_, item gjson.Result) bool {
		if e := harCookie(item, entry{domain: host, seen: seen}); !expired(e, seen) {
			found.add(e)
		}
		return !found.full
	})
}

// sanitized recognises the text that cleaning tools put in a value's place.
func sanitized(e entry) bool {
	return len(e.value) < 80 && strings.Contains(strings.ToLower(e.value), "redacted")
}

// eachHeader calls visit with the value of every header of a name.
func eachHeader(message gjson.Result, name string, visit func(value string)) {
	message.Get("headers").ForEach(func(_, header gjson.Result) bool {
		if strings.EqualFold(header.Get("name").Str, name) {
			visit(header.Get("value").Str)
		}
		return true
	})
}

// harCookie reads one object of a cookies array; fields that it lacks are taken from
// like.
func harCookie(item gjson.Result, like entry) entry {
	e := like
	e.name, e.value = item.Get("name").Str, item.Get("value").Str
	if domain := item.Get("domain").Str; domain != "" {
		e.domain = domain
	}
	e.path = item.Get("path").Str
	e.expires = parseExpiry(item.Get("expires").String())
	e.partitioned = partitionKey(item.Get("partitionKey"))
	return e
}
