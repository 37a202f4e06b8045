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
		switch fieldOf(key.Str) {
		case nameField:
			name = name || item.Type == gjson.String
		case valueField:
			value = true
		case rawField:
			name, value = true, true
		default:
		}
		return !name || !value
	})
	return name && value
}

// addCookieObject adds the cookie that an object is.
func addCookieObject(object gjson.Result, found *list) *cookie.Rejection {
	if raw := object.Get(string(rawField)); raw.Type == gjson.String {
		addSetCookie(raw.Str, object.Get("domain.*").String(), time.Time{}, found)
		return nil
	}
	e, text := readCookieObject(object)
	_, _, session := sessionKey(e.name)
	switch {
	case strings.EqualFold(e.name, "cookie"): // a request's header, as archives list them
		addPairs(e.value, entry{}, found)
	case !text && session:
		return notText()
	case session && e.domain == "":
		addSetting(e.name, e.value, e.store, found) // it may be a variable of the environment
	default:
		found.add(e)
	}
	return nil
}

// addCookieNamed adds the cookie whose name is the key of an object, and reports whether
// it is one.
func addCookieNamed(key string, object gjson.Result, found *list) bool {
	e, text := readCookieObject(object)
	if e.value == "" || !text {
		return false
	}
	if e.name == "" {
		e.name = key
	}
	found.add(e)
	return true
}

// readCookieObject reads one cookie object and reports whether its value is a
// text.
func readCookieObject(object gjson.Result) (e entry, text bool) {
	url, session, text := "", false, true
	object.ForEach(func(key, value gjson.Result) bool {
		field := fieldOf(key.Str)
		if field == valueField {
			text = value.Type == gjson.String
		}
		if e.setField(field, value.String()) {
			return true
		}
		switch key := strings.ToLower(key.Str); key {
		case "session":
			session = value.Bool()
		case "url":
			url = value.String()
		case "originattributes":
			saved, partitioned := container(value.String())
			e.store, e.partitioned = saved, e.partitioned || partitioned
		default:
			e.partitioned = e.partitioned || saysPartitioned(key, value)
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
