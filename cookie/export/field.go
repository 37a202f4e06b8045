package export

import "strings"

// field is what a key of a cookie object, or the title of a column, means.
type field string

const (
	nameField    field = "name"
	valueField   field = "value"
	domainField  field = "domain"
	pathField    field = "path"
	expiresField field = "expires"
	storeField   field = "storeId"
	rawField     field = "raw_cookie" // a whole Set-Cookie line
)

// fieldOf returns the meaning of a key in the spelling of any known exporter:
// browser extensions, tough-cookie (key), HackBrowserData (KeyName, ExpireDate),
// Cookie Quick Manager (Name raw), databases (host_key). It is empty for others.
func fieldOf(key string) field {
	switch strings.ToLower(key) {
	case "name", "name raw", "key", "keyname", "cookiename", "cookie_name":
		return nameField
	case "value", "content raw", "cookievalue", "cookie_value":
		return valueField
	case "domain", "host", "host raw", "host_key", "hostname":
		return domainField
	case "path", "path raw":
		return pathField
	case "expirationdate", "expires", "expiry", "expires raw", "expires_utc", "expiration", "expiredate", "expires_at":
		return expiresField
	case "storeid", "store_id":
		return storeField
	case string(rawField):
		return rawField
	}
	return ""
}

// setField sets a field of a cookie, and reports whether it is one that entries have.
// A key beside a name is no second name.
func (e *entry) setField(f field, text string) bool {
	switch f {
	case nameField:
		if e.name == "" {
			e.name = text
		}
	case valueField:
		e.value = text
	case domainField:
		e.domain = hostOf(text)
	case pathField:
		e.path = text
	case expiresField:
		e.expires = parseExpiry(text)
	case storeField:
		e.store = text
	default:
		return false
	}
	return true
}
