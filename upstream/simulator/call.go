package simulator

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// call is one request on its way through the simulator. It belongs to the
// goroutine that serves the request.
type call struct {
	s     *Simulator
	w     *answer
	r     *http.Request
	route route
	host  string
	known bool // the host is one of the upstream's
	user  int  // of the /u/N prefix

	session   *session      // nil if the PSID was never made here
	who       SessionConfig // the session's settings at the start
	alive     bool          // the cookies are accepted
	psidts    string
	fromFrame bool            // a rotation by the browser's keep-alive frame
	window    <-chan struct{} // closed if another chat takes this one's window; nil cannot be
	rpcs      []string        // ids named in the query of a batchexecute
	faults    []Fault         // those that hit this call
	entry     *Entry          // guarded by the journal's lock
}

// beginCall finds the route, the session and the faults of a request, and enters the call
// in the journal.
func (s *Simulator) beginCall(w http.ResponseWriter, r *http.Request) *call {
	c := &call{s: s, r: r}
	c.route, c.host, c.known, c.user = findRoute(r)
	if c.route.op == OpRPC {
		c.rpcs = strings.Split(r.URL.Query().Get("rpcids"), ",")
	}
	names, verdict := c.identifySession()
	c.faults = s.faults.countHits(c, s.now())
	if c.hasFault(Guest) {
		c.alive = false
	}
	c.w = newAnswer(w, c)
	c.entry = &Entry{Time: s.now(), Operation: c.route.op, RPCs: c.rpcs, Method: r.Method, Host: r.Host,
		Path: c.shownPath(), Session: c.who.Name, Cookies: names, Verdict: verdict,
		Violations: c.cookieViolations(names), UserAgent: r.UserAgent(), Faults: faultNames(c.faults), Outcome: "running"}
	if c.route.op == OpGenerate {
		c.entry.Model = askedModel(r.Header)
	}
	s.journal.addEntry(c.entry)
	return c
}

// finishEntry completes the call's entry in the journal, also after a panic.
func (c *call) finishEntry() {
	failure := recover()
	if failure == nil {
		c.w.closeCompression()
	}
	outcome := c.w.outcome
	switch {
	case outcome != "":
	case failure != nil:
		outcome = "reset"
	case c.r.Context().Err() != nil:
		outcome = "canceled"
	default:
		outcome = "done"
	}
	c.s.journal.updateEntry(func() {
		e := c.entry
		e.End, e.Status, e.BytesOut, e.Frames, e.Outcome = c.s.now(), c.w.status, c.w.sent, c.w.frames, outcome
	})
	if failure != nil {
		panic(failure)
	}
}

// identifySession reads the login cookies and finds their session.
func (c *call) identifySession() (names []string, verdict Verdict) {
	var psid string
	for _, ck := range c.r.Cookies() {
		switch {
		case ck.Name == namePSID && psid == "":
			psid = ck.Value
		case ck.Name == namePSIDTS && c.psidts == "":
			c.psidts = ck.Value
		}
		names = append(names, ck.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if psid == "" {
		return names, Absent
	}
	s := c.s
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	if c.session = s.sessions.byPSID[psid]; c.session == nil {
		return names, Stranger
	}
	c.who = c.session.SessionConfig
	c.session.countCall(c)
	if c.session.judgePair(c.psidts, s.now()).Alive && c.rightUser() {
		c.alive = true
		return names, Valid
	}
	return names, Stale
}

func (ss *session) countCall(c *call) {
	ss.calls[string(c.route.op)]++
	for _, id := range c.rpcs {
		if len(ss.calls) < 256 || ss.calls[id] > 0 {
			ss.calls[id]++
		}
	}
}

// rightUser reports whether a call to the app is addressed to the session's place
// in the browser: the prefix on every path, the header on every POST.
func (c *call) rightUser() bool {
	switch c.route.op {
	case OpPage:
		return c.user == c.who.User
	case OpRPC, OpGenerate:
		header := c.r.Header.Get("X-Goog-AuthUser")
		return c.user == c.who.User && (c.who.User == 0 || header == itoa(c.who.User))
	default:
		return true
	}
}

// baseURL is where absolute links of this answer point: the real host, or the
// simulator's own address for a client that calls it by that.
func (c *call) baseURL(host string) string {
	if c.known {
		return "https://" + host
	}
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

// sleepFor waits and reports whether the client is still there, and its window.
func (c *call) sleepFor(d time.Duration) bool {
	ctx := c.r.Context()
	if d <= 0 {
		select {
		case <-c.window:
			c.w.outcome = "cut"
			return false
		default:
			return ctx.Err() == nil
		}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.window:
		c.w.outcome = "cut"
		return false
	case <-ctx.Done():
		return false
	}
}

// stallUntilLeft sends nothing more until the client leaves; a head that was not written
// yet is held back too.
func (c *call) stallUntilLeft() {
	if c.w.status != 0 {
		c.w.Flush()
	}
	<-c.r.Context().Done()
	c.w.outcome = "stalled"
}

// resetConnection breaks the connection.
func (c *call) resetConnection() {
	c.w.outcome = "reset"
	c.w.abortConnection()
}

var errCut = errors.New("simulator: the answer was cut by a fault")
