package supervisor

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// Event is one thing that happened to an account.
type Event = status.Event

const (
	// eventSpan is how far back events are listed.
	eventSpan = 48 * time.Hour
	// eventsKept bounds the events of one account: two days of probes
	// and rotations at their usual pace, and some more.
	eventsKept = 1200
)

// eventLog keeps recent events in memory; the audit log is the lasting record.
// The zero value is empty.
type eventLog struct {
	mu       sync.Mutex
	accounts map[string][]Event // oldest first
}

func (c *eventLog) addEvent(e Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accounts == nil {
		c.accounts = make(map[string][]Event)
	}
	events := c.accounts[e.Account]
	if len(events) >= eventsKept {
		events = slices.Delete(events, 0, eventsKept/8)
	}
	c.accounts[e.Account] = append(events, e)
}

// moveTimes moves events that were noted before a jump of the clock.
func (c *eventLog) moveTimes(now time.Time, j clockJump) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, events := range c.accounts {
		for i := range events {
			events[i].Time = j.moveTime(events[i].Time, now)
		}
	}
}

// lastFile returns the latest file event of an account, nil if none is known.
func (c *eventLog) lastFile(account string) *Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range slices.Backward(c.accounts[account]) {
		if e.Kind == "file" {
			return &e
		}
	}
	return nil
}

// LastUnplacedFile returns the latest event of a file that could not be assigned to
// an account, nil if there was none since the start.
func (s *Supervisor) LastUnplacedFile() *Event { return s.events.lastFile("") }

// Events returns the events of all accounts in the last 48 hours, oldest first. They
// do not outlive a restart. The caller owns the slice.
func (s *Supervisor) Events() []Event {
	edge := s.now().Add(-eventSpan)
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	var out []Event
	for _, events := range s.events.accounts {
		for _, e := range events {
			if e.Time.After(edge) {
				out = append(out, e)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Event) int {
		return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.Account, y.Account))
	})
	return out
}

// recordEvent records an event of an account: for good in the audit log, for two
// days in memory.
func (s *Supervisor) recordEvent(kind, account string, fields map[string]string) {
	s.audit(kind, account, fields)
	e := Event{Time: s.now(), Account: account, Kind: kind, Result: fields["result"], Detail: fields["detail"]}
	switch kind {
	case "swap", "rejected":
		return // recordOutcome says more about a file
	case "state":
		e.Result, e.From, e.Detail = fields["to"], State(fields["from"]), fields["evidence"]
	}
	s.events.addEvent(e)
}

// recordFileEvent adds the outcome of an offer to the events, without an account if
// that is not present.
func (s *Supervisor) recordFileEvent(file string, v Verdict, present bool) {
	if !present {
		v.Account = ""
	}
	s.events.addEvent(Event{Time: s.now(), Account: v.Account, Kind: "file",
		Result: string(v.Result), Code: v.Code, File: file, Detail: v.Message})
}
