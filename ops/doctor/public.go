package doctor

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var (
	dotted  = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	colons  = regexp.MustCompile(`\[?\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:%\w+)?\]?`)
	house   = regexp.MustCompile(`/(home|Users)/[^/\s]+`)
	ourKey  = regexp.MustCompile(`gmd_[\w-]+`)
	mailbox = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
	someURL = regexp.MustCompile(`\b(?:https?|socks5h?)://[^\s"',;)]+`)
)

// public takes out of a text what a stranger need not know: addresses, hosts of
// the owner, names of accounts and of the home directory, and keys, wherever they
// come from.
func (c *Config) public(text string) string {
	if c.Home != "" && c.Home != "/" {
		text = strings.ReplaceAll(text, c.Home, "~")
	}
	text = house.ReplaceAllString(text, "/$1/<user>")
	text = someURL.ReplaceAllStringFunc(text, c.publicURL)
	for _, raw := range []string{c.PublicURL, c.ExitURL, c.Upstream, "//" + c.Listen} {
		if u, err := url.Parse(raw); err == nil {
			text = without(text, u.Hostname(), "<host>")
		}
	}
	if c.Proxy != nil {
		text = without(text, c.Proxy.Hostname(), "<proxy>")
	}
	text = ourKey.ReplaceAllString(text, "<key>")
	text = mailbox.ReplaceAllString(text, "<mail>")
	text = dotted.ReplaceAllStringFunc(text, address)
	return colons.ReplaceAllStringFunc(text, address)
}

// without puts a word in place of a host that not everybody has. Addresses are
// left to the patterns that know them.
func without(text, host, word string) string {
	if _, err := netip.ParseAddr(host); err == nil || host == "" || known(host) {
		return text
	}
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(host)+`\b`).ReplaceAllString(text, word)
}

// publicURL leaves of an address on the web its scheme, and its host when that
// tells nothing.
func (c *Config) publicURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || !known(u.Hostname()) {
		scheme, _, _ := strings.Cut(raw, ":")
		return scheme + "://<host>"
	}
	return u.Scheme + "://" + u.Host + cmp.Or(u.Path, "")
}

// known are the hosts that everybody has.
func known(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsUnspecified()
	}
	return host == "localhost" || host == "gemini.google.com"
}

// address hides an address, unless everybody has it. What only looks like one,
// such as a time of day, stays.
func address(text string) string {
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil || addr.IsLoopback() || addr.IsUnspecified() {
		return text
	}
	return "<address>"
}
