package cookie

import (
	"strings"
	"unicode/utf8"
)

// Bounds of a session value in bytes. Google's are 60 to 200.
const (
	MinValue = 20
	MaxValue = 4096
)

// PlausibleSession reports whether value may be a session cookie by its length and its
// characters. It is for values that the upstream sets; values from people are checked
// more closely by Parse.
func PlausibleSession(value string) bool {
	return MinValue <= len(value) && Sendable(NamePSIDTS, value)
}

// ValidOctet reports whether b may stand in a cookie's value (RFC 6265,
// section 4.1.1).
func ValidOctet(b byte) bool {
	return b > 0x20 && b < 0x7f && b != '"' && b != ',' && b != ';' && b != '\\'
}

// Sendable reports whether a cookie besides the session's may be put into a
// request header.
func Sendable(name, value string) bool {
	return ValidName(name) && len(value) <= MaxValue && !strings.ContainsFunc(value, func(r rune) bool {
		return r >= utf8.RuneSelf || !ValidOctet(byte(r))
	})
}

// ValidName reports whether name may be a cookie's name (RFC 9110, "token").
func ValidName(name string) bool {
	return name != "" && len(name) <= 256 && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= 0x20 || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
