package supervisor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

func TestOffer(t *testing.T) {
	tests := []struct {
		name    string
		file    string
		offered cookie.Set
		says    cookie.Evidence // of the candidate's probe
		want    supervisor.Result
		code    string
		account string
		inUse   string // of default afterwards
	}{
		{"a new login replaces the only account", "cookies.txt", set("N", "1"), cookie.SignedIn, supervisor.Applied, "", "default", "N/1"},
		{"whatever the browser called the file", "gemini.google.com_cookies (1).txt", set("N", "1"), cookie.SignedIn, supervisor.Applied, "", "default", "N/1"},
		{"a name of its own makes an account", "work.json", set("N", "1"), cookie.SignedIn, supervisor.Applied, "", "work", "A/1"},
		{"the same login is found under any name", "work.json", set("A", "2"), cookie.SignedIn, supervisor.Applied, "", "default", "A/2"},
		{"the same cookies are no news", "again.json", set("A", "1"), cookie.SignedIn, supervisor.Unchanged, "", "default", "A/1"},
		{"signed-out cookies never replace good ones", "cookies.txt", set("N", "1"), cookie.SignedOut, supervisor.Rejected, "E_PROBE_SIGNED_OUT", "default", "A/1"},
		{"nor do unproven ones", "cookies.txt", set("N", "1"), cookie.Transient, supervisor.Parked, "", "default", "A/1"},
		{"nor when the page is not understood", "cookies.txt", set("N", "1"), cookie.Drift, supervisor.Parked, "", "default", "A/1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := withSession(t)
			h.up.answers(tt.says)
			v := h.offer(tt.file, tt.offered)
			if v.Result != tt.want || v.Code != tt.code || v.Account != tt.account {
				t.Errorf("got %s %s for %s (%s), want %s %s for %s", v.Result, v.Code, v.Account, v.Message, tt.want, tt.code, tt.account)
			}
			if strings.Contains(v.Message, "sidts") || v.Message == "" {
				t.Errorf("message %q", v.Message)
			}
			if got := name(h.disk.record("default").Current); got != tt.inUse {
				t.Errorf("default has %s on disk, want %s", got, tt.inUse)
			}
			h.up.answers(cookie.SignedIn)
			if !h.Ready() {
				t.Error("nothing serves any more")
			}
		})
	}
}

// TestOfferWarnings: what is odd about a file is told by the verdict, and by the
// status for as long as its login is in use.
func TestOfferWarnings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		odd := []cookie.Warning{{Code: cookie.WarnNoPSIDTS, Message: "There is none."}}
		v := h.Offer(t.Context(), supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromFile, Hash: "odd", Set: set("N", ""), Warnings: odd})
		if want := []status.Warning{{Code: "W_NO_PSIDTS", Message: "There is none."}}; !slices.Equal(v.Warnings, want) {
			t.Errorf("the verdict warns of %v", v.Warnings)
		}
		h.pass(10 * time.Minute)
		if a := h.again().account("default"); !slices.Contains(a.Notes, "cookies.txt (W_NO_PSIDTS): There is none.") {
			t.Errorf("notes %q", a.Notes)
		}
		h.offer("cookies.txt", set("M", "1"))
		if a := h.account("default"); len(a.Notes) != 0 {
			t.Errorf("notes %q of a file that is not in use any more", a.Notes)
		}
		h.up.answers(cookie.SignedOut)
		if v := h.Offer(t.Context(), supervisor.Candidate{File: "x.txt", Hash: "x", Set: set("X", ""), Warnings: odd}); v.Warnings != nil {
			t.Errorf("a refused file warns of %v", v.Warnings)
		}
	})
}

// TestOfferSince: cookies can not be older than their arrival.
func TestOfferSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(time.Hour)
		began := time.Now()
		if v := h.offer("cookies.txt", set("N", "1")); v.State != supervisor.Healthy || v.Since.Before(began) {
			t.Errorf("%s since %s before they came", v.State, began.Sub(v.Since))
		}
		if v, _ := h.Rollback(t.Context(), "default"); v.Since.Before(began) {
			t.Errorf("rolled back %s ago", began.Sub(v.Since))
		}
	})
}

// TestOfferOlder: the file that the session came from holds an older PSIDTS than
// the rotated one; dropping it again, also after hours, changes nothing.
func TestOfferOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(12 * time.Hour)
		probes, _ := h.up.counts()
		if v := h.again().offer("cookies.txt", set("A", "1")); v.Result != supervisor.Unchanged {
			t.Errorf("got %s: %s", v.Result, v.Message)
		}
		if after, _ := h.up.counts(); after != probes {
			t.Error("an old file was probed")
		}
	})
}

// TestOfferToDead: with nothing to lose, even cookies that can not be checked
// now are used.
func TestOfferToDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.SignedOut)
		h.pass(10 * time.Minute)
		if s := h.state("default"); s != supervisor.Expired {
			t.Fatalf("state %s", s)
		}
		h.up.answers(cookie.Transient)
		if v := h.offer("cookies.txt", set("N", "1")); v.Result != supervisor.Applied || !h.Ready() {
			t.Errorf("got %s: %s, ready %v", v.Result, v.Message, h.Ready())
		}
		if s := h.state("default"); s != supervisor.Unknown {
			t.Errorf("state %s, want unknown", s)
		}
	})
}

// TestOfferToIdle: a session that only does not serve now is no worse for it.
// Dead cookies that can not be checked meanwhile never take its place.
func TestOfferToIdle(t *testing.T) {
	tests := []struct {
		name string
		idle func(h *house)
		says cookie.Evidence // of the candidate's probe
	}{
		{"slowed down", func(h *house) {
			h.up.finds(cookie.Finding{Evidence: cookie.Limited, RetryAfter: 3 * time.Second})
			_, _ = h.Probe(h.t.Context(), "default")
			time.Sleep(4 * time.Second)
		}, cookie.Limited},
		{"blocked, the trial is due", func(h *house) {
			h.up.answers(cookie.Blocked)
			_, _ = h.Probe(h.t.Context(), "default")
			time.Sleep(6 * time.Minute)
		}, cookie.Blocked},
		{"paused in an outage", func(h *house) { _ = h.Pause("default") }, cookie.Transient},
		{"signed out once, then an outage", func(h *house) {
			h.up.answers(cookie.SignedOut)
			_, _ = h.Probe(h.t.Context(), "default")
		}, cookie.Transient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				tt.idle(h)
				h.up.answers(tt.says)
				if v := h.offer("cookies.txt", set("DEAD", "1")); v.Result != supervisor.Parked {
					t.Errorf("an unproven file was %s: %s", v.Result, v.Message)
				}
				h.up.dies("DEAD")
				_ = h.Resume("default")
				h.pass(20 * time.Minute)
				if lease, err := h.Lease(); err != nil || lease.Set.PSID().Reveal() != "A" {
					t.Errorf("lent %s, error %v; want the session that was good all the time", name(lease.Set), err)
				}
			})
		})
	}
}

func TestOfferTooMany(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	for i := range supervisor.MaxAccounts {
		if v := h.offer(string(rune('a'+i))+".json", set("P"+string(rune('a'+i)), "1")); v.Result != supervisor.Applied {
			t.Fatalf("account %d: %s", i, v.Message)
		}
	}
	if v := h.offer("z.json", set("PZ", "1")); v.Result != supervisor.Rejected || v.Code != "E_TOO_MANY" {
		t.Errorf("got %s %s: %s", v.Result, v.Code, v.Message)
	}
}

// TestOfferByAccountID: another login of an account that is known by the hashed
// id behind the page is an offer to it.
func TestOfferByAccountID(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.up.probe = func(s cookie.Set) cookie.Finding {
		return cookie.Finding{Evidence: cookie.SignedIn, Account: "id-" + s.PSID().Reveal()[:1]}
	}
	h.offer("work.json", set("A1", "1"))
	h.offer("home.json", set("B1", "1"))
	if v := h.offer("download.json", set("A2", "1")); v.Account != "work" || v.Result != supervisor.Applied {
		t.Errorf("got %s for %s", v.Result, v.Account)
	}
}

// TestOfferToAnotherName: a session that is known stays with its account when
// another one is asked for: two accounts that renew one session end it.
func TestOfferToAnotherName(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  cookie.Set
	}{
		{"the same session, renewed elsewhere", set("A", "2")},
		{"the same cookies", set("A", "1")},
		{"another login of the same Google account", set("B", "1")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t, &upstream{}, &memory{})
			h.up.probe = func(cookie.Set) cookie.Finding {
				return cookie.Finding{Evidence: cookie.SignedIn, Account: "one"}
			}
			h.offer("main.json", set("A", "1"))
			v := h.Offer(t.Context(), supervisor.Candidate{Account: "laptop", File: "x.txt", Origin: supervisor.FromPush, Set: tt.set})
			if v.Account != "main" || !strings.Contains(v.Message, "one of main, so it was not given to laptop") {
				t.Errorf("%s for %s: %s", v.Result, v.Account, v.Message)
			}
			if n := len(h.Accounts()); n != 1 {
				t.Errorf("%d accounts hold the session", n)
			}
		})
	}
}

// TestOfferOfAFileSeenBefore: a restart offers the files of the inbox once more.
// One that was replaced since, or whose account was removed, stays what it is,
// unasked. Brought anew, the removed one is back; the replaced one needs a command.
func TestOfferOfAFileSeenBefore(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since func(h *house)
		anew  supervisor.Result
	}{
		{"replaced by another file", func(h *house) { h.offer("cookies (1).txt", set("B", "1")) }, supervisor.Unchanged},
		{"removed", func(h *house) { _ = h.Remove(h.t.Context(), "default") }, supervisor.Applied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := withSession(t)
			tt.since(h)
			h = open(t, &upstream{}, h.disk)
			if v := h.offer("cookies.txt", set("A", "1")); v.Result != supervisor.Unchanged {
				t.Errorf("after a restart it is %s: %s", v.Result, v.Message)
			}
			if probes, _ := h.up.counts(); probes > 0 {
				t.Errorf("%d probes", probes)
			}
			h.FileGone("cookies.txt")
			if v := h.offer("cookies.txt", set("A", "1")); v.Result != tt.anew {
				t.Errorf("brought anew it is %s: %s", v.Result, v.Message)
			}
		})
	}
}

// TestFilesRememberedAreBounded: browsers never tire of numbering downloads.
func TestFilesRememberedAreBounded(t *testing.T) {
	h := withSession(t)
	for n := range 2000 {
		h.offer(fmt.Sprintf("cookies (%d).txt", n), set("A", fmt.Sprint(n)))
	}
	if size := len(h.disk.record("default").Memo); size > 64<<10 {
		t.Errorf("the record has %d bytes", size)
	}
}

// TestParkedIsTriedAgain: the candidate waits for the upstream and is then taken.
func TestParkedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.probe = func(s cookie.Set) cookie.Finding {
			if s.PSID().Reveal() == "N" {
				return cookie.Finding{Evidence: cookie.Transient}
			}
			return cookie.Finding{Evidence: cookie.SignedIn}
		}
		h.offer("cookies.txt", set("N", "1"))
		h.pass(10 * time.Minute)
		if a := h.account("default"); !strings.Contains(strings.Join(a.Notes, " "), "cookies.txt") {
			t.Errorf("notes %q do not mention the waiting file", a.Notes)
		}
		h.up.answers(cookie.SignedIn)
		h.pass(6 * time.Minute)
		if lease, _ := h.Lease(); lease.Set.PSID().Reveal() != "N" {
			t.Error("the parked file was not taken in")
		}
	})
}

// TestRollBackByItself: new cookies that prove dead within minutes give way to
// the good ones they replaced.
func TestRollBackByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		good, _ := h.Lease()
		h.offer("cookies.txt", set("N", "1"))
		h.up.probe = func(s cookie.Set) cookie.Finding {
			if s.PSID().Reveal() == "N" {
				return cookie.Finding{Evidence: cookie.SignedOut}
			}
			return cookie.Finding{Evidence: cookie.SignedIn}
		}
		_, _ = h.serve(map[string]error{"default": witness{cookie.WeakOut}}, false)
		if lease, err := h.Lease(); err != nil || lease.Set.Key() != good.Set.Key() {
			t.Errorf("lent %s, error %v; want the set before", name(lease.Set), err)
		}
		if g, _ := h.History("default"); g[0].Origin != supervisor.FromRollback {
			t.Errorf("history says %s", g[0].Origin)
		}
	})
}

// TestRollBackToIdle: what is rolled back to was good, though it did not serve
// when it was replaced.
func TestRollBackToIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(10 * time.Minute)
		h.up.finds(cookie.Finding{Evidence: cookie.Limited, RetryAfter: 3 * time.Second})
		_, _ = h.Probe(t.Context(), "default")
		time.Sleep(4 * time.Second)
		h.up.answers(cookie.SignedIn)
		h.offer("cookies.txt", set("N", "1"))
		h.up.dies("N")
		_, _ = h.Probe(t.Context(), "default")
		h.pass(2 * time.Minute)
		if lease, err := h.Lease(); err != nil || lease.Set.PSID().Reveal() != "A" {
			t.Errorf("lent %s, error %v; want the set before", name(lease.Set), err)
		}
	})
}

// TestRollBackAfterRotation: rotations of the new session do not push out the
// good one before it, which is where both the supervisor and a person go back.
func TestRollBackAfterRotation(t *testing.T) {
	tests := []struct {
		name  string
		after time.Duration // the new session's life
		auto  bool
	}{
		{"within the trial", 3 * time.Minute, true},
		{"long after it", 24 * time.Hour, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.pass(10 * time.Minute)
				good, _ := h.Lease()
				h.offer("cookies.txt", set("N", "1"))
				h.pass(tt.after)
				g, _ := h.again().History("default")
				i := slices.IndexFunc(g, func(g supervisor.Generation) bool { return g.Mark == "m:"+name(good.Set) })
				if g[0].Origin != supervisor.FromRotation || i < 0 || !g[i].Restorable {
					t.Fatalf("the good session before is not kept: %+v", g)
				}
				if tt.auto {
					h.up.dies("N")
					_, _ = h.Probe(t.Context(), "default")
					h.pass(time.Minute)
				} else if v, err := h.Rollback(t.Context(), "default"); err != nil || v.Result != supervisor.RolledBack {
					t.Errorf("got %s, error %v: %s", v.Result, err, v.Message)
				}
				if lease, err := h.Lease(); err != nil || lease.Set.PSID().Reveal() != "A" {
					t.Errorf("lent %s, error %v; want the good session before", name(lease.Set), err)
				}
			})
		})
	}
}

func TestRollbackByCommand(t *testing.T) {
	h := withSession(t)
	if _, err := h.Rollback(t.Context(), "default"); err == nil {
		t.Error("rolled back to nothing")
	}
	h.offer("cookies.txt", set("N", "1"))
	v, err := h.Rollback(t.Context(), "default")
	if lease, _ := h.Lease(); err != nil || v.Result != supervisor.RolledBack || name(lease.Set) != "A/1" {
		t.Errorf("got %s, error %v, lent %s", v.Result, err, name(lease.Set))
	}
	h.up.answers(cookie.SignedOut)
	v, err = h.Rollback(t.Context(), "default")
	if lease, _ := h.Lease(); err != nil || v.Result != supervisor.Rejected || name(lease.Set) != "A/1" {
		t.Errorf("got %s, error %v, lent %s; want dead cookies refused", v.Result, err, name(lease.Set))
	}
}

// TestRollbackLasts: at a restart the inbox offers all its files anew. What was
// rolled back from stays out, until the session in use has ended.
func TestRollbackLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.offer("other.txt", set("A", "1"))
		h.offer("cookies.txt", set("N", "1"))
		if v, err := h.Rollback(t.Context(), "default"); err != nil || v.Result != supervisor.RolledBack {
			t.Fatal(v, err)
		}
		h = h.again()
		h.Tick(t.Context())
		for _, s := range []cookie.Set{set("A", "1"), set("N", "1")} {
			file := map[string]string{"A": "other.txt", "N": "cookies.txt"}[s.PSID().Reveal()]
			if v := h.offer(file, s); v.Result != supervisor.Unchanged {
				t.Errorf("%s was %s: %s", file, v.Result, v.Message)
			}
		}
		if lease, _ := h.Lease(); name(lease.Set) != "A/1" {
			t.Errorf("lent %s", name(lease.Set))
		}
		h.up.dies("A")
		h.pass(10 * time.Minute)
		if v := h.offer("cookies.txt", set("N", "1")); v.Result != supervisor.Applied || !h.Ready() {
			t.Errorf("got %s with nothing to lose: %s", v.Result, v.Message)
		}
	})
}

// TestIdentityChanged: when another Google account answers, nothing is rotated
// or written until a person looked.
func TestIdentityChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.probe = func(cookie.Set) cookie.Finding {
			return cookie.Finding{Evidence: cookie.SignedIn, Account: "one"}
		}
		h.pass(6 * time.Minute)
		h.up.probe = func(cookie.Set) cookie.Finding {
			return cookie.Finding{Evidence: cookie.SignedIn, Account: "two"}
		}
		_, _ = h.Probe(t.Context(), "default")
		_, rotates := h.up.counts()
		h.pass(time.Hour)
		a := h.account("default")
		if _, after := h.up.counts(); after != rotates {
			t.Errorf("%d rotations after the identity changed", after-rotates)
		}
		if a.State != supervisor.Degraded || !strings.Contains(a.Remedy, "mixed") {
			t.Errorf("state %s, remedy %q", a.State, a.Remedy)
		}
	})
}
