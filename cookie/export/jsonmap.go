package export

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// looksJSONMap recognises every JSON object that is nothing more special: maps
// from name to value (Gemini-API), a CLIProxyAPI account, settings.
func looksJSONMap(head string) bool { return strings.HasPrefix(head, "{") }

// walkJSON reads cookie objects and known settings at any depth. Each object
// with settings is a store of its own: a list of clients is a list of accounts.
func walkJSON(root gjson.Result, found *list) *cookie.Rejection {
	stores := 0
	var walk func(value gjson.Result) *cookie.Rejection
	walk = func(value gjson.Result) (rejection *cookie.Rejection) {
		if value.IsArray() {
			others := 0
			value.ForEach(func(_, item gjson.Result) bool {
				if item.Type == gjson.JSON {
					rejection = walk(item)
				} else {
					others++
				}
				return rejection == nil && !found.full && others < maxEntries
			})
			return rejection
		}
		if isCookieObject(value) {
			return addCookieObject(value, found)
		}
		stores++
		saved := "#" + strconv.Itoa(stores)
		value.ForEach(func(key, item gjson.Result) bool {
			_, _, session := sessionKey(key.Str)
			switch {
			case (session || siteName(key.Str)) && item.IsObject() && addCookieNamed(key.Str, item, found):
			case session || item.Type != gjson.JSON:
				rejection = addJSONSetting(key.Str, item, saved, found)
			case !pageStorage(key.Str):
				rejection = walk(item)
			}
			return rejection == nil && !found.full
		})
		return rejection
	}
	return walk(root)
}

// pageStorage reports whether key holds the storage of a page, which looks like cookies
// but is not.
func pageStorage(key string) bool {
	return key == "origins" || key == "localStorage" || key == "sessionStorage"
}

func addJSONSetting(key string, value gjson.Result, saved string, found *list) *cookie.Rejection {
	switch _, _, session := sessionKey(key); {
	case value.Type == gjson.String:
		addSetting(key, value.Str, saved, found)
	case session && value.Type != gjson.Null:
		return notText()
	}
	return nil
}

func notText() *cookie.Rejection {
	return cookie.Reject(cookie.CodeMalformed, "has a session cookie whose value is not text. Export again.")
}
