package geminiweb

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/geminid/geminid/cookie"
)

// cookieHeader is the Cookie header for a host, empty where the session does
// not belong. The identity host gets the two cookies of the session and no
// other: it refuses a rotation that brings more. Hosts outside google.com get
// none.
func cookieHeader(set cookie.Set, u *url.URL) string {
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
	if host == hostAccounts {
		return b.String()
	}
	for _, extra := range set.Extra() {
		if extra.Name != cookie.NamePSID && extra.Name != cookie.NamePSIDTS {
			add(extra.Name, extra.Value)
		}
	}
	return b.String()
}

// freshCookies returns the .google.com cookies that an answer sets: the new PSIDTS, if
// there is one, and the others. Deletions are left out: an upstream that signs
// us out is no reason to forget the session.
func freshCookies(resp *http.Response, now time.Time) (psidts cookie.Value, extra []cookie.Named) {
	now = answeredAt(resp.Header, now)
	for _, c := range resp.Cookies() {
		domain := strings.ToLower(strings.TrimPrefix(c.Domain, "."))
		dead := c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(now)
		if domain != cookieDomain || c.Value == "" || dead {
			continue
		}
		switch c.Name {
		case cookie.NamePSIDTS:
			psidts = cookie.NewValue(c.Value)
		case cookie.NamePSID:
		default:
			extra = append(extra, cookie.Named{Name: c.Name, Value: cookie.NewValue(c.Value)})
		}
	}
	return psidts, extra
}
