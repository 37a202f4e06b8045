package cookie

import (
	"strings"
	"unicode/utf8"
)

// Bounds of a session value in bytes. Google's are 60 to 200.
const (
	minValue = 20
	maxValue = 4096
)

// PlausibleSession reports whether value may be a session cookie by its length
// and its characters. It is for values that the upstream sets; what people bring
// is checked more closely by Parse.
func PlausibleSession(value string) bool {
	return minValue <= len(value) && sendable(NamePSIDTS, value)
}

// cookieOctet reports whether b may stand in a cookie's value (RFC 6265,
// section 4.1.1).
func cookieOctet(b byte) bool {
	return b > 0x20 && b < 0x7f && b != '"' && b != ',' && b != ';' && b != '\\'
}

// sendable reports whether a cookie besides the session's may be put into a
// request header.
func sendable(name, value string) bool {
	return isToken(name) && len(value) <= maxValue && !strings.ContainsFunc(value, func(r rune) bool {
		return r >= utf8.RuneSelf || !cookieOctet(byte(r))
	})
}

// isToken reports whether name may be a cookie's name (RFC 9110, "token").
func isToken(name string) bool {
	return name != "" && len(name) <= 256 && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= 0x20 || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
