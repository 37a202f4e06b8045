package export

import (
	"strings"
	"unicode"

	"github.com/geminid/geminid/cookie"
)

// sessionKey recognises the names under which settings files of many projects keep the
// two cookies: SECURE_1PSID, GEMINI_PSIDTS, gemini_cookie_1psid,
// CONFIG_GEMINI__CLIENTS__0__SECURE_1PSID and the cookies' own names, in any letter
// case. prefix is the text before such a name and keeps numbered clients apart.
func sessionKey(key string) (name, prefix string, ok bool) {
	if len(key) < len("psid") || !strings.ContainsAny(key[len(key)-1:], "dDsS") {
		return "", "", false
	}
	folded := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return unicode.ToLower(r)
	}, key)
	name = cookie.NamePSID
	if bare, isTS := strings.CutSuffix(folded, "ts"); isTS {
		folded, name = bare, cookie.NamePSIDTS
	}
	switch folded {
	case "psid", "1psid", "geminipsid", "gemini1psid", "geminicookie1psid":
		return name, "", true
	}
	prefix, ok = strings.CutSuffix(folded, "secure1psid")
	return name, prefix, ok
}

// headerKey recognises the settings that hold a whole Cookie header.
func headerKey(key string) bool {
	switch strings.ToLower(key) {
	case "cookie", "cookies", "gemini_cookie", "gemini_cookies", "google_cookie", "google_cookies":
		return true
	}
	return false
}

// siteName reports whether name is a cookie that Google is known to set. Maps
// and settings files mix cookies with other secrets, which must not be sent
// along; there only these names count.
func siteName(name string) bool {
	switch name {
	case "SID", "HSID", "SSID", "APISID", "SAPISID", "SIDCC", "LSID", "NID", "AEC", "SOCS", "CONSENT",
		"DV", "OTZ", "OSID", "1P_JAR", "COMPASS", "SEARCH_SAMESITE", "ACCOUNT_CHOOSER", "GOOGLE_ABUSE_EXEMPTION":
		return true
	}
	return cookie.ValidName(name) && (strings.HasPrefix(name, "__Secure-") || strings.HasPrefix(name, "__Host-"))
}

// addSetting reads one key of a map or settings file. It ignores keys that are not
// cookies and never shows them.
func addSetting(key, value, saved string, found *list) {
	name, prefix, session := sessionKey(key)
	switch {
	case session:
		if value == "" && name == cookie.NamePSIDTS {
			return
		}
		if strings.EqualFold(key, name) && key != name {
			found.warn(cookie.WarnNameCase, "The cookies' names are in the wrong letter case; they were read as "+cookie.NamePSID+" and "+cookie.NamePSIDTS+".")
		}
		found.add(entry{name: name, value: value, store: saved + prefix})
	case headerKey(key) && strings.Contains(value, cookie.NamePSID+"="):
		addPairs(value, entry{store: saved}, found)
	case siteName(key):
		found.add(entry{name: key, value: value, store: saved})
	}
}
