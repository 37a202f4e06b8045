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
	accounts map[string]*accountEvents
}

// accountEvents are the events of one account.
type accountEvents struct {
	recent   []Event // oldest first
	lastFile *Event  // nil if none is known; it is never changed, only replaced
}

func (c *eventLog) addEvent(e Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accounts == nil {
		c.accounts = make(map[string]*accountEvents)
	}
	events := c.accounts[e.Account]
	if events == nil {
		events = &accountEvents{}
		c.accounts[e.Account] = events
	}
	if len(events.recent) >= eventsKept {
		events.recent = slices.Delete(events.recent, 0, eventsKept/8)
	}
	events.recent = append(events.recent, e)
	if e.Kind == status.EventFile {
		events.lastFile = &e
	}
}

// moveTimes moves events that were noted before a jump of the clock.
func (c *eventLog) moveTimes(now time.Time, j clockJump) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, events := range c.accounts {
		for i := range events.recent {
			events.recent[i].Time = j.moveTime(events.recent[i].Time, now)
		}
		if events.lastFile != nil {
			moved := *events.lastFile
			moved.Time = j.moveTime(moved.Time, now)
			events.lastFile = &moved
		}
	}
}

// lastFile returns the latest file event of an account, nil if none is known. It is
// shared and must not be changed.
func (c *eventLog) lastFile(account string) *Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	if events := c.accounts[account]; events != nil {
		return events.lastFile
	}
	return nil
}

// LastUnplacedFile returns the latest event of a file that could not be assigned to
// an account, nil if there was none since the start. It is shared and must not be
// changed.
func (s *Supervisor) LastUnplacedFile() *Event { return s.events.lastFile("") }

// Events returns the events of all accounts in the last 48 hours, oldest first. They
// do not outlive a restart. The caller owns the slice.
func (s *Supervisor) Events() []Event {
	edge := s.now().Add(-eventSpan)
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	var out []Event
	for _, events := range s.events.accounts {
		for _, e := range events.recent {
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

// AuditEntry is an event as the audit log keeps it: with the marks of sets beside.
type AuditEntry struct {
	Event
	// Set is the mark of the set that the event is about, Next the one that a
	// rotation gave, Before the one that a rollback left.
	Set, Next, Before string
	// Origin is where a set that was taken in came from, and Proof the evidence for it.
	Origin, Proof string
}

// Fields returns what is known of the entry beside kind and account, by the names
// that the audit log has for it. The caller owns the map.
func (e AuditEntry) Fields() map[string]string {
	result, detail := "result", "detail"
	from := e.Before
	if e.Kind == status.EventState {
		result, detail, from = "to", "evidence", string(e.From)
	}
	fields := make(map[string]string)
	for name, value := range map[string]string{
		result: e.Result, detail: e.Detail, "from": from, "code": e.Code,
		"set": e.Set, "next": e.Next, "origin": e.Origin, "proof": e.Proof,
	} {
		if value != "" {
			fields[name] = value
		}
	}
	return fields
}

// recordEvent records an event: for good in the audit log, and, unless a file event
// says more about it, for two days in memory.
func (s *Supervisor) recordEvent(e AuditEntry) {
	e.Time = s.now()
	s.audit(e)
	if e.Kind != status.EventSwap && e.Kind != status.EventRejected {
		s.events.addEvent(e.Event)
	}
}

// recordFileEvent adds the outcome of an offer to the events, without an account if
// that is not present.
func (s *Supervisor) recordFileEvent(file string, v Verdict, present bool) {
	if !present {
		v.Account = ""
	}
	s.events.addEvent(Event{Time: s.now(), Account: v.Account, Kind: status.EventFile,
		Result: string(v.Result), Code: v.Code, File: file, Detail: v.Message})
}
