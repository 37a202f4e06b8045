package geminiweb

import (
	"net/url"
	"strings"
)

// The hosts of the upstream.
const (
	hostApp       = "gemini.google.com"
	hostAccounts  = "accounts.google.com"
	hostConsent   = "consent.google.com"
	hostUpload    = "content-push.googleapis.com" // takes a plain form; outside google.com, so it gets no cookie
	hostResumable = "push.clients6.google.com"    // takes the browser's resumable uploads
	cookieDomain  = "google.com"
	pictureDomain = "googleusercontent.com"
	thumbDomain   = "gstatic.com" // previews of pictures from the web
)

// upstreamHost returns the host that u leads to, in lower case, or "" if u is no
// plain https address: one with another port, a user, or a host that is not made
// of ASCII letters, digits, dots and hyphens alone. So an IPv6 address with a
// zone, or a character that some parser takes for a dot or a slash, cannot pose
// as a subdomain. Every address that the upstream names is checked by it, before
// the name is compared.
func upstreamHost(u *url.URL) string {
	host := u.Hostname()
	if u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443" || !isPlainHost(host) {
		return ""
	}
	return strings.ToLower(host)
}

// isPlainHost reports whether host is made of labels of ASCII letters, digits and
// hyphens, none of them empty.
func isPlainHost(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		if label == "" {
			return false
		}
	}
	for i := range len(host) {
		switch c := host[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return true
}

// isWithin reports whether host is domain or a subdomain of it.
func isWithin(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// isAppURL reports whether u leads to the app.
func isAppURL(u *url.URL) bool { return upstreamHost(u) == hostApp }

// isMediaURL reports whether links to media, and redirects from them, may lead
// to u.
func isMediaURL(u *url.URL) bool {
	host := upstreamHost(u)
	return strings.HasSuffix(host, "."+cookieDomain) || isWebPictureURL(u)
}

// isWebPictureURL reports whether a picture from the web may be fetched from u: from
// the hosts of pictures, which get no cookies.
func isWebPictureURL(u *url.URL) bool {
	host := upstreamHost(u)
	return strings.HasSuffix(host, "."+pictureDomain) || strings.HasSuffix(host, "."+thumbDomain)
}

// isUploadURL reports whether a file may be sent to u.
func isUploadURL(u *url.URL) bool {
	host := upstreamHost(u)
	return host == hostUpload || host == hostResumable
}

// hostOf returns the upstream's host that a link leads to, "elsewhere" if it is none.
func hostOf(link string) string {
	if u, err := url.Parse(link); err == nil && isMediaURL(u) {
		return upstreamHost(u)
	}
	return "elsewhere"
}
