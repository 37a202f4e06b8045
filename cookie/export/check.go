package export

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/geminid/geminid/cookie"
)

// checkValues refuses values that cannot be a session, the clearest reason
// first. psidts may be empty.
func checkValues(psid, psidts string) *cookie.Rejection {
	if isPlaceholder(psid) {
		return placeholder(cookie.NamePSID)
	}
	if isPlaceholder(psidts) {
		return placeholder(cookie.NamePSIDTS)
	}
	if strings.HasPrefix(psid, "sidts-") && !strings.HasPrefix(psidts, "sidts-") {
		return cookie.Reject(cookie.CodeSwapped, "has the two values swapped, by their looks: %s holds what belongs to %s. Exchange them.", cookie.NamePSID, cookie.NamePSIDTS)
	}
	if flaw := valueFlaw(psid); flaw != "" {
		return cookie.Reject(cookie.CodeBadValue, "has an unusable %s: %s.", cookie.NamePSID, flaw)
	}
	if psidts == "" {
		return nil
	}
	if flaw := valueFlaw(psidts); flaw != "" {
		return cookie.Reject(cookie.CodeBadValue, "has an unusable %s: %s.", cookie.NamePSIDTS, flaw)
	}
	if psid == psidts {
		return cookie.Reject(cookie.CodeBadValue, "has the same value for %s and %s. Copy each one by itself.", cookie.NamePSID, cookie.NamePSIDTS)
	}
	return nil
}

func placeholder(name string) *cookie.Rejection {
	return cookie.Reject(cookie.CodePlaceholder, "still holds the example text for %s. Put the real value there, from a browser that is signed in.", name)
}

// valueFlaw describes the flaw of a session value; it is empty for a good value.
func valueFlaw(value string) string {
	if value == "" {
		return "it is empty"
	}
	position := 0
	for _, r := range value {
		position++
		if r < utf8.RuneSelf && cookie.ValidOctet(byte(r)) && strings.IndexByte(quotes, byte(r)) < 0 {
			continue
		}
		if r == '…' {
			return fmt.Sprintf("it was shortened with U+2026 at position %d. Copy the whole value", position)
		}
		return fmt.Sprintf("character %U at position %d is not allowed in a cookie. Export or copy it again, as plain text", r, position)
	}
	switch {
	case percentEncoded(value):
		return "it looks percent-encoded. Copy the value as the browser shows it, not from a URL"
	case strings.HasSuffix(value, "..."):
		return "it was shortened with dots. Copy the whole value"
	case len(value) < cookie.MinValue:
		return fmt.Sprintf("it has %d characters, too few. Copy the whole value", len(value))
	case len(value) > cookie.MaxValue:
		return fmt.Sprintf("it has %d bytes, more than the %d a cookie can have", len(value), cookie.MaxValue)
	}
	return ""
}

func percentEncoded(value string) bool {
	for i := 0; i+2 < len(value); i++ {
		if value[i] == '%' && isHex(value[i+1]) && isHex(value[i+2]) {
			return true
		}
	}
	return false
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// exampleWords are the words of the templates that projects ship.
var exampleWords = []string{
	"your", "here", "paste", "replace", "example", "placeholder", "change", "changeme", "insert", "todo", "xxx",
}

// isPlaceholder reports whether value is a template's text. Only whole words
// count, and only in values without the shape of a real one, so that no real
// value is refused for letters it happens to have.
func isPlaceholder(value string) bool {
	lower := strings.ToLower(value)
	if strings.Contains(lower, "xxxxxx") || strings.Contains(lower, "******") {
		return true
	}
	if strings.HasPrefix(value, "g.a") || strings.HasPrefix(value, "sidts-") {
		return false
	}
	if strings.HasPrefix(value, "<") || strings.HasPrefix(value, "${") || strings.HasPrefix(value, "{{") {
		return true
	}
	words := strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(exampleWords, word) })
}
