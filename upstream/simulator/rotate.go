package simulator

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

const rotateNever = 2147483647

// serveRotate is RotateCookies: the only place where a new PSIDTS comes from.
func (c *call) serveRotate() {
	switch status := c.rotateRefusal(); status {
	case 0:
	case http.StatusTooManyRequests:
		c.serveHTML(status, "")
		return
	default:
		c.rotateAnswer(status, rotateNever)
		return
	}
	interval := 600
	if f, ok := c.firstFault(Interval); ok {
		interval = f.Code
	}
	value := ""
	if !c.hasFault(NoValue) && !c.fromFrame {
		value = c.renewTS()
	}
	if value != "" {
		c.setCookie(namePSIDTS, value, year)
		c.setCookie("__Secure-3PSIDTS", value, year)
	}
	c.setContinuityCookies()
	c.rotateAnswer(http.StatusOK, interval)
}

// rotateRefusal returns the status that refuses a rotation, 0 for none.
func (c *call) rotateRefusal() int {
	body, _ := io.ReadAll(io.LimitReader(c.r.Body, 1024))
	agent := c.r.UserAgent()
	switch {
	case c.r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed
	case !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json"):
		return c.refuseRotation(http.StatusBadRequest, "content type")
	case !c.rotateBody(string(body)):
		return c.refuseRotation(http.StatusBadRequest, "body")
	case strings.Contains(agent, "Android"):
		return c.refuseRotation(http.StatusForbidden, "user agent of a phone")
	case !c.alive:
		return c.refuseRotation(http.StatusUnauthorized, "dead session")
	case c.tooManyCookies():
		return c.refuseRotation(http.StatusUnauthorized, "more cookies than the two")
	case c.tooSoon():
		return c.refuseRotation(http.StatusTooManyRequests, "rotated seconds ago")
	}
	return 0
}

func (c *call) refuseRotation(status int, why string) int {
	c.noteEntry(func(e *Entry) { e.Refusal = why })
	return status
}

// rotateBody accepts the sentinel, which is no JSON and must not be tidied, and
// the id form of the browser's frame, which renews everything but the PSIDTS.
func (c *call) rotateBody(body string) bool {
	if body == `[000,"-0000000000000000000"]` {
		return true
	}
	id, ok := strings.CutPrefix(body, `[658,"`)
	id, closed := strings.CutSuffix(id, `"]`)
	c.fromFrame = ok
	return ok && closed && id != "" && strings.Trim(id, "-0123456789") == ""
}

func (c *call) tooManyCookies() bool {
	rule := c.s.cfg.RotateCookies
	return rule != CookiesAny && slices.ContainsFunc(c.r.Cookies(), func(ck *http.Cookie) bool {
		two := ck.Name == namePSID || ck.Name == namePSIDTS
		return !two && (rule == CookiesExact || !slices.Contains(passingCookies, ck.Name))
	})
}

func (c *call) tooSoon() bool {
	s := c.s
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	last := c.session.rotated
	return s.cfg.RotateFloor > 0 && !last.IsZero() && s.now().Sub(last).Abs() < s.cfg.RotateFloor
}

// renewTS issues a new PSIDTS; it returns "" if the session gets none.
func (c *call) renewTS() string {
	s := c.s
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	// Between the check at the start of the call and now another rotation may
	// have taken this value's place and its grace may be over.
	if !c.session.judgePair(c.psidts, s.now()).Renewable {
		return ""
	}
	c.session.issueTS("", s.now())
	c.session.rotated = s.now()
	c.session.rotations++
	return c.session.current
}

func (c *call) rotateAnswer(status, interval int) {
	h := c.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	fmt.Fprintf(c.w, ")]}'\n\n[[\"identity.hfcr\",%d],[\"di\",%d]]", interval, 20+c.s.serial.Add(1)%50)
}

// rotatePage is the frame from which a browser renews.
func (c *call) rotatePage() {
	c.setContinuityCookies()
	c.serveHTML(http.StatusOK, fmt.Sprintf("<html><head></head><body><script>init('%d', 658.0, 0.0, 0.0, 600.0)</script></body></html>", c.s.nextNumber()>>1))
}

// rotateBound asks for a signature that only the device's own chip can make.
func (c *call) rotateBound() {
	c.w.Header().Set("Sec-Session-Google-Challenge", "session_id=sidts_session; challenge="+c.s.nextID())
	c.serveHTML(http.StatusUnauthorized, "")
}
