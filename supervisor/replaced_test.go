package supervisor_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/supervisor"
)

// TestLateCopies: what newer cookies replaced is no news, whatever its file is
// called and however late it comes, unless a person imports it or the session in
// use has ended.
func TestLateCopies(t *testing.T) {
	for _, owners := range []bool{true, false} {
		for _, later := range []time.Duration{0, 3 * 24 * time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				first, second := set("A", "1"), set("B", "1")
				if owners {
					first, second = set("alice:1", "1"), set("alice:2", "1")
					h.up.owners()
				}
				h.offer("cookies.txt", first)
				h.offer("cookies.txt", second)
				h.pass(later)
				h = h.again()
				h.Tick(t.Context())
				for _, file := range []string{"cookies-old.txt", "old-work.json", "cookies (2).txt", "cookies.txt"} {
					v := h.offer(file, first)
					if v.Result != supervisor.Unchanged || v.Account != "default" || !strings.Contains(v.Message, "geminid cookies rollback default") {
						t.Errorf("%s after %s: %s for %s: %s", file, later, v.Result, v.Account, v.Message)
					}
					probes, _ := h.up.counts()
					h.offer(file, first)
					if after, _ := h.up.counts(); after != probes {
						t.Errorf("%s was asked about twice", file)
					}
				}
				if got := h.held(); len(got) != 1 || got["default"] != second.PSID().Reveal() {
					t.Errorf("the accounts hold %v", got)
				}
				push := supervisor.Candidate{File: "cookies-old.txt", Origin: supervisor.FromPush, Set: first}
				if v := h.Offer(t.Context(), push); v.Result != supervisor.Applied {
					t.Errorf("imported: %s: %s", v.Result, v.Message)
				}
				h.pass(10 * time.Minute) // its trial is over
				h.up.dies(first.PSID().Reveal())
				h.pass(10 * time.Minute)
				if v := h.offer("cookies-late.txt", second); v.Result != supervisor.Applied {
					t.Errorf("with nothing to lose: %s: %s", v.Result, v.Message)
				}
			})
		}
	}
}

// TestReplacedOwner: what a record of old says was replaced may be of another
// Google account, which is kept beside.
func TestReplacedOwner(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.offer("cookies.txt", set("alice:1", "1"))
	h.offer("cookies.txt", set("bob:1", "1")) // nothing tells that they differ
	h.up.owners()
	if v := h.offer("alice.json", set("alice:1", "1")); v.Result != supervisor.Applied || v.Account != "alice" {
		t.Errorf("%s for %s: %s", v.Result, v.Account, v.Message)
	}
}
