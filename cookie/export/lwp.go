package export

import (
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// setCookie3 begins each cookie of a file that LWP keeps for Perl and
// http.cookiejar for Python.
const setCookie3 = "Set-Cookie3:"

// maxLWPWords is far more than a cookie has attributes.
const maxLWPWords = 64

func looksLWP(head string) bool {
	return strings.HasPrefix(head, "#LWP-Cookies-") || strings.HasPrefix(head, setCookie3) ||
		strings.Contains(head, "\n"+setCookie3)
}

// parseLWP reads a line for each cookie: its name and value, then attributes,
// with whatever is no plain word in quotes.
func parseLWP(text string, found *list) *cookie.Rejection {
	for line := range strings.Lines(text) {
		words, ok := strings.CutPrefix(strings.TrimSpace(line), setCookie3)
		if !ok {
			continue
		}
		e, ok := lwpCookie(words)
		switch {
		case ok:
			found.add(e)
		case !strings.HasSuffix(line, "\n"):
			return cookie.Reject(cookie.CodeTruncated, "ends in the middle of an entry. If it is still uploading, wait; otherwise copy it again.")
		}
		if found.full {
			return nil
		}
	}
	return nil
}

// lwpCookie reads the words of one cookie; not ok is a quote that does not end,
// and a line that is over before it says of which site the cookie is.
func lwpCookie(words string) (e entry, ok bool) {
	rest := words
	for range maxLWPWords {
		if rest == "" {
			break
		}
		var key, value string
		if key, value, rest, ok = lwpWord(rest); !ok {
			return entry{}, false
		}
		switch {
		case e.name == "":
			e.name, e.value = key, value
		case key == "path":
			e.path = value
		case key == "domain":
			e.domain = value
		case key == "expires":
			e.expires = lwpExpiry(value)
		}
	}
	return e, rest == "" && e.name != "" && e.domain != ""
}

// lwpWord takes the first word of a line: a key, or a key, "=" and a value.
func lwpWord(text string) (key, value, rest string, ok bool) {
	text = strings.TrimLeft(text, " ;")
	end := strings.IndexAny(text, "=;")
	if end < 0 || text[end] == ';' {
		key, rest, _ = strings.Cut(text, ";")
		return strings.TrimSpace(key), "", rest, true
	}
	key, rest = strings.TrimSpace(text[:end]), text[end+1:]
	if !strings.HasPrefix(rest, `"`) {
		value, rest, _ = strings.Cut(rest, ";")
		return key, strings.TrimSpace(value), rest, true
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			return key, b.String(), rest[i+1:], true
		case c == '\\' && i+1 < len(rest):
			i++
			b.WriteByte(rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", "", false
}

// lwpExpiry reads "2100-01-01 00:00:00Z" and the other forms that may stand there.
func lwpExpiry(text string) time.Time {
	if t, err := time.Parse("2006-01-02 15:04:05Z", text); err == nil {
		return t
	}
	return parseExpiry(text)
}
