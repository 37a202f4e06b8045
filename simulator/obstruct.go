package simulator

import (
	"fmt"
	"net/http"
)

// obstructed applies the faults that come before any handler and reports
// whether the call has been answered by one of them.
func (c *call) obstructed() bool {
	for _, f := range c.faults {
		if f.Kind == Latency && !c.sleep(f.Delay) {
			return true
		}
	}
	for _, f := range c.faults {
		switch f.Kind {
		case Outage:
			c.w.outcome = "refused"
			c.w.refuse()
		case Reset:
			if f.Bytes == 0 {
				c.reset()
			}
		case Stall:
			if f.Bytes == 0 {
				c.stall()
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
		case Login:
			c.toSignIn()
			return true
		case Sorry:
			c.toSorry()
			return true
		case Block:
			c.blocked()
			return true
		}
	}
	return false
}

// plainStatus answers with a status in the way the operation would: a 400 of
// the RPC fronts and a refused rotation have bodies of their own.
func (c *call) plainStatus(f Fault) {
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

// blocked is how a flagged address is treated: what is known of the session
// does not matter any more.
func (c *call) blocked() {
	switch c.route.op {
	case OpGenerate:
		c.rowError(9, 1060, "address blocked")
	case OpRotate, OpRotatePage, OpUpload, OpMedia:
		c.w.WriteHeader(http.StatusTooManyRequests)
	case OpOther:
		c.sorryPage()
	default:
		c.toSorry()
	}
}
