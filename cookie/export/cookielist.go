package export

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// looksCookieList recognises the JSON array that browser extensions
// (Cookie-Editor, EditThisCookie, Get cookies.txt LOCALLY), automation tools
// (Puppeteer, Selenium) and peers (Gemini-API, gpt4free) write.
func looksCookieList(head string) bool {
	return strings.HasPrefix(head, "null") || strings.HasPrefix(head, "[") && !iniSection(head)
}

// isCookieObject reports whether object has a cookie's name and value.
func isCookieObject(object gjson.Result) bool {
	name, value := false, false
	object.ForEach(func(key, item gjson.Result) bool {
		switch strings.ToLower(key.Str) {
		case "name", "name raw":
			name = item.Type == gjson.String
		case "value", "content raw":
			value = true
		}
		return !name || !value
	})
	return name && value
}

// addCookieObject adds the cookie that an object is.
func addCookieObject(object gjson.Result, found *list) *cookie.Rejection {
	e, text := readCookieObject(object)
	if strings.EqualFold(e.name, "cookie") { // a request's header, as archives list them
		addPairs(e.value, entry{}, found)
		return nil
	}
	if !text && (e.name == cookie.NamePSID || e.name == cookie.NamePSIDTS) {
		return notText()
	}
	found.add(e)
	return nil
}

// readCookieObject reads one cookie object and reports whether its value is a
// text. The keys are those of every exporter known.
func readCookieObject(object gjson.Result) (e entry, text bool) {
	url, session, text := "", false, true
	object.ForEach(func(key, value gjson.Result) bool {
		switch strings.ToLower(key.Str) {
		case "name", "name raw":
			e.name = value.Str
		case "value", "content raw":
			e.value, text = value.String(), value.Type == gjson.String
		case "domain", "host", "host raw", "host_key":
			e.domain = hostOf(value.String())
		case "path", "path raw":
			e.path = value.String()
		case "expirationdate", "expires", "expiry", "expires raw", "expires_utc", "expiration":
			e.expires = parseExpiry(value.String())
		case "session":
			session = value.Bool()
		case "storeid", "store_id":
			e.store = value.String()
		case "url":
			url = value.String()
		case "originattributes":
			saved, partitioned := container(value.String())
			e.store, e.partitioned = saved, e.partitioned || partitioned
		default:
			e.partitioned = e.partitioned || saysPartitioned(strings.ToLower(key.Str), value)
		}
		return true
	})
	if session {
		e.expires = time.Time{}
	}
	if e.domain == "" && url != "" {
		e.domain = sentTo(hostOf(url))
	}
	return e, text
}

// saysPartitioned reports whether a key, in lower case, says that the cookie is sent on
// pages of one other site only.
func saysPartitioned(key string, value gjson.Result) bool {
	switch key {
	case "partitionkey", "partition_key":
		return partitionKey(value)
	case "top_frame_site_key":
		return value.String() != ""
	case "partitionkeyopaque", "ispartitionedattributeset":
		return value.Bool()
	case "firstpartydomain":
		return value.String() != "" && bareDomain(value.String()) != site
	}
	return false
}

// partitionKey reports whether a partition key names a site. It is a string,
// or an object with the top-level site.
func partitionKey(value gjson.Result) bool {
	if value.IsObject() {
		return value.Get("topLevelSite").String() != ""
	}
	return value.Type == gjson.String && value.Str != "" || value.Type == gjson.True
}
