package simulator

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Verdict is the result of checking the cookies of a call.
type Verdict string

// The verdicts.
const (
	Valid    Verdict = "valid"
	Stale    Verdict = "stale"   // the session is known, the pair is not accepted
	Stranger Verdict = "unknown" // a PSID that was never made here
	Absent   Verdict = "absent"
)

// Entry is one call as the journal remembers it. It holds names and counts,
// never a cookie value, a token, a query or a word of a prompt.
type Entry struct {
	Seq       int       `json:"seq"`
	Time      time.Time `json:"time"`
	End       time.Time `json:"end,omitzero"` // zero while it runs
	Operation Operation `json:"operation"`
	RPCs      []string  `json:"rpcs,omitempty"`
	Method    string    `json:"method"`
	Host      string    `json:"host"`
	Path      string    `json:"path"` // media paths without their token
	Session   string    `json:"session,omitempty"`
	Cookies   []string  `json:"cookies,omitempty"` // names only, sorted
	Verdict   Verdict   `json:"verdict"`
	// Token is the verdict on the page token: valid, stale, none or absent.
	Token string `json:"token,omitempty"`
	// Violations are broken cookie rules, in words.
	Violations []string `json:"violations,omitempty"`
	UserAgent  string   `json:"user_agent,omitempty"`
	// Model is the id that was asked for, Served the one that answered.
	Model  string `json:"model,omitempty"`
	Served string `json:"served,omitempty"`
	// PromptBytes is the length of the prompt as it came, Files how many files
	// it named, Temporary whether the chat was to be kept out of the history.
	PromptBytes int  `json:"prompt_bytes,omitempty"`
	Files       int  `json:"files,omitempty"`
	Temporary   bool `json:"temporary,omitempty"`
	FollowUp    bool `json:"follow_up,omitempty"`
	// Tool is the number of the tool that was asked for, Gem the id of the persona,
	// Thinking the level in the model header.
	Tool     int    `json:"tool,omitempty"`
	Gem      string `json:"gem,omitempty"`
	Thinking int    `json:"thinking,omitempty"`
	// ReadBytes is how much of the prompt the model read, ToolsRead how many tools it was
	// shown there with a way to call them, CallsMade how many calls it wrote.
	ReadBytes int `json:"read_bytes,omitempty"`
	ToolsRead int `json:"tools_read,omitempty"`
	CallsMade int `json:"calls_made,omitempty"`
	// Refusal names the rule that answered with an error.
	Refusal  string   `json:"refusal,omitempty"`
	Faults   []string `json:"faults,omitempty"`
	Status   int      `json:"status"`
	BytesOut int64    `json:"bytes_out"`
	Frames   int      `json:"frames,omitempty"`
	// Outcome is running, done, canceled (the client left), cut, stalled,
	// reset or refused.
	Outcome string `json:"outcome"`
}

type journal struct {
	mu      sync.Mutex
	limit   int
	seq     int
	entries []*Entry // oldest first, at most twice the limit
	counts  map[string]int
}

func (j *journal) addEntry(e *Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	e.Seq = j.seq
	if len(j.entries) >= 2*j.limit {
		j.entries = slices.Clone(j.entries[len(j.entries)-j.limit:])
	}
	j.entries = append(j.entries, e)
	if j.counts == nil {
		j.counts = make(map[string]int)
	}
	j.counts[string(e.Operation)]++
	for _, id := range e.RPCs {
		if len(j.counts) < 256 || j.counts[id] > 0 {
			j.counts[id]++
		}
	}
}

// updateEntry changes an entry under the lock.
func (j *journal) updateEntry(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
}

// noteEntry changes the call's entry.
func (c *call) noteEntry(change func(*Entry)) { c.s.journal.updateEntry(func() { change(c.entry) }) }

// Journal returns copies of the latest entries, oldest first, those of running
// calls included.
func (s *Simulator) Journal() []Entry {
	j := &s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	last := j.entries[max(0, len(j.entries)-j.limit):]
	out := make([]Entry, len(last))
	for i, e := range last {
		out[i] = *e
	}
	return out
}

// Calls counts all calls by operation and by RPC id since the start or the last
// ClearJournal.
func (s *Simulator) Calls() map[string]int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return maps.Clone(s.journal.counts)
}

// ClearJournal forgets entries and counts. Calls still running are not seen again.
func (s *Simulator) ClearJournal() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.entries, s.journal.counts = nil, nil
}

// shownPath returns the path without the token that identifies a picture.
func (c *call) shownPath() string {
	path := c.r.URL.Path
	if c.route.op == OpMedia && strings.HasSuffix(c.route.path, "/") {
		path = c.route.path + "…"
	}
	if len(path) > 200 {
		path = path[:200]
	}
	return path
}
