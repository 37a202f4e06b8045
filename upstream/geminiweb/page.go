package geminiweb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// page is what the app page tells. Every value may be missing; the page is the
// upstream's to change.
type page struct {
	token    string // SNlM0e, the form field at; missing in some signed-in pages
	build    string // cfb2h, changes about weekly
	session  string // FdrFJe, a signed number
	language string // TuX5cc
	feed     string // qKIAYe, where uploads go
	account  string // S06Grb hashed; empty when signed out
}

const (
	pageLimit  = 8 << 20
	valueLimit = 4 << 10
)

// scrapePage finds the known keys in the page: "KEY":"value" with blanks allowed
// behind the colon. It goes over the page once for each key and never back.
func scrapePage(html []byte) page {
	return page{
		token:    findValue(html, "SNlM0e"),
		build:    findValue(html, "cfb2h"),
		session:  findValue(html, "FdrFJe"),
		language: findValue(html, "TuX5cc"),
		feed:     findValue(html, "qKIAYe"),
		account:  hashAccount(findValue(html, "S06Grb")),
	}
}

// hasKeys reports whether the page had any of the keys: without one the format
// changed.
func (p page) hasKeys() bool { return p.token != "" || p.build != "" || p.session != "" }

// findValue returns the first non-empty value of a key.
func findValue(html []byte, key string) string {
	name := []byte(`"` + key + `":`)
	for {
		i := bytes.Index(html, name)
		if i < 0 {
			return ""
		}
		html = html[i+len(name):]
		rest := html[:min(len(html), valueLimit)]
		quoted := bytes.TrimLeft(rest, " \t\r\n")
		if v := unquoteToken(quoted); v != "" {
			return v
		}
	}
}

// unquoteToken decodes the JSON string that text begins with; anything else is "".
func unquoteToken(text []byte) (s string) {
	if len(text) == 0 || text[0] != '"' {
		return ""
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			if json.Unmarshal(text[:i+1], &s) != nil || !isToken(s) {
				return ""
			}
			return s
		}
	}
	return ""
}

// isToken reports whether a value may go into a header or an address.
func isToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// hashAccount makes an account number opaque.
func hashAccount(number string) string {
	if number == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("google account\x00" + number))
	return hex.EncodeToString(sum[:8])
}
