package cookie

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// looksCookieList recognises the JSON array that browser extensions
// (Cookie-Editor, EditThisCookie, Get cookies.txt LOCALLY), automation tools
// (Puppeteer, Selenium) and peers (Gemini-API, gpt4free) write.
func looksCookieList(head string) bool {
	return strings.HasPrefix(head, "[") || strings.TrimSpace(head) == "null"
}

// parseCookieList reads an array of cookie objects.
func parseCookieList(text string, found *list) *Rejection {
	if rejection := checkJSON(text); rejection != nil {
		return rejection
	}
	return addCookies(gjson.Parse(text), found)
}

// addCookies reads the cookie objects of an array.
func addCookies(array gjson.Result, found *list) *Rejection {
	var rejection *Rejection
	number := 0
	array.ForEach(func(_, item gjson.Result) bool {
		number++
		if !item.IsObject() {
			rejection = reject(CodeMalformed, "has something other than a cookie at place %d of its list. Export again.", number)
			return false
		}
		e, ok := cookieObject(item)
		if !ok {
			rejection = reject(CodeMalformed, "has a value that is not text for a session cookie, at place %d of its list. Export again.", number)
			return false
		}
		if e.name != "" {
			found.add(e)
		}
		return true
	})
	return rejection
}

// cookieObject reads one cookie object. The keys are those of every exporter
// known; ok is false when a session cookie's value is not a string.
func cookieObject(object gjson.Result) (e entry, ok bool) {
	session, text := false, true
	object.ForEach(func(key, value gjson.Result) bool {
		switch strings.ToLower(key.String()) {
		case "name", "name raw":
			e.name = value.String()
		case "value", "content raw":
			e.value, text = value.Str, value.Type == gjson.String
		case "domain", "host", "host raw", "host_key":
			e.domain = hostOf(value.String())
		case "path", "path raw":
			e.path = value.String()
		case "expirationdate", "expires", "expiry", "expires raw", "expires_utc", "expiration":
			e.expires = parseExpiry(value.String())
		case "session":
			session = value.Bool()
		case "storeid", "store_id", "store raw":
			e.store = storeID(value)
		case "partitionkey", "partition_key":
			e.partitioned = e.partitioned || partitionKey(value)
		case "firstpartydomain":
			e.partitioned = e.partitioned || foreign(value.String())
		}
		return true
	})
	if session {
		e.expires = time.Time{}
	}
	return e, text || (e.name != NamePSID && e.name != NamePSIDTS)
}

func storeID(value gjson.Result) string {
	if value.Type == gjson.Null {
		return ""
	}
	return value.String()
}

// partitionKey reports whether a partition key (a string, or an object with
// the top-level site) names a site.
func partitionKey(value gjson.Result) bool {
	if value.IsObject() {
		return value.Get("topLevelSite").String() != ""
	}
	return value.Type != gjson.Null && value.Type != gjson.False && value.String() != ""
}

// foreign reports whether a first-party domain is set and is another site.
func foreign(domain string) bool { return domain != "" && bareDomain(domain) != site }

// hostOf takes the host out of a domain that is written as a URL.
func hostOf(domain string) string {
	_, rest, ok := strings.Cut(domain, "://")
	if !ok {
		return domain
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}
