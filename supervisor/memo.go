package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// memo is the part of an account that outlives restarts, beside the cookie values.
// It holds no secret.
type memo struct {
	State     State     `json:"state"`
	Since     time.Time `json:"since"`
	Facts     facts     `json:"facts"`
	Lifetimes lifetimes `json:"lifetimes"`

	Number  int          `json:"number"`  // of the newest generation
	Lineage []Generation `json:"lineage"` // newest last

	Issued  time.Time `json:"issued,omitzero"`    // when the value in use was first seen
	Unsure  bool      `json:"unsure,omitempty"`   // the clock was set since then: its age teaches nothing
	DueBy   time.Time `json:"due_by,omitzero"`    // when its renewal was planned
	Swapped time.Time `json:"swapped,omitzero"`   // when a person's set was last taken in
	WasGood bool      `json:"was_good,omitempty"` // the set it replaced was signed in
	Nominal time.Time `json:"nominal,omitzero"`   // the cookie's own expiry, for show
	Remarks []string  `json:"remarks,omitempty"`  // warnings about its file
	File    string    `json:"file,omitempty"`     // its name
	Gone    bool      `json:"gone,omitempty"`     // that was deleted from the inbox

	NextProbe    time.Time `json:"next_probe,omitzero"`
	NextRotation time.Time `json:"next_rotation,omitzero"`
	LastProbe    time.Time `json:"last_probe,omitzero"`
	LastRotation time.Time `json:"last_rotation,omitzero"` // that gave a value
	LastAttempt  time.Time `json:"last_attempt,omitzero"`  // of any rotation; written before the call

	Unanswered     unansweredRotation `json:"unanswered,omitzero"`      // a rotation was sent and its answer not saved
	LastUnanswered time.Time          `json:"last_unanswered,omitzero"` // the latest rotation of the value in use whose answer was lost

	ProbeFailures   int           `json:"probe_failures,omitempty"`
	RotateFailures  int           `json:"rotate_failures,omitempty"`
	UnansweredInRow int           `json:"unheard,omitempty"` // values in a row that were asked for in vain, without any answer
	RequestProbes   int           `json:"request_probes,omitempty"`
	Wish            time.Duration `json:"wish,omitempty"` // the upstream's interval

	Route    string `json:"route"`              // that calls took; holds belong to it
	Identity string `json:"identity,omitempty"` // hashed id of the Google account
	Halted   bool   `json:"halted,omitempty"`   // identity changed: no rotation
	Paused   bool   `json:"paused,omitempty"`
	Removed  bool   `json:"removed,omitempty"` // by command; only the lineage is kept

	// Files are the files that were taken in, with their hashes, as records of before
	// the ledger hold them; nil once the ledger has them.
	Files map[string]string `json:"files,omitempty"`
}

// readSaved fills the memo from its saved form, field by field: one that cannot be
// understood is named in the error, and the others are read.
func (m *memo) readSaved(saved json.RawMessage) error {
	if len(saved) == 0 {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(saved, &fields); err != nil {
		return err
	}
	var unread []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field, _ := json.Marshal(map[string]json.RawMessage{name: fields[name]}) // was JSON before
		next := *m
		if err := json.Unmarshal(field, &next); err != nil {
			unread = append(unread, fmt.Errorf("%s: %w", name, err))
			continue
		}
		*m = next
	}
	return errors.Join(unread...)
}

// pastMoments are the moments that something happened, by the clock of that time.
func (m *memo) pastMoments() []*time.Time {
	f := &m.Facts
	all := []*time.Time{
		&m.Since, &m.Issued, &m.Swapped, &m.LastProbe, &m.LastRotation, &m.LastAttempt, &m.Unanswered.First, &m.Unanswered.Last,
		&m.LastUnanswered, &f.Proof, &f.FirstOut, &f.Expired, &f.HoldSince, &f.MissedSince,
	}
	for i := range m.Lifetimes.Sudden {
		all = append(all, &m.Lifetimes.Sudden[i])
	}
	for i := range m.Lineage {
		g := &m.Lineage[i]
		all = append(all, &g.Since, &g.Until, &g.LastIn)
	}
	return all
}

// latestMoment is the newest of the past moments, zero if there is none.
func (m *memo) latestMoment() (t time.Time) {
	for _, p := range m.pastMoments() {
		if p.After(t) {
			t = *p
		}
	}
	return t
}

// adjustToJump corrects the memo after the clock jumped. Ahead, overdue work is done
// once and not once per missed run; past moments stay, unless the clock was in
// another era. Back, every wait keeps its length. No deadline is further off than
// the longest wait of its kind.
func (m *memo) adjustToJump(now time.Time, j clockJump) {
	m.NextProbe = now
	if j.makesAgesUnsure() && !m.Issued.IsZero() {
		m.Unsure = true
	}
	for _, t := range m.pastMoments() {
		*t = j.moveTime(*t, now)
	}
	for _, t := range []*time.Time{&m.NextRotation, &m.Unanswered.Next, &m.DueBy, &m.Facts.HoldUntil} {
		if j.by < 0 {
			*t = j.moveTime(*t, now)
		}
	}
	if j.correctsEra() {
		m.Facts.Proven = false // how long ago the proof was is not known
	}
	longest := rotateEvery
	if m.RotateFailures > 0 {
		longest = longestAsked
	}
	m.NextRotation = capTime(m.NextRotation, now.Add(longest))
	m.Facts.HoldUntil = capTime(m.Facts.HoldUntil, now.Add(longestAsked))
}

// setRoute notes the route that calls take from now on. A hold belongs to the
// address that it was met on: from another one the trial call is due at once, and
// if that is refused too, a new hold begins. Until then nothing is lent.
func (m *memo) setRoute(route string, now time.Time) {
	if m.Route != route && m.Facts.Hold != "" {
		m.Facts.HoldSince, m.Facts.HoldUntil = now, now
	}
	m.Route = route
}

func capTime(t, limit time.Time) time.Time {
	if t.After(limit) {
		return limit
	}
	return t
}
