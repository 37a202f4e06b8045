package harness

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// Simulator is a running "geminid simulate", with its remote control.
type Simulator struct {
	*Process
	// URL is its base URL, for upstream_url.
	URL string

	command Command
}

// owner is the Google account of all sessions that need no other.
const owner = "108000000000000000001"

// Simulate starts a pretend upstream without sessions.
func Simulate(t testing.TB) *Simulator {
	t.Helper()
	return simulate(t, Command{})
}

// SimulatePlain is Simulate without the race detector, for tests that measure.
func SimulatePlain(t testing.TB) *Simulator {
	t.Helper()
	return simulate(t, Command{Plain: true})
}

func simulate(t testing.TB, c Command) *Simulator {
	t.Helper()
	addr := FreeAddr(t)
	c.Name, c.Args = "geminid", []string{"simulate", "--listen", addr}
	s := &Simulator{URL: "http://" + addr, command: c}
	s.start(t)
	return s
}

func (s *Simulator) start(t testing.TB) {
	t.Helper()
	s.Process = Start(t, s.command)
	awaitOK(t, s.Process, s.URL+"/_sim/")
	s.call(t, http.MethodPut, "/_sim/pace", map[string]any{"first": "0s", "gap": "0s"}, nil)
}

// Revive starts a simulator that was killed again, at the same address. It knows these
// sessions with the values that they began with, and nothing else of before.
func (s *Simulator) Revive(t testing.TB, sessions ...Session) {
	t.Helper()
	s.start(t)
	for _, session := range sessions {
		s.call(t, http.MethodPost, "/_sim/sessions", map[string]any{"name": session.Name, "account": owner, "psid": session.PSID, "psidts": session.PSIDTS}, nil)
	}
}

// Session signs the owner in and returns the first cookies: all such sessions
// are of one Google account. An empty name is given one.
func (s *Simulator) Session(t testing.TB, name string) Session {
	t.Helper()
	return s.SessionOf(t, name, owner)
}

// SessionOf is Session of another Google account, by its number.
func (s *Simulator) SessionOf(t testing.TB, name, account string) Session {
	t.Helper()
	var made struct{ PSID, PSIDTS string }
	s.call(t, http.MethodPost, "/_sim/sessions", map[string]any{"name": name, "account": account}, &made)
	return Session{name, Secret(made.PSID), Secret(made.PSIDTS)}
}

// Revoke ends a session at once, as a sign-out in the browser does.
func (s *Simulator) Revoke(t testing.TB, session Session) {
	t.Helper()
	s.change(t, session, map[string]any{"revoke": true})
}

// EndGrace lets only the newest value of a session count from now on.
func (s *Simulator) EndGrace(t testing.TB, session Session) {
	t.Helper()
	s.change(t, session, map[string]any{"grace": "-1s"})
}

func (s *Simulator) change(t testing.TB, session Session, change map[string]any) {
	t.Helper()
	s.call(t, http.MethodPatch, "/_sim/sessions/"+session.Name, change, nil)
}

// Fault arms a fault, as the control endpoint describes it.
func (s *Simulator) Fault(t testing.TB, fault map[string]any) {
	t.Helper()
	s.call(t, http.MethodPost, "/_sim/faults", fault, nil)
}

// Heal takes all faults away.
func (s *Simulator) Heal(t testing.TB) {
	t.Helper()
	s.call(t, http.MethodDelete, "/_sim/faults", nil, nil)
}

// Entry is one call in the journal.
type Entry struct {
	Operation, Session, Outcome, Verdict, Model, Host string
	Cookies, Violations                               []string
	Status                                            int
	Temporary                                         bool
	PromptBytes                                       int `json:"prompt_bytes"` // 0 if the question did not arrive
	Tool                                              int
}

// Journal lists the calls seen so far, of one operation or, when it is empty, of all.
func (s *Simulator) Journal(t testing.TB, operation string) []Entry {
	t.Helper()
	var entries []Entry
	s.call(t, http.MethodGet, "/_sim/journal?operation="+operation, nil, &entries)
	return entries
}

// Calls counts all calls.
func (s *Simulator) Calls(t testing.TB) int {
	t.Helper()
	return len(s.Journal(t, ""))
}

// Canceled counts the answers whose client left.
func (s *Simulator) Canceled(t testing.TB) int {
	t.Helper()
	return s.count(t, "generate", func(e Entry) bool { return e.Outcome == "canceled" })
}

// Answers counts the answers given to a session.
func (s *Simulator) Answers(t testing.TB, session Session) int {
	t.Helper()
	return s.count(t, "generate", func(e Entry) bool { return e.Session == session.Name })
}

// Rotations counts the rotations of a session.
func (s *Simulator) Rotations(t testing.TB, session Session) int {
	t.Helper()
	return s.count(t, "rotate", func(e Entry) bool { return e.Session == session.Name && e.Status == http.StatusOK })
}

func (s *Simulator) count(t testing.TB, operation string, counts func(Entry) bool) (n int) {
	t.Helper()
	for _, e := range s.Journal(t, operation) {
		if counts(e) {
			n++
		}
	}
	return n
}

// call talks to the control endpoint.
func (s *Simulator) call(t testing.TB, method, path string, in, out any) {
	t.Helper()
	var body io.Reader
	if in != nil {
		content, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s %s at the simulator: %v", method, path, err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s at the simulator: %d %s", method, path, response.StatusCode, said)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(said, out); err != nil {
		t.Fatalf("%s %s at the simulator: reading %q: %v", method, path, said, err)
	}
}
