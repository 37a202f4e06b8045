package simulator

import (
	"net/http"
	"strings"
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
	{"GzXR5e", false, (*call).deleteChat},
	{"qWymEb", false, (*call).listTasks},
	{"CNgdBe", false, (*call).listGems},
	{"oMH3Zd", false, (*call).createGem},
	{"kHv0Vd", false, (*call).updateGem},
	{"UXcSJb", false, (*call).deleteGem},
	{"c8o8Fe", false, (*call).fullSize},
	{"HcT8bb", false, (*call).showGem},
	{"jSf9Qc", false, (*call).answerUsage},
	{"qpEbW", false, (*call).answerQuotas},
	{"aPya6c", false, (*call).answerExtras},
	{"GPRiHf", false, (*call).answerAbuse},
	{"kwDCne", false, (*call).answerTask},
	{"ku4Jyf", false, (*call).listDiscoveries},
	{"maGuAc", true, echoNothing},
	{"L5adhe", false, echoNothing},
	{"PCck7e", false, echoNothing},
	{"K4WWud", false, echoNothing},
	{"cYRIkd", false, echoNothing},
	{"Te6DCf", true, echoNothing},
	{"o30O0e", false, echoNothing},
	{"sJBwce", false, echoNothing},
	{"MUAZcd", false, (*call).updateChat},
	{"EqPOKe", false, (*call).readTurn},
	{"Jba3ib", false, (*call).createTask},
	{"XPSWpd", false, (*call).answerTasks},
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
		body := rpc.serve(c, readPayload(one.textAt(1)))
		if body == nil {
			return refused(5)
		}
		return encodeJSON([]any{"wrb.fr", id, string(encodeJSON(body)), nil, nil, nil, tag})
	}
	return refused(5)
}

// readPayload reads the arguments of a call. The most used client writes those of
// CNgdBe with single quotes, which are taken for double ones; anything else
// that is no list reads as an empty one.
func readPayload(text string) list {
	payload, ok := parseList([]byte(text))
	if !ok {
		payload, _ = parseList([]byte(strings.ReplaceAll(text, "'", `"`)))
	}
	return payload
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
	var models, modes []any
	for _, m := range c.who.offeredModels() {
		row := fields{0: m.ID, 1: m.Name, 2: m.Description, 10: m.Name, 11: m.Version, 17: m.Number}
		models = append(models, row.denseArray())
		row[18] = 1
		modes = append(modes, row.denseArray())
		row[1], row[18] = m.Name+" Extended", 2 // the same model that thinks longer
		modes = append(modes, row.denseArray())
	}
	tier, caps := c.who.Plan.planFlags()
	return fields{0: 1, 1: []any{false, nil, false}, 2: false, 6: true, 12: false, 13: false, 14: status, 15: models, 16: tier, 17: caps,
		24: []any{nil, modes}}.denseArray()
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
