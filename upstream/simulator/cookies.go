package simulator

import (
	"slices"
	"time"
)

// The two cookies that make a session.
const (
	namePSID   = "__Secure-1PSID"
	namePSIDTS = "__Secure-1PSIDTS"
)

// loginCookies are the cookies that identify the account. They do not belong to a host
// outside google.com, and all but the two none at RotateCookies.
var loginCookies = []string{
	namePSID, namePSIDTS, "__Secure-3PSID", "__Secure-3PSIDTS", "SID", "HSID", "SSID", "APISID", "SAPISID",
	"__Secure-1PAPISID", "__Secure-3PAPISID", "LSID", "__Host-1PLSID", "__Host-3PLSID", "ACCOUNT_CHOOSER",
}

// passingCookies are picked up on the way, from the answers to rotations among
// others, and mean nothing to a rotation.
var passingCookies = []string{
	"__Secure-3PSIDTS", "NID", "AEC", "SOCS", "CONSENT", "__Secure-ENID", "SIDCC", "__Secure-1PSIDCC", "__Secure-3PSIDCC",
	"__Secure-BUCKET", "COMPASS", "GOOGLE_ABUSE_EXEMPTION", "OTZ", "DV",
}

// setCookie adds a cookie of .google.com, spelled as Google spells it; life 0
// makes a session cookie.
func (c *call) setCookie(name, value string, life time.Duration) {
	line := name + "=" + value
	if life > 0 {
		line += "; expires=" + c.s.now().Add(life).UTC().Format("Mon, 02-Jan-2006 15:04:05 GMT")
	}
	c.w.Header().Add("Set-Cookie", line+"; path=/; domain=.google.com; Secure; HttpOnly; SameSite=none")
}

// setContinuityCookies sets the SIDCC family anew, as nearly every answer to a signed-in
// client does.
func (c *call) setContinuityCookies() {
	if !c.alive {
		return
	}
	value := "AKEyXz" + c.s.nextID() + c.s.nextID()
	for _, name := range []string{"SIDCC", "__Secure-1PSIDCC", "__Secure-3PSIDCC"} {
		c.setCookie(name, value, year)
	}
}

const year = 365 * 24 * time.Hour

// cookieViolations names the cookie rules that a call breaks. The simulator serves it
// all the same where the real upstream would.
func (c *call) cookieViolations(names []string) []string {
	var out []string
	carries := slices.ContainsFunc(names, func(n string) bool { return slices.Contains(loginCookies, n) })
	switch {
	case carries && (c.host == hostMedia || c.host == hostThumbs):
		out = append(out, "login cookies at "+c.host)
	case carries && c.route.op == OpGoogle:
		out = append(out, "login cookies in the preflight")
	}
	if c.route.op == OpRotate && slices.ContainsFunc(names, func(n string) bool { return n != namePSID && n != namePSIDTS }) {
		out = append(out, "more than the two cookies at RotateCookies")
	}
	return out
}
