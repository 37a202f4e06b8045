package simulator

import (
	"net/http"
)

// rpc is one row of the table of batchexecute calls.
type rpc struct {
	id    string
	guest bool // answered for guests too
	serve func(*call, list) []any
}

// rpcs holds every call that is answered. All others are refused with a
// bare status 5, as are the calls of newer pages.
var rpcs = []rpc{
	{"otAQ7b", true, (*call).answerStatus},
	{"ESY5D", true, (*call).answerSettings},
	{"MaZiqc", false, (*call).listChats},
	{"hNvQHb", false, (*call).readChat},
	{"GzXR5e", false, (*call).forgetChat},
	{"qWymEb", false, (*call).deleteChat},
	{"CNgdBe", false, (*call).listGems},
	{"oMH3Zd", false, (*call).createGem},
	{"kHv0Vd", false, (*call).updateGem},
	{"UXcSJb", false, (*call).deleteGem},
	{"c8o8Fe", false, (*call).fullSize},
	{"jSf9Qc", false, (*call).answerQuota},
	{"maGuAc", true, echoNothing},
	{"kwDCne", false, echoNothing},
	{"L5adhe", false, echoNothing},
	{"ku4Jyf", false, echoNothing},
	{"qpEbW", false, echoNothing},
	{"aPya6c", false, echoNothing},
	{"PCck7e", false, echoNothing},
	{"K4WWud", false, echoNothing},
	{"cYRIkd", false, echoNothing},
	{"Te6DCf", true, echoNothing},
	{"o30O0e", false, echoNothing},
	{"sJBwce", false, echoNothing},
	{"MUAZcd", false, echoNothing},
}

func echoNothing(*call, list) []any { return []any{} }

// serveBatch is batchexecute: several calls in, one row each out.
func (c *call) serveBatch() {
	raw, ok := c.readForm()
	if !ok {
		return
	}
	outer, ok := parseList(raw)
	calls := outer.listAt(0)
	if !ok || len(calls) == 0 || len(calls) > 100 {
		c.badRequest("f.req of a batch")
		return
	}
	if !c.alive && c.guestMode() == GuestRedirected {
		c.toSignIn()
		return
	}
	if !c.alive && c.guestMode() == GuestUnauthorized {
		c.serveHTML(http.StatusUnauthorized, "")
		return
	}
	c.setContinuityCookies()
	rows := make([][]byte, 0, len(calls))
	for _, raw := range calls {
		one, _ := parseList(raw)
		rows = append(rows, c.batchRow(one))
	}
	f := c.newFrames(http.StatusOK)
	for _, row := range rows {
		if f.rowsOf(row) != nil {
			return
		}
	}
	f.closeStream()
}

// batchRow answers one call: ["id","payload",null,"tag"].
func (c *call) batchRow(one list) []byte {
	id, tag := one.textAt(0), one.textAt(3)
	refused := func(status int) []byte {
		return encodeJSON([]any{"wrb.fr", id, nil, nil, nil, []any{status}, tag})
	}
	if f, ok := c.firstFault(RPCRefused); ok {
		if f.Code == 0 {
			f.Code = 7
		}
		return refused(f.Code)
	}
	for _, rpc := range rpcs {
		if rpc.id != id {
			continue
		}
		if !c.alive && !rpc.guest {
			return refused(7)
		}
		// A payload that is no JSON, such as one with single quotes, reads as
		// an empty list: the call is served with its defaults.
		payload, _ := parseList([]byte(one.textAt(1)))
		body := rpc.serve(c, payload)
		if body == nil {
			return refused(5)
		}
		return encodeJSON([]any{"wrb.fr", id, string(encodeJSON(body)), nil, nil, nil, tag})
	}
	return refused(5)
}

// answerStatus is otAQ7b: the account's status and the models that may be used.
func (c *call) answerStatus(list) []any {
	if f, ok := c.firstFault(AccountStatus); ok {
		c.who.Status = f.Code
	}
	status := c.who.Status
	switch {
	case !c.alive:
		return []any{6, []any{false, nil, false}, true, nil, nil, nil, false, nil, nil, nil, nil, nil, false, false, 1016, []any{}}
	case status == 0 || status == 1000:
		return c.signedIn(nil)
	case status == 1014 || status == 1021 || status == 1054 || status == 1057 || status == 1060:
		return []any{1, []any{false, nil, false}, false, nil, nil, nil, true, nil, nil, nil, nil, nil, false, false, status, []any{}}
	}
	return c.signedIn(status)
}

func (c *call) signedIn(status any) []any {
	var models []any
	for _, m := range c.who.offeredModels() {
		models = append(models, fields{0: m.ID, 1: m.Name, 2: m.Description, 10: m.Version, 17: m.Number}.denseArray())
	}
	tier, caps := c.who.Plan.planFlags()
	return []any{1, []any{false, nil, false}, false, nil, nil, nil, true, nil, nil, nil, nil, nil, false, false, status, models, tier, caps}
}

// answerSettings is ESY5D: a value for each name that was asked.
func (c *call) answerSettings(p list) []any {
	names := p.listAt(0).listAt(0)
	values := make([]any, 0, len(names))
	for i := range names {
		values = append(values, []any{names.textAt(i), nil, nil, true})
	}
	return []any{values}
}

// answerQuota is jSf9Qc: limits of the five-hour and the weekly window.
func (c *call) answerQuota(list) []any {
	now := c.s.now()
	reset := func(hours int64) []any { return []any{[]any{now.Unix()/3600*3600 + hours*3600, 0}} }
	used := c.s.usedBy(c.session)
	return []any{2, []any{[]any{100, used, 1, reset(5)}, []any{1500, used, 2, reset(24 * 7)}}, false}
}

func (s *Simulator) usedBy(ss *session) int {
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	n := 0
	for _, used := range ss.used {
		n += used
	}
	return n
}
