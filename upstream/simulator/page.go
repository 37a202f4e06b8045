package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const buildLabel = "boq_assistant-bard-web-server_20260901.03_p0"

// serveGoogle is the front page that clients fetch for NID and AEC.
func (c *call) serveGoogle() {
	rnd := c.s.seededRandom("google", c.s.nextID())
	c.setCookie("AEC", "AaJma5"+randomLetters(rnd, 60), 180*24*time.Hour)
	c.setCookie("NID", "531="+randomLetters(rnd, 180), 183*24*time.Hour)
	c.serveHTML(http.StatusOK, "<!doctype html><html><head><title>Google</title></head><body><form action=\"/search\"></form></body></html>\n")
}

func (c *call) toApp() { c.redirectTo(hostGemini, "/app", nil) }

// servePage is the app page: for a session with all tokens, for a guest without the
// one that counts.
func (c *call) servePage() {
	c.setContinuityCookies()
	switch {
	case c.r.Method != http.MethodGet && c.r.Method != http.MethodHead:
		c.serveHTML(http.StatusMethodNotAllowed, "")
	case c.hasFault(ConsentPage):
		c.redirectTo(hostConsent, "/m", url.Values{"continue": {"https://gemini.google.com/app"}, "gl": {"DE"}})
	case c.hasFault(Drift):
		c.serveHTML(http.StatusOK, "<!doctype html><html><head><title>Gemini</title></head><body><script>window.WIZ_boot={v:9,k:[]};</script>"+
			string(c.s.filler)+"</body></html>\n")
	case !c.alive && c.guestMode() == GuestRedirected:
		c.toSignIn()
	default:
		c.serveHTML(http.StatusOK, c.appPage())
	}
}

func (c *call) guestMode() GuestMode {
	if c.who.Guest != "" {
		return c.who.Guest
	}
	return c.s.cfg.Guest
}

// appPage renders the page with its keys in the middle of a lot of script, as
// on the web.
func (c *call) appPage() string {
	var b strings.Builder
	half := len(c.s.filler) / fillerLine / 2 * fillerLine
	b.Grow(len(c.s.filler) + 4096)
	b.WriteString("<!doctype html><html lang=\"en\" dir=\"ltr\"><head><base href=\"https://gemini.google.com/\"><title>Google Gemini</title>\n")
	b.Write(c.s.filler[:half])
	b.WriteString("<script nonce=\"x\">window.WIZ_global_data = {")
	for i, kv := range c.wizData() {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%q", kv[0], kv[1])
	}
	b.WriteString("};</script>\n")
	if c.who.Consent || c.hasFault(ConsentFlag) {
		b.WriteString("<script id=\"bard-initial-data\">var d={\"ZXlM5e\": true,\"AFI83b\":\"https://consent.google.com/m\"};</script>\n")
	} else {
		b.WriteString("<script id=\"bard-initial-data\">var d={\"ZXlM5e\": false};</script>\n")
	}
	b.Write(c.s.filler[half:])
	if !c.alive {
		b.WriteString("<a class=\"gb_Ua\" href=\"https://accounts.google.com/ServiceLogin?hl=en&amp;continue=https://gemini.google.com/app\">Sign in</a>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// wizData are the page's keys and values in order.
func (c *call) wizData() [][2]string {
	build := c.currentLabel()
	if f, ok := c.firstFault(BuildChanged); ok {
		build = f.Value
		if build == "" {
			build = fmt.Sprintf("boq_assistant-bard-web-server_20261001.%02d_p0", c.s.serial.Add(1)%100)
		}
	}
	account, token := "", ""
	if c.alive {
		account, token = c.who.Account, c.pageToken()
		if f, ok := c.firstFault(Identity); ok {
			account = f.Value
		}
	}
	data := [][2]string{
		{"FdrFJe", fmt.Sprint(int64(c.s.nextNumber()))},
		{"Im6cmf", "/_/BardChatUi"},
		{"KnDnFf", "feeds/ystxvhf2nqz3rq"},
		{"S06Grb", account},
	}
	if token != "" && !c.hasFault(NoToken) {
		data = append(data, [2]string{"SNlM0e", token})
	}
	return append(data, [][2]string{
		{"TuX5cc", "en"},
		{"Ylro7b", "CgcSBWjK7pYx"},
		{"cfb2h", build},
		{"h1eoVe", "https://push.clients6.google.com/upload/"},
		{"qKIAYe", "feeds/mcudyrk2a4khkz"},
		{"thykhd", "AKEYTs" + fmt.Sprintf("%032x", c.s.seededDigest("thykhd", c.who.PSID))},
	}...)
}

// currentLabel is the build label of the newest release.
func (c *call) currentLabel() string {
	f, released := c.lastFault(Release)
	switch {
	case !released:
		return buildLabel
	case f.Value != "":
		return f.Value
	}
	return fmt.Sprintf("boq_assistant-bard-web-server_20261101.%02d_p%d", c.s.seededDigest("release", f.Name)%100, c.s.seededDigest("build", f.Name)%10)
}

// refuseStaleLabel answers a question from a page of an older release. A question
// without a label passes, as does every label while there was no release.
func (c *call) refuseStaleLabel() bool {
	f, released := c.lastFault(Release)
	label := c.r.URL.Query().Get("bl")
	if !released || label == "" || label == c.currentLabel() {
		return false
	}
	if f.Code == 0 {
		f.Code = http.StatusMethodNotAllowed
	}
	c.noteEntry(func(e *Entry) { e.Refusal = "stale build label" })
	c.plainStatus(Fault{Code: f.Code})
	return true
}

// pageToken is the session's SNlM0e; its second half is the time of the page.
func (c *call) pageToken() string {
	return fmt.Sprintf("%s:%d", c.session.sessionToken(c.s), c.s.now().UnixMilli())
}

// sessionToken is the half of the page token that proves the session.
func (ss *session) sessionToken(s *Simulator) string {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	turn := 0
	if ss.TokenPerRotation {
		turn = ss.rotations
	}
	return "ADR5za" + randomLetters(s.seededRandom("at", fmt.Sprint(ss.secret), itoa(turn)), 38)
}

// tokenVerdict judges the form field at.
func (c *call) tokenVerdict(at string, present bool) (word string, ok bool) {
	optional := c.s.cfg.TokenOptional || c.hasFault(AnyToken)
	switch {
	case !c.alive: // a guest's page has no token, so none is asked for
		return "absent", true
	case !present || at == "":
		return "absent", optional || c.hasFault(NoToken)
	case at == "None":
		return "none", optional || c.hasFault(NoToken)
	}
	secret, _, _ := strings.Cut(at, ":")
	if secret == c.session.sessionToken(c.s) {
		return "valid", true
	}
	return "stale", optional
}

func (c *call) serveHTML(status int, body string) {
	h := c.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	c.w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		c.w.WriteString(body)
	}
}

func (c *call) redirectTo(host, path string, query url.Values) {
	target := c.baseURL(host) + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	c.w.Header().Set("Location", target)
	c.serveHTML(http.StatusFound, "<HTML><HEAD><TITLE>302 Moved</TITLE></HEAD><BODY>Moved.</BODY></HTML>\n")
}

func (c *call) toSignIn() {
	c.redirectTo(hostAccounts, "/ServiceLogin", url.Values{"hl": {"en"}, "continue": {"https://gemini.google.com/app"}})
}

func (c *call) signIn() {
	c.serveHTML(http.StatusOK, "<!doctype html><html><head><title>Sign in - Google Accounts</title></head><body>"+
		"<form action=\"/v3/signin/_/AccountsSignInUi\"><input type=\"email\" name=\"identifier\"></form></body></html>\n")
}

func (c *call) consentPage() {
	c.serveHTML(http.StatusOK, "<!doctype html><html><head><title>Before you continue</title></head><body>"+
		"<form action=\"/save\" method=\"POST\"></form></body></html>\n")
}

func (c *call) toSorry() {
	c.redirectTo(hostGoogle, "/sorry/index", url.Values{"continue": {"https://gemini.google.com" + c.r.URL.Path}, "q": {"EgRVS" + c.s.nextID()}})
}

// sorryPage is the captcha of an address that was flagged.
func (c *call) sorryPage() {
	c.serveHTML(http.StatusTooManyRequests, `<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html>
<head><meta http-equiv="content-type" content="text/html; charset=utf-8"><meta name="viewport" content="initial-scale=1"><title>https://gemini.google.com/app</title></head>
<body style="font-family: arial, sans-serif; background-color: #fff; color: #000; padding:20px; font-size:18px;">
<div style="max-width:400px;">
<hr noshade size="1" style="color:#ccc; background-color:#ccc;"><br>
<form id="captcha-form" action="index" method="post">
<div id="recaptcha" class="g-recaptcha"></div>
</form>
About this page: our systems have detected unusual traffic from your computer network.
</div></body></html>
`)
}

func (c *call) notFound() {
	c.serveHTML(http.StatusNotFound, "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> That’s an error.</html>\n")
}

const (
	filler     = "<script nonce=\"x\">this.gbar_=this.gbar_||{};(function(_){var window=this;try{_._F_toggles_initialize([0x20000,]);}catch(e){_._DumpException(e)}})(this.gbar_);</script>\n"
	fillerLine = len(filler)
)

// pageFiller makes about n bytes of dull script.
func pageFiller(n int) []byte { return []byte(strings.Repeat(filler, n/fillerLine)) }
