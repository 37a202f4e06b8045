package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is what a fault does.
type Kind string

// The kinds. A kind that makes no sense for an operation does nothing there.
const (
	// Any operation.
	Latency   Kind = "latency"  // wait Delay, then go on
	Outage    Kind = "outage"   // connection refused; over TCP the connection breaks before a byte
	Reset     Kind = "reset"    // connection reset after Bytes of the body
	Lost      Kind = "lost"     // the call takes effect, then the connection resets
	Status    Kind = "status"   // answer with Code, Header and Body
	Truncate  Kind = "truncate" // the body ends after Bytes, as if it were whole
	Stall     Kind = "stall"    // silence after Bytes of the body, until the client leaves
	Empty     Kind = "empty"    // 200 without a body
	HTML      Kind = "html"     // 200 with a sign-in page where something else is due
	Compress  Kind = "gzip"     // gzip for those who accept it
	Chopped   Kind = "chop"     // pieces of 1 to Bytes bytes
	Guest     Kind = "guest"    // treat the client as signed out
	Login     Kind = "login"    // 302 to the sign-in page
	Sorry     Kind = "sorry"    // 302 to the captcha page, which answers 429
	Block     Kind = "block"    // the address is blocked: sorry pages, 429s, code 1060
	Malformed Kind = "malformed"
	LengthOff Kind = "length" // frame lengths are wrong by Code (0: 1)

	// The app page.
	Drift        Kind = "drift"    // a page without any known key
	NoToken      Kind = "no_token" // signed in, but no SNlM0e
	Consent      Kind = "consent"  // 302 to the consent host
	ConsentFlag  Kind = "consent_flag"
	BuildChanged Kind = "build"    // another build label, Value or one made up
	Identity     Kind = "identity" // the page shows account Value

	// Rotation.
	NoValue  Kind = "no_value" // 200 without a PSIDTS
	Interval Kind = "interval" // identity.hfcr is Code; 2147483647 means never

	// RPCs.
	AccountStatus Kind = "account_status" // otAQ7b says Code
	RPCRefused    Kind = "rpc_refused"    // row with a bare status Code (0: 7)

	// StreamGenerate.
	ErrorCode     Kind = "error"       // code Code; Value first (default), late, trailing
	BareStatus    Kind = "bare_status" // row with a bare status Code
	OtherModel    Kind = "model"       // model Value answers (empty: another on offer)
	FollowUpLimit Kind = "follow_up"   // 1097 on follow-ups, first turns are fine
	Cut           Kind = "cut"         // ends without the completion mark, saved in the history
	LatePicture   Kind = "late_picture"

	// Media.
	Pending Kind = "pending" // 206
	Expired Kind = "expired" // links are dead
)

// Fault is one thing that goes wrong. Its zero filters match every call.
type Fault struct {
	// Name identifies the fault; SetFault replaces one of the same name.
	// "" makes a name from the kind.
	Name string
	Kind Kind
	// Operations limits it to these; an RPC id counts as an operation too.
	Operations []Operation
	// Session limits it to the session of this name, Model to answers by it.
	Session, Model string
	// Skip spares the first matching calls. Every hits only each Nth of the
	// others (2 flaps), starting with the first. Count heals the fault after so
	// many hits. 0 turns each of them off.
	Skip, Every, Count int
	// From and Until limit it in time; a zero time is no limit.
	From, Until time.Time
	// What the kind needs: see there.
	Delay  time.Duration
	Code   int
	Bytes  int
	Value  string
	Body   string
	Header map[string]string
}

type faults struct {
	mu    sync.Mutex
	armed []*armedFault
}

type armedFault struct {
	Fault
	seen, hits int
}

// SetFault arms a fault and returns its name.
func (s *Simulator) SetFault(f Fault) string {
	if f.Name == "" {
		f.Name = string(f.Kind)
		if len(f.Operations) > 0 {
			f.Name += "-" + string(f.Operations[0])
		}
	}
	f.Operations = slices.Clone(f.Operations)
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = slices.DeleteFunc(s.faults.armed, func(a *armedFault) bool { return a.Name == f.Name })
	s.faults.armed = append(s.faults.armed, &armedFault{Fault: f})
	s.log.Info("fault set", "fault", f.Name, "kind", string(f.Kind))
	return f.Name
}

// ClearFault heals one fault; it reports whether there was one of that name.
func (s *Simulator) ClearFault(name string) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	n := len(s.faults.armed)
	s.faults.armed = slices.DeleteFunc(s.faults.armed, func(a *armedFault) bool { return a.Name == name })
	return len(s.faults.armed) < n
}

// ClearFaults heals everything.
func (s *Simulator) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

// FaultState is a fault and how often it struck.
type FaultState struct {
	Fault
	Seen, Hits int // calls that matched, calls that it hit
}

// Faults lists what is armed, healed ones included until they are cleared.
func (s *Simulator) Faults() []FaultState {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	out := make([]FaultState, len(s.faults.armed))
	for i, a := range s.faults.armed {
		out[i] = FaultState{a.Fault, a.seen, a.hits}
	}
	return out
}

// hit counts the call at every fault that matches and returns those that strike.
func (f *faults) hit(c *call, now time.Time) []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Fault
	for _, a := range f.armed {
		if a.matches(c, now) && a.strikes() {
			out = append(out, a.Fault)
		}
	}
	return out
}

func (a *armedFault) matches(c *call, now time.Time) bool {
	switch {
	case !a.From.IsZero() && now.Before(a.From), !a.Until.IsZero() && !now.Before(a.Until):
		return false
	case a.Session != "" && a.Session != c.who.Name:
		return false
	case a.Model != "" && (c.route.op != OpGenerate || a.Model != askedModel(c.r.Header)):
		return false
	case len(a.Operations) == 0:
		return true
	}
	return slices.ContainsFunc(a.Operations, func(op Operation) bool {
		return op == c.route.op || slices.Contains(c.rpcs, string(op))
	})
}

func (a *armedFault) strikes() bool {
	a.seen++
	n := a.seen - a.Skip - 1 // from 0
	if n < 0 || a.Every > 1 && n%a.Every != 0 || a.Count > 0 && a.hits >= a.Count {
		return false
	}
	a.hits++
	return true
}

// fault returns the first fault of a kind that hits this call.
func (c *call) fault(kind Kind) (Fault, bool) {
	i := slices.IndexFunc(c.faults, func(f Fault) bool { return f.Kind == kind })
	if i < 0 {
		return Fault{}, false
	}
	return c.faults[i], true
}

func (c *call) has(kind Kind) bool {
	_, ok := c.fault(kind)
	return ok
}

func faultNames(fs []Fault) []string {
	if len(fs) == 0 {
		return nil
	}
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.Name
	}
	return names
}

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

func (c *call) plainStatus(f Fault) {
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

// String names the kind for messages.
func (f Fault) String() string {
	return strings.TrimSpace(string(f.Kind) + " " + f.Value)
}
