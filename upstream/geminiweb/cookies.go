package geminiweb

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// domainCookies are the cookies of .google.com. A session that was pasted as a header,
// or exported without domains, holds those of the app's host beside them (OSID,
// COMPASS, __Host-…), and for these other hosts answer 403.
var domainCookies = map[string]bool{
	"HSID": true, "SSID": true, "APISID": true, "SAPISID": true, "SID": true, "NID": true,
	"__Secure-1PAPISID": true, "__Secure-3PAPISID": true,
	"__Secure-3PSID": true, "__Secure-3PSIDTS": true, "__Secure-1PSIDRTS": true, "__Secure-3PSIDRTS": true,
	"SIDCC": true, "__Secure-1PSIDCC": true, "__Secure-3PSIDCC": true, "GOOGLE_ABUSE_EXEMPTION": true,
}

// cookieHeader returns the Cookie header for u, "" if the session does not
// belong there. Hosts outside google.com get no cookies, and those within it but the
// app's own those of [domainCookies] alone. The identity host gets the two cookies of
// the session alone, because it refuses a rotation with more, and so does every host
// if pairOnly is set. Cookies that have expired at now are left out.
func cookieHeader(set cookie.Set, u *url.URL, pairOnly bool, now time.Time) string {
	host := upstreamHost(u)
	if !isWithin(host, cookieDomain) {
		return ""
	}
	var b strings.Builder
	b.Grow(512) // the session's two take half of it
	add := func(name string, value cookie.Value) {
		if value.IsZero() {
			return
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(value.Reveal())
	}
	add(cookie.NamePSID, set.PSID())
	add(cookie.NamePSIDTS, set.PSIDTS())
	if pairOnly || host == hostAccounts {
		return b.String()
	}
	for _, extra := range set.Extra() {
		if extra.Name == cookie.NamePSID || extra.Name == cookie.NamePSIDTS || extra.ExpiredAt(now) {
			continue
		}
		if host == hostApp || domainCookies[extra.Name] {
			add(extra.Name, extra.Value)
		}
	}
	return b.String()
}

// maxClockSkew is how far this machine's clock may be from the upstream's for
// expiry times to be kept: with a wrong clock a cookie would seem to have
// expired once the clock is set.
const maxClockSkew = 24 * time.Hour

// freshCookies returns the .google.com cookies that an answer sets: the new
// PSIDTS, zero if there is none, and the others. implausible reports that the
// answer set a PSIDTS that cannot be one. Deletions are left out: an upstream
// that signs us out is no reason to forget the session.
func freshCookies(resp *http.Response, now time.Time) (psidts cookie.Value, extra []cookie.Named, implausible bool) {
	answered := answeredAt(resp.Header, now)
	trusted := answered.Sub(now).Abs() <= maxClockSkew
	for _, c := range resp.Cookies() {
		domain := strings.ToLower(strings.TrimPrefix(c.Domain, "."))
		expires := expiry(c, answered)
		if domain != cookieDomain || c.Value == "" || !expires.IsZero() && !expires.After(answered) {
			continue
		}
		switch c.Name {
		case cookie.NamePSIDTS:
			if !cookie.PlausibleSession(c.Value) {
				implausible = true
				continue
			}
			psidts = cookie.NewValue(c.Value)
		case cookie.NamePSID:
		default:
			n := cookie.Named{Name: c.Name, Value: cookie.NewValue(c.Value)}
			if trusted {
				n.Expires = expires
			}
			extra = append(extra, n)
		}
	}
	return psidts, extra, implausible
}

// expiry is when a cookie expires that was set at now; zero if it names no time.
// Max-Age counts before Expires (RFC 6265, section 5.3).
func expiry(c *http.Cookie, now time.Time) time.Time {
	switch {
	case c.MaxAge < 0:
		return now
	case c.MaxAge > 0:
		return now.Add(time.Duration(min(c.MaxAge, 400*24*60*60)) * time.Second)
	}
	return c.Expires
}
