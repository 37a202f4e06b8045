package doctor

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var (
	ipv4Pattern = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	ipv6Pattern = regexp.MustCompile(`\[?\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:%\w+)?\]?`)
	homePattern = regexp.MustCompile(`/(home|Users)/[^/\s]+`)
	keyPattern  = regexp.MustCompile(`gmd_[\w-]+`)
	mailPattern = regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`)
	urlPattern  = regexp.MustCompile(`\b(?:https?|socks5h?)://[^\s"',;)]+`)
)

// redactText takes out of a text everything that strangers need not know: addresses,
// hosts of the owner, names of accounts and of the home directory, and keys, wherever
// they come from.
func (c *Config) redactText(text string) string {
	if c.Home != "" && c.Home != "/" {
		text = strings.ReplaceAll(text, c.Home, "~")
	}
	text = homePattern.ReplaceAllString(text, "/$1/<user>")
	text = urlPattern.ReplaceAllStringFunc(text, c.redactURL)
	for _, raw := range []string{c.PublicURL, c.ExitURL, c.Upstream, "//" + c.Listen} {
		if u, err := url.Parse(raw); err == nil {
			text = replaceHost(text, u.Hostname(), "<host>")
		}
	}
	if c.Proxy != nil {
		text = replaceHost(text, c.Proxy.Hostname(), "<proxy>")
	}
	text = keyPattern.ReplaceAllString(text, "<key>")
	text = mailPattern.ReplaceAllString(text, "<mail>")
	text = ipv4Pattern.ReplaceAllStringFunc(text, redactAddress)
	return ipv6Pattern.ReplaceAllStringFunc(text, redactAddress)
}

// replaceHost puts a word in place of a host that not everybody has. Addresses are
// left to the patterns that know them.
func replaceHost(text, host, word string) string {
	if _, err := netip.ParseAddr(host); err == nil || host == "" || isCommonHost(host) {
		return text
	}
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(host)+`\b`).ReplaceAllString(text, word)
}

// redactURL leaves of an address on the web its scheme, and its host if that reveals
// nothing.
func (c *Config) redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || !isCommonHost(u.Hostname()) {
		scheme, _, _ := strings.Cut(raw, ":")
		return scheme + "://<host>"
	}
	return u.Scheme + "://" + u.Host + cmp.Or(u.Path, "")
}

// isCommonHost are the hosts that everybody has.
func isCommonHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsUnspecified()
	}
	return host == "localhost" || host == "gemini.google.com"
}

// redactAddress hides an address, unless everybody has it. A text that only looks
// like one, such as a time of day, stays.
func redactAddress(text string) string {
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil || addr.IsLoopback() || addr.IsUnspecified() {
		return text
	}
	return "<address>"
}
