package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// Page holds the values of the app page. Any of them may be missing, "": the
// upstream changes its page at will.
type Page struct {
	Token    string // SNlM0e, the form field "at"; missing in some signed-in pages
	Build    string // cfb2h, changes about weekly
	Session  string // FdrFJe, a signed number
	Language string // TuX5cc
	Feed     string // qKIAYe, the push id of uploads
	Account  string // S06Grb, hashed; empty when signed out
}

const maxPageValue = 4 << 10

// ParsePage finds the known keys in the page: "KEY":"value", with blanks
// allowed after the colon. It scans the page once for each key. Values that
// could not go into a header or an address are left out.
func ParsePage(html []byte) Page {
	return Page{
		Token:    findValue(html, "SNlM0e"),
		Build:    findValue(html, "cfb2h"),
		Session:  findValue(html, "FdrFJe"),
		Language: findValue(html, "TuX5cc"),
		Feed:     findValue(html, "qKIAYe"),
		Account:  hashAccount(findValue(html, "S06Grb")),
	}
}

// HasKeys reports whether the page had any of the keys that every known version
// of it has. Without one its format has changed.
func (p Page) HasKeys() bool { return p.Token != "" || p.Build != "" || p.Session != "" }

// findValue returns the first non-empty value of a key.
func findValue(html []byte, key string) string {
	name := []byte(`"` + key + `":`)
	for {
		i := bytes.Index(html, name)
		if i < 0 {
			return ""
		}
		html = html[i+len(name):]
		rest := html[:min(len(html), maxPageValue)]
		quoted := bytes.TrimLeft(rest, " \t\r\n")
		if v := unquoteToken(quoted); v != "" {
			return v
		}
	}
}

// unquoteToken decodes the JSON string at the start of text. It returns "" if
// there is none, or if it is not printable ASCII.
func unquoteToken(text []byte) (s string) {
	if len(text) == 0 || text[0] != '"' {
		return ""
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			if json.Unmarshal(text[:i+1], &s) != nil || !IsToken(s) {
				return ""
			}
			return s
		}
	}
	return ""
}

// IsToken reports whether s is printable ASCII without blanks, and so safe in a
// header or an address.
func IsToken(s string) bool {
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
