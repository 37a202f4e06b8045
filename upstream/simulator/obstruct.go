package simulator

import (
	"fmt"
	"net/http"
)

// obstructCall applies the faults that come before any handler and reports
// whether the call has been answered by one of them.
func (c *call) obstructCall() bool {
	for _, f := range c.faults {
		if f.Kind == Latency && !c.sleepFor(f.Delay) {
			return true
		}
	}
	for _, f := range c.faults {
		switch f.Kind {
		case Outage:
			c.w.outcome = "refused"
			c.w.refuseConnection()
		case Reset:
			if f.Bytes == 0 {
				c.resetConnection()
			}
		case Stall:
			if f.Bytes == 0 {
				c.stallUntilLeft()
				return true
			}
		case Status:
			c.plainStatus(f)
			return true
		case Empty:
			c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
			c.w.WriteHeader(http.StatusOK)
			return true
		case HTML:
			c.signIn()
			return true
		case Login, Sorry, Block:
			if c.route.op != OpOther { // where these lead to is still to be reached
				c.turnAway(f.Kind)
				return true
			}
		default: // faults of other places
		}
	}
	return false
}

// plainStatus answers with a status in the way the operation would: a 400 of
// the RPC fronts and a refused rotation have bodies of their own.
func (c *call) plainStatus(f Fault) {
	if f.Code < 200 || f.Code > 599 {
		f.Code = http.StatusInternalServerError
	}
	if f.Body == "" && len(f.Header) == 0 {
		switch {
		case f.Code == http.StatusBadRequest && (c.route.op == OpRPC || c.route.op == OpGenerate):
			c.badRequest("fault")
			return
		case (f.Code == 401 || f.Code == 403) && c.route.op == OpRotate:
			c.rotateAnswer(f.Code, rotateNever)
			return
		}
	}
	h := c.w.Header()
	body := f.Body
	if body == "" {
		body = fmt.Sprintf("<!DOCTYPE html><html><title>Error %d (%s)!!1</title><body><p><b>%d.</b> That’s an error.</body></html>\n",
			f.Code, http.StatusText(f.Code), f.Code)
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	for name, value := range f.Header {
		h.Set(name, value)
	}
	c.w.WriteHeader(f.Code)
	c.w.WriteString(body)
}

// loseAnswer keeps back an answer that was made. The call has taken effect; the client
// sees silence, then the answer of a machine in between: a gateway's error
// page, or a broken connection.
func (c *call) loseAnswer(f Fault) {
	if !c.sleepFor(f.Delay) {
		return
	}
	if f.Code == 0 {
		c.resetConnection()
	}
	clear(c.w.Header())
	c.w.status, c.w.mute = 0, false
	c.plainStatus(f)
}

// turnAway sends the client to the sign-in or the captcha page. A blocked
// address is treated so with any session, but by each operation
// in its own way.
func (c *call) turnAway(kind Kind) {
	switch {
	case kind == Login:
		c.toSignIn()
	case kind == Sorry:
		c.toSorry()
	case c.route.op == OpGenerate:
		c.rowError(9, 1060, "address blocked")
	case c.route.op == OpPage || c.route.op == OpRPC || c.route.op == OpGoogle:
		c.toSorry()
	default:
		c.w.WriteHeader(http.StatusTooManyRequests)
	}
}
