package config

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

// proxySchemes are the proxies that the upstream can be reached by.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

// checkProxyURL returns the flaw in the address of a proxy, empty if there is none.
// net/url reads some slips as something else: a # or a / in a password as the end of
// the host. The text repeats nothing of the address, which may hold a password.
func checkProxyURL(raw string) string {
	const example = "such as socks5://127.0.0.1:1080 or http://user:password@proxy.example.org:3128"
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || !slices.Contains(proxySchemes, strings.ToLower(scheme)) {
		return withWideForms(raw, "is not an http, https, socks5 or socks5h URL with a host, "+example)
	}
	user, host := "", rest
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, host = rest[:at], rest[at+1:]
	}
	if user != "" {
		if flaw := checkUserinfo(user); flaw != "" {
			return flaw
		}
	}
	if flaw := wideForms(host); flaw != "" {
		return flaw
	}
	u, err := url.Parse(scheme + "://" + host)
	switch {
	case err != nil, u.Hostname() == "":
		return "has no host and port that can be read, " + example
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return "has something behind its host and port, " + example
	case strings.HasSuffix(u.Host, ":"):
		return "has a colon without a port behind its host, " + example
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "has no port from 1 to 65535 behind its host, " + example
		}
	}
	return ""
}

// checkUserinfo finds characters in a user or password that only stand there as %XX.
func checkUserinfo(user string) string {
	const how = "in the user or password must be written %%%02X; all but letters and digits may be written so"
	for i := range len(user) {
		c := user[i]
		switch {
		case c == '%':
			if len(user) < i+3 || !isHex(user[i+1]) || !isHex(user[i+2]) {
				return "the % " + fmt.Sprintf(how, c)
			}
		case strings.IndexByte("/?#[]\\\"<>^`{|} ", c) >= 0:
			return fmt.Sprintf("the %c "+how, c, c)
		case c < ' ' || c > '~':
			return "a character " + fmt.Sprintf("in the user or password is not ASCII and must be written as %%XX for each of its bytes, as %%%02X for the first", c)
		}
	}
	return ""
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// wideForms finds a character of East Asian width or an invisible one, which a keyboard
// or a web page put in the place of an ASCII one: ： for : and 。 for a dot.
func wideForms(text string) string {
	for _, r := range text {
		if narrow := []rune(width.Narrow.String(string(r))); r > '~' && len(narrow) == 1 && narrow[0] <= '~' {
			return fmt.Sprintf("has the character %c (U+%04X), which only looks like %c", r, r, narrow[0])
		}
		switch {
		case r == '。' || r == '｡':
			return fmt.Sprintf("has the character %c (U+%04X), which only looks like a dot", r, r)
		case r == '\u00a0' || r == '\u3000' || r == '\ufeff' || r >= '\u200b' && r <= '\u200f' || r == '\u2060':
			return fmt.Sprintf("has an invisible character (U+%04X)", r)
		}
	}
	return ""
}

// withWideForms is flaw, or the look-alike character that is its cause.
func withWideForms(text, flaw string) string {
	if wide := wideForms(text); wide != "" && !strings.Contains(text, "@") {
		return wide
	}
	return flaw
}

// checkWebURL returns the flaw in an http or https address, empty if there is none.
func checkWebURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return withWideForms(raw, "is not an http or https URL, such as https://ai.example.org")
	}
	return wideForms(u.Host)
}
