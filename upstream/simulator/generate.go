package simulator

import (
	"net/http"
	"strings"
)

// serveGenerate is StreamGenerate.
func (c *call) serveGenerate() {
	if c.refuseStaleLabel() || !c.alive && !c.admitGuest() {
		return
	}
	raw, ok := c.readForm()
	if !ok {
		return
	}
	q, reason := c.readQuestion(raw)
	if reason != "" {
		c.badRequest(reason)
		return
	}
	c.noteEntry(func(e *Entry) {
		e.PromptBytes, e.Files, e.Temporary, e.FollowUp = q.length, len(q.files), q.temporary, q.cid != ""
		e.Tool, e.Gem, e.Thinking = q.tool, q.gem, thinkingLevel(c.r.Header)
	})
	c.setContinuityCookies()
	if status, code, why := c.judgeQuestion(&q); why != "" {
		c.rowError(status, code, why)
		return
	}
	if len(q.prompt) > c.s.cfg.PromptLimit {
		q.prompt = strings.ToValidUTF8(q.prompt[:c.s.cfg.PromptLimit], "")
	}
	if q.temporary {
		c.takeWindow()
	}
	p := c.planAnswer(&q)
	if p.http != 0 {
		c.plainStatus(Fault{Code: p.http})
		return
	}
	if p.sorry {
		c.toSorry()
		return
	}
	c.deliverAnswer(&q, p)
}

// admitGuest answers a signed-out client in the way the session's host does;
// it returns true if the free model is to answer.
func (c *call) admitGuest() bool {
	switch c.guestMode() {
	case GuestServed:
		return true
	case GuestUnauthorized:
		c.serveHTML(http.StatusUnauthorized, "")
	case GuestRedirected:
		c.toSignIn()
	default:
		c.rowError(7, 0, "not signed in")
	}
	return false
}

// judgeQuestion judges a well-formed question. A code of 0 is a bare status; an empty
// why lets it pass and has set the model that answers.
func (c *call) judgeQuestion(q *question) (status, code int, why string) {
	if f, ok := c.firstFault(BareStatus); ok {
		return f.Code, 0, "fault"
	}
	if f, ok := c.firstFault(ErrorCode); ok && (f.Value == "" || f.Value == "first") {
		return statusOf(f.Code), f.Code, "fault"
	}
	switch c.who.Status {
	case 1060:
		return 9, 1060, "region"
	case 1014, 1021, 1054, 1057:
		return 7, 0, "account status"
	}
	if c.who.Abuse != 0 {
		return 7, 0, "restricted account"
	}
	if q.length > c.s.cfg.PromptMax {
		return 13, 1099, "prompt too large"
	}
	if code, why = c.chooseModel(q); why != "" {
		return statusOf(code), code, why
	}
	if q.gem != "" {
		var known bool
		if q.gemName, known = c.gemName(q.gem); !known {
			return 5, 0, "gem"
		}
	}
	for _, f := range q.files {
		if !c.s.files.knowsFile(f.ref, c.s.now()) {
			return 3, 1003, "file reference"
		}
	}
	if !c.spendQuota(q.model.ID) {
		return 8, 1037, "quota"
	}
	return 0, 0, ""
}

// chooseModel sets the model that answers and finds a follow-up's chat.
func (c *call) chooseModel(q *question) (code int, why string) {
	asked := askedModel(c.r.Header)
	if !c.alive {
		q.model = guestModel
		return 0, ""
	}
	var ok bool
	if q.model, ok = c.who.findModel(asked); !ok {
		return 1052, "model"
	}
	if q.cid == "" {
		return 0, ""
	}
	if q.chat = c.s.findConversation(c.session, q.cid); q.chat == nil {
		return 1003, "conversation"
	}
	if c.hasFault(FollowUpLimit) {
		return 1097, "follow-up limit"
	}
	switch {
	case asked == "":
		q.model, _ = c.who.findModel(q.chat.model)
	case q.chat.model != q.model.ID:
		return 1050, "model of the conversation"
	}
	return 0, ""
}

// spendQuota takes one answer of a model's quota.
func (c *call) spendQuota(model string) bool {
	if c.session == nil {
		return true
	}
	c.s.sessions.mu.Lock()
	defer c.s.sessions.mu.Unlock()
	now := c.s.now()
	if limit, limited := c.session.Quota[model]; limited && c.session.used[model] >= limit || c.session.usedUp(now) {
		return false
	}
	c.session.used[model]++
	c.session.spent.countAnswer(now)
	return true
}

// statusOf is the general status that comes with a code.
func statusOf(code int) int {
	switch code {
	case 1003, 1050, 1052, 1155:
		return 3
	case 1037, 1053, 1097, 1185:
		return 8
	case 1060:
		return 9
	}
	return 13
}

// takeWindow opens the window of a temporary chat. Where an account has one only, the
// chat that had it ends where it is.
func (c *call) takeWindow() {
	if c.session == nil {
		return
	}
	c.s.sessions.mu.Lock()
	defer c.s.sessions.mu.Unlock()
	if former := c.session.window; former != nil && c.hasFault(OneWindow) {
		close(former)
	}
	mine := make(chan struct{})
	c.session.window, c.window = mine, mine
}
