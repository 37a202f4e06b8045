package supervisor_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(20 * time.Minute)
		h.up.answers(cookie.SignedOut)
		h.offer("cookies.txt", set("N", "1"))
		h.offer("again.txt", set("A", "1"))
		h.pass(10 * time.Minute)
		if err := h.Pause("default"); err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		events := h.Events()
		for _, e := range events {
			seen[string(e.Kind)+" "+e.Result]++
			if e.Account != "default" || strings.Contains(e.Detail, "sidts") {
				t.Errorf("got %+v", e)
			}
		}
		for _, want := range []string{"file applied", "file rejected", "file unchanged", "state healthy", "state expired",
			"probe signed_in", "probe signed_out", "rotation rotated", "paused "} {
			if seen[want] == 0 {
				t.Errorf("no %q among %v", want, seen)
			}
		}
		if !slices.IsSortedFunc(events, func(x, y supervisor.Event) int { return x.Time.Compare(y.Time) }) {
			t.Error("the events are not in order")
		}
		for _, e := range events {
			if e.Kind == "state" && e.Result == "expired" && (e.From != supervisor.Suspect || e.Detail == "") {
				t.Errorf("got %+v, want what it was before and why", e)
			}
		}
	})
}

// TestLastFile: the status tells how the last offer ended, also of a file that
// changed nothing.
func TestLastFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		last := func() supervisor.Event {
			t.Helper()
			if e := h.Accounts()[0].LastFile; e != nil {
				return *e
			}
			t.Fatal("nothing is known of the file that the session came from")
			return supervisor.Event{}
		}
		first := last()
		if first.Result != "applied" || first.Detail == "" {
			t.Errorf("got %+v", first)
		}
		time.Sleep(time.Minute)
		h.offer("again.txt", set("A", "1"))
		if e := last(); e.Result != "unchanged" || !e.Time.After(first.Time) {
			t.Errorf("got %+v", e)
		}
		h.up.answers(cookie.SignedOut)
		h.offer("other.txt", set("A", "9"))
		if e := last(); e.Result != "rejected" || e.Code != "E_PROBE_SIGNED_OUT" {
			t.Errorf("got %+v", e)
		}
	})
}

// TestEventsAreBounded: what is older than two days goes, and nothing grows
// without end.
func TestEventsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(50 * time.Hour)
		events := h.Events()
		if age := time.Since(events[0].Time); age > 48*time.Hour || age < 47*time.Hour {
			t.Errorf("the oldest of %d events is %s old", len(events), age)
		}
		most := 0
		for n := range 2000 {
			h.offer("again.txt", set("A", "1"))
			if n > 1700 { // the bound was reached, and comes again every 150 events
				most = max(most, len(h.Events()))
			}
		}
		if n := len(h.Events()); most != 1200 || n < 1000 {
			t.Errorf("%d events are remembered, %d at most", n, most)
		}
	})
}

// TestAuditEntryFields: the audit log names what is known, and a change of state in
// its own words.
func TestAuditEntryFields(t *testing.T) {
	for _, c := range []struct {
		entry supervisor.AuditEntry
		want  map[string]string
	}{
		{supervisor.AuditEntry{Event: supervisor.Event{Kind: status.EventPaused, Account: "a"}}, map[string]string{}},
		{supervisor.AuditEntry{Event: supervisor.Event{Kind: status.EventState, From: status.Healthy, Result: "expired", Detail: "why"}},
			map[string]string{"from": "healthy", "to": "expired", "evidence": "why"}},
		{supervisor.AuditEntry{Event: supervisor.Event{Kind: status.EventRotation, Result: "rotated"}, Set: "1", Next: "2"},
			map[string]string{"result": "rotated", "set": "1", "next": "2"}},
		{supervisor.AuditEntry{Event: supervisor.Event{Kind: status.EventSwap}, Set: "1", Origin: "inbox", Proof: "signed_in"},
			map[string]string{"set": "1", "origin": "inbox", "proof": "signed_in"}},
		{supervisor.AuditEntry{Event: supervisor.Event{Kind: status.EventRollback}, Set: "2", Before: "1"},
			map[string]string{"set": "2", "from": "1"}},
		{supervisor.AuditEntry{Event: supervisor.Event{Kind: status.EventRejected, Code: "E_X"}, Set: "1"},
			map[string]string{"code": "E_X", "set": "1"}},
	} {
		if got := c.entry.Fields(); !maps.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.entry.Kind, got, c.want)
		}
	}
}
