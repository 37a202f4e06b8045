package supervisor_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// unreadable makes the record of an account one that cannot be read.
func (m *memory) unreadable(account string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unread = map[string]error{account: &cookie.UnreadError{
		Account: account, Path: "/state/accounts/" + account + ".json", Err: errors.New("input/output error"),
	}}
}

func (m *memory) mended() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unread = nil
}

// TestUnreadableRecord: a record that cannot be read at the start is no missing
// one. Whatever is offered or commanded meanwhile, it is not replaced; it is taken
// up when it can be read, and the files that waited are looked at then.
func TestUnreadableRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(15 * time.Minute)
		newest := h.disk.record("default").Current
		probes, _ := h.up.counts()
		h.disk.unreadable("default")
		h = h.again()

		a := h.account("default")
		if a.State != supervisor.Unreadable || a.Serving {
			t.Fatalf("state %s, serving %t", a.State, a.Serving)
		}
		for text, wants := range map[string][]string{
			a.Evidence: {"account default", "input/output error"}, a.Remedy: {"/state/accounts/default.json", "mv "},
			a.NextAction: {"every tick"},
		} {
			for _, want := range wants {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not say %q", text, want)
				}
			}
		}
		for _, file := range []string{"cookies.txt", "default.json", "other.json"} {
			if v := h.offer(file, set("A", "older")); v.Result != supervisor.Parked || !strings.Contains(v.Message, "cannot be read") {
				t.Errorf("%s: %s, %q", file, v.Result, v.Message)
			}
		}
		if v := h.Offer(t.Context(), supervisor.Candidate{Origin: supervisor.FromPush, Account: "default", Set: set("B", "new")}); v.Result != supervisor.Parked {
			t.Errorf("a push: %s", v.Result)
		}
		_, rotateErr := h.Rotate(t.Context(), "default")
		_, probeErr := h.Probe(t.Context(), "default")
		_, backErr := h.Rollback(t.Context(), "default")
		for call, err := range map[string]error{"rotate": rotateErr, "probe": probeErr, "rollback": backErr, "pause": h.Pause("default")} {
			if !errors.Is(err, supervisor.ErrNotAsked) || !strings.Contains(err.Error(), "cannot be read") {
				t.Errorf("%s: %v", call, err)
			}
		}
		_, err := h.Lease()
		if refusal, ok := errors.AsType[*supervisor.Refusal](err); !ok || refusal.State != supervisor.Unreadable || strings.Contains(refusal.Remedy, "/state") {
			t.Errorf("clients read: %v", err)
		}
		h.pass(time.Hour)
		if got := h.disk.record("default").Current; got.Key() != newest.Key() {
			t.Fatal("the record was replaced")
		}
		if now, _ := h.up.counts(); now != probes {
			t.Errorf("%d calls were made with cookies that may be old", now-probes)
		}

		h.disk.mended()
		h.Tick(t.Context())
		if lease, err := h.Lease(); err != nil || lease.Set.Key() == set("A", "older").Key() {
			t.Errorf("after it was mended: lent %s, %v", name(lease.Set), err)
		}
		if s := h.state("default"); s != supervisor.Healthy {
			t.Errorf("state %s after it was mended", s)
		}
	})
}

// TestUnreadableBesideOthers: the other accounts go on, with new files of theirs.
func TestUnreadableBesideOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.offer("one.json", set("A", "1"))
		h.offer("two.json", set("B", "1"))
		h.disk.unreadable("two")
		h = h.again()
		h.Tick(t.Context())
		if lease, err := h.Lease(); err != nil || lease.Account != "one" {
			t.Errorf("lent %q, %v", lease.Account, err)
		}
		if v := h.offer("one.json", set("A", "2")); v.Result != supervisor.Applied {
			t.Errorf("a newer file of the readable account: %s, %q", v.Result, v.Message)
		}
		if v := h.offer("two.json", set("C", "1")); v.Result != supervisor.Parked {
			t.Errorf("a file of the other: %s, %q", v.Result, v.Message)
		}
	})
}

// TestUnreadableGivenUp: the owner may move the file away, or remove the account.
func TestUnreadableGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.disk.unreadable("default")
		h = h.again()
		h.offer("new.json", set("B", "1"))
		h.disk.mu.Lock()
		h.disk.unread, h.disk.records = nil, nil // moved away
		h.disk.mu.Unlock()
		h.Tick(t.Context())
		if a := h.account("default"); a.State != supervisor.Unreadable {
			t.Errorf("gone for a moment: %s; it may be put back", a.State)
		}
		h.pass(2 * time.Minute)
		if a := h.account("default"); a.State != supervisor.Missing || strings.Contains(a.Evidence, "cannot be read") {
			t.Errorf("after it was moved away: %s, %q", a.State, a.Evidence)
		}
		h.pass(5 * time.Minute)
		if _, err := h.Lease(); err != nil {
			t.Errorf("the file that waited was not taken: %v", err)
		}

		h.disk.unreadable("new")
		h = h.again()
		if err := h.Remove(t.Context(), "new"); err != nil {
			t.Fatal(err)
		}
		if got := h.state("new"); got != "" {
			t.Errorf("removed, and still there: %s", got)
		}
	})
}
