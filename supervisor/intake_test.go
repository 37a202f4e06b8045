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
)

// file is a candidate of the inbox with a hash of its own content.
func file(name string, s cookie.Set) supervisor.Candidate {
	return supervisor.Candidate{File: name, Origin: supervisor.FromFile, Trigger: "watch", Hash: "#" + s.PSID().Reveal() + s.PSIDTS().Reveal(), Set: s}
}

// TestTookBefore: which files an account remembers to have taken in.
func TestTookBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.pass(2 * time.Minute) // rotated: A/1 is older than the set in use
		rotated := h.disk.record("default").Current
		older := file("copy.txt", set("A", "1"))
		push := supervisor.Candidate{File: "pushed.txt", Origin: supervisor.FromPush, Hash: "#p", Set: set("A", "1")}
		current := file("current.txt", rotated)
		for _, c := range []supervisor.Candidate{older, push, current} {
			if h.TookBefore(c) {
				t.Errorf("%s was taken in before it was offered", c.File)
			}
			if v := h.Offer(t.Context(), c); v.Result != supervisor.Unchanged {
				t.Errorf("%s: %+v", c.File, v)
			}
		}
		h.up.answers(cookie.Transient)
		waits := file("later.txt", set("A", "unseen"))
		if v := h.Offer(t.Context(), waits); v.Result != supervisor.Parked || h.TookBefore(waits) {
			t.Errorf("a file that waits: %+v, taken in %v", v, h.TookBefore(waits))
		}
		if !h.TookBefore(older) || !h.TookBefore(current) {
			t.Error("a known file is not remembered")
		}
		push.Origin = supervisor.FromFile
		if h.TookBefore(push) {
			t.Error("a push is remembered like a file")
		}
		changed := older
		changed.Hash = "#other"
		if h.TookBefore(changed) {
			t.Error("other content counts as the same file")
		}
		nameless := older
		nameless.Hash = ""
		if h.TookBefore(nameless) {
			t.Error("unknown content counts as the same file")
		}
	})
}

// TestOlderIsUnchanged: older cookies of the session in use are known by the
// lineage, or by the file and its content.
func TestOlderIsUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		first := file("cookies.txt", set("A", "1"))
		h.Offer(t.Context(), first)
		h.pass(2 * time.Minute)
		byLineage := supervisor.Candidate{Origin: supervisor.FromPush, Set: set("A", "1")}
		byFile := first
		byFile.Set = set("A", "unknown")
		for _, c := range []supervisor.Candidate{byLineage, byFile} {
			if v := h.Offer(t.Context(), c); v.Result != supervisor.Unchanged || !strings.Contains(v.Message, "older than the ones in use") {
				t.Errorf("%q: %+v", c.File, v)
			}
		}
		news := supervisor.Candidate{Origin: supervisor.FromPush, Set: set("A", "new")}
		if v := h.Offer(t.Context(), news); v.Result != supervisor.Applied {
			t.Errorf("a value that is not known: %+v", v)
		}
	})
}

// TestReplacedInDoubt: cookies that newer ones replaced are tried once those are in
// doubt.
func TestReplacedInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.offer("cookies.txt", set("B", "1"))
		h.pass(10 * time.Minute)
		h.up.dies("B")
		_, _ = h.Probe(t.Context(), "default")
		if s := h.state("default"); s != supervisor.Suspect {
			t.Fatal(s)
		}
		if v := h.offer("copy of cookies.txt", set("A", "1")); v.Result != supervisor.Applied {
			t.Errorf("%+v", v)
		}
	})
}

// TestHoldEndsWithAnAnswer: a hold that a probe ended keeps no file waiting,
// whatever its time was.
func TestHoldEndsWithAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Blocked)
		_, _ = h.Probe(t.Context(), "default")
		if v := h.offer("new.txt", set("B", "1")); v.Result != supervisor.Parked {
			t.Errorf("while blocked: %+v", v)
		}
		h.up.dies("A")
		_, _ = h.Probe(t.Context(), "default")
		if v := h.offer("newer.txt", set("C", "1")); v.Result != supervisor.Applied {
			t.Errorf("after an answer: %+v", v)
		}
	})
}

// TestParkedTries: parked cookies are tried less and less often, up to every five
// minutes, newer ones take their place, and a clock that is set back delays none.
func TestParkedTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		h := open(t, &upstream{log: &log}, &memory{})
		h.offer("cookies.txt", set("A", "1"))
		fails := func(psids ...string) {
			h.up.mu.Lock()
			defer h.up.mu.Unlock()
			h.up.probe = func(s cookie.Set) cookie.Finding {
				if slices.Contains(psids, s.PSID().Reveal()) {
					return cookie.Finding{Evidence: cookie.Transient}
				}
				return cookie.Finding{Evidence: cookie.SignedIn}
			}
		}
		fails("B", "C")
		h.offer("cookies.txt", set("B", "1"))
		h.pass(time.Hour)
		if n := strings.Count(strings.Join(log, " "), "probe B/1"); n < 12 || n > 26 {
			t.Errorf("%d tries in an hour", n)
		}
		h.offer("cookies.txt", set("C", "1"))
		h.shift -= 48 * time.Hour
		log = nil
		fails("B")
		h.pass(7 * time.Minute)
		if lease, err := h.Lease(); err != nil || lease.Set.PSID().Reveal() != "C" || strings.Contains(strings.Join(log, " "), "probe B/1") {
			t.Errorf("%s is in use, %v", name(lease.Set), err)
		}
	})
}

// TestTurnsOfParked: of several parked candidates the one that waits longest is
// tried, and none before its time.
func TestTurnsOfParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		h := open(t, &upstream{log: &log}, &memory{})
		for _, n := range []string{"a", "b"} {
			h.offer(n+".txt", set(n, "1"))
		}
		h.up.mu.Lock()
		h.up.probe = func(s cookie.Set) cookie.Finding {
			if strings.HasPrefix(s.PSID().Reveal(), "new") {
				return cookie.Finding{Evidence: cookie.Transient}
			}
			return cookie.Finding{Evidence: cookie.SignedIn}
		}
		h.up.mu.Unlock()
		for _, n := range []string{"a", "b"} {
			h.offer(n+".txt", set("new "+n, "1"))
		}
		log = nil
		h.Tick(t.Context())
		if strings.Contains(strings.Join(log, " "), "new") {
			t.Errorf("tried at once: %q", log)
		}
		h.pass(time.Hour)
		a, b := strings.Count(strings.Join(log, "|"), "probe new a"), strings.Count(strings.Join(log, "|"), "probe new b")
		if a < 10 || b < 10 {
			t.Errorf("%d and %d tries in an hour", a, b)
		}
	})
}

// TestRoomForParked: what is parked for an account that is there takes no room of
// another one.
func TestRoomForParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		for i := range supervisor.MaxAccounts - 1 {
			h.offer(fmt.Sprintf("n%d.txt", i), set(fmt.Sprintf("S%d", i), "1"))
		}
		h.up.answers(cookie.Blocked)
		_, _ = h.Probe(t.Context(), "n0")
		for _, tt := range []struct {
			file string
			want supervisor.Result
		}{{"n0.txt", supervisor.Parked}, {"last.txt", supervisor.Parked}, {"toomany.txt", supervisor.Rejected}, {"n1.txt", supervisor.Parked}} {
			if v := h.offer(tt.file, set("new "+tt.file, "1")); v.Result != tt.want || strings.Contains(v.Message, "was not given") {
				t.Errorf("%s: %+v", tt.file, v)
			}
		}
		asked := supervisor.Candidate{File: "too.txt", Account: "another", Origin: supervisor.FromPush, Set: set("Z", "1")}
		if v := h.Offer(t.Context(), asked); v.Result != supervisor.Rejected || strings.Contains(v.Message, "was not given") {
			t.Errorf("%+v", v)
		}
	})
}

// TestRemovedWhileParked: the file that waited for a removed account is dismissed
// with it.
func TestRemovedWhileParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		h.up.answers(cookie.Transient)
		if v := h.offer("cookies.txt", set("B", "1")); v.Result != supervisor.Parked {
			t.Fatalf("%+v", v)
		}
		_ = h.Remove(t.Context(), "default")
		h.up.answers(cookie.SignedIn)
		if v := h.offer("cookies.txt", set("B", "1")); v.Result != supervisor.Unchanged || len(h.Accounts()) != 0 {
			t.Errorf("%+v, accounts %v", v, h.Accounts())
		}
	})
}

// TestRemovedWithPushParked: a push that waited is no file, and leaves none in the ledger.
func TestRemovedWithPushParked(t *testing.T) {
	h := withSession(t)
	h.up.answers(cookie.Transient)
	push := supervisor.Candidate{Origin: supervisor.FromPush, Hash: "#push", Set: set("B", "1")}
	if v := h.Offer(t.Context(), push); v.Result != supervisor.Parked {
		t.Fatalf("%+v", v)
	}
	_ = h.Remove(t.Context(), "default")
	if got := h.disk.ledger.Find(""); got.Account != "" || len(h.disk.ledger.AccountsOf("#push")) != 0 {
		t.Errorf("the ledger has %+v", got)
	}
}

// TestFileMovesOn: a file that holds another account's cookies now is that account's.
func TestFileMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.up.owners()
		h.offer("cookies.txt", set("alice:1", "1"))
		v := h.offer("cookies.txt", set("bob:1", "1"))
		if v.Account == "default" || v.Result != supervisor.Applied {
			t.Fatalf("%+v", v)
		}
		if got := h.AccountFor(supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromFile, Set: set("x", "1")}); got != v.Account {
			t.Errorf("the next content of the file is for %s, want %s", got, v.Account)
		}
		push := supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromPush, Set: set("alice:1", "2")}
		h.Offer(t.Context(), push)
		if got := h.AccountFor(supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromFile, Set: set("x", "1")}); got != v.Account {
			t.Errorf("after a push under its name the file is for %s, want %s", got, v.Account)
		}
		if got := h.AccountFor(supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromPush, Set: set("x", "1")}); got != "default" {
			t.Errorf("a push under its name is for %s", got)
		}
	})
}

// TestOlderFile: an older file is taken only if it is of a Google account that no
// account holds, once the newer one is in use.
func TestOlderFile(t *testing.T) {
	tests := []struct {
		name  string
		newer string // offered before, by its PSID; empty for none
		state cookie.Evidence
		older string
		says  cookie.Evidence // about the older one
		want  supervisor.Result
		used  string // by the account of the newer one at the end
	}{
		{"of the same owner", "alice:2", cookie.SignedIn, "alice:1", cookie.SignedIn, supervisor.PassedOver, "alice:2"},
		{"of another owner", "alice:2", cookie.SignedIn, "bob:1", cookie.SignedIn, supervisor.Applied, "alice:2"},
		{"dead", "alice:2", cookie.SignedIn, "bob:1", cookie.SignedOut, supervisor.PassedOver, "alice:2"},
		{"not understood", "alice:2", cookie.SignedIn, "bob:1", cookie.Drift, supervisor.PassedOver, "alice:2"},
		{"not answered", "alice:2", cookie.SignedIn, "bob:1", cookie.Transient, supervisor.Parked, "alice:2"},
		{"the newer one was refused", "alice:2", cookie.SignedOut, "alice:1", cookie.SignedIn, supervisor.Applied, "alice:1"},
		{"the newer one waits", "alice:2", cookie.Transient, "alice:1", cookie.SignedIn, supervisor.Parked, "start:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				h.up.owners()
				if tt.state == cookie.Transient {
					h.offer("cookies.txt", set("start:1", "1"))
				}
				answers := map[string]cookie.Evidence{tt.newer: tt.state, tt.older: tt.says}
				h.up.mu.Lock()
				h.up.probe = func(s cookie.Set) cookie.Finding {
					f := cookie.Finding{Evidence: answers[s.PSID().Reveal()]}
					if _, known := answers[s.PSID().Reveal()]; !known {
						f.Evidence = cookie.SignedIn
					}
					if f.Evidence == cookie.SignedIn {
						f.Account = owner(s)
					}
					return f
				}
				h.up.mu.Unlock()
				h.offer("cookies (2).txt", set(tt.newer, "1"))
				older := file("cookies (1).txt", set(tt.older, "1"))
				older.Newer = "cookies (2).txt"
				v := h.Offer(t.Context(), older)
				if v.Result != tt.want {
					t.Errorf("%+v", v)
				}
				if got := h.held()["default"]; got != tt.used {
					t.Errorf("the account holds %s", got)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.offer("cookies.txt", set("A", "2"))
		older := file("cookies (1).txt", set("A", "1"))
		older.Newer = "cookies.txt"
		if v := h.Offer(t.Context(), older); v.Result != supervisor.PassedOver || v.Account != "default" {
			t.Errorf("an older value of the session in use: %+v", v)
		}
	})
}

// TestOwnerIsAsked: whose session an account holds is asked for if it is not
// remembered, and remembered then.
func TestOwnerIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		h := open(t, &upstream{log: &log}, &memory{})
		h.offer("cookies.txt", set("alice:1", "1")) // nothing tells whose it is
		h.up.owners()
		log = nil
		for want, psid := range []string{"carol:1", "bob:1"} {
			want = 1 - want
			v := h.offer(fmt.Sprintf("cookies (%d).txt", want), set(psid, "1"))
			if v.Account == "default" || v.Result != supervisor.Applied {
				t.Errorf("%+v", v)
			}
			if got := strings.Count(strings.Join(log, " "), "probe alice:1/1"); got != want {
				t.Errorf("%s: the session was asked %d times, want %d", psid, got, want)
			}
			log = nil
		}
	})
}

// TestNameDecides: where the owner of one of the sessions cannot be found out, the
// file's name decides, and the verdict says so.
func TestNameDecides(t *testing.T) {
	tests := []struct {
		name   string
		holds  string          // by the account at first; its owner is known if it is named
		now    cookie.Evidence // what the session says then
		silent bool            // the upstream names no owner any more
		halted bool
		offer  string
		beside bool
		blind  bool
	}{
		{"no owner is named", "alice:1", cookie.SignedIn, true, false, "x", false, true},
		{"no owner was ever named", "a", cookie.SignedIn, true, false, "x", false, true},
		{"a dead session of no known owner", "a", cookie.SignedOut, false, false, "bob:1", false, true},
		{"a session whose owner is named now", "a", cookie.SignedIn, false, false, "bob:1", true, false},
		{"a known owner", "alice:1", cookie.SignedOut, false, false, "bob:1", true, false},
		{"a dead session that was mixed up", "alice:1", cookie.SignedOut, false, true, "bob:1", true, false},
		{"the same owner, mixed up and dead", "alice:1", cookie.SignedOut, false, true, "alice:2", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				h.up.owners()
				h.offer("cookies.txt", set(tt.holds, "1"))
				if tt.halted {
					h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Account: "mallory"})
					_, _ = h.Probe(t.Context(), "default")
				}
				h.up.mu.Lock()
				h.up.probe = func(s cookie.Set) cookie.Finding {
					if s.PSID().Reveal() == tt.holds {
						if tt.now != cookie.SignedIn || tt.silent || tt.holds != "a" {
							return cookie.Finding{Evidence: tt.now}
						}
						return cookie.Finding{Evidence: tt.now, Account: "alice"}
					}
					if tt.silent {
						return cookie.Finding{Evidence: cookie.SignedIn}
					}
					return cookie.Finding{Evidence: cookie.SignedIn, Account: owner(s)}
				}
				h.up.mu.Unlock()
				v := h.offer("cookies (1).txt", set(tt.offer, "1"))
				if v.Result != supervisor.Applied || (v.Account != "default") != tt.beside || strings.Contains(v.Message, "the name decided") != tt.blind {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

// TestFilesKept: an account remembers 256 files, and forgets the first name then.
func TestFilesKept(t *testing.T) {
	h := withSession(t)
	nth := func(n int) supervisor.Candidate { return file(fmt.Sprintf("a%03d.txt", n), set("A", "1")) }
	for n := range 255 { // and cookies.txt
		h.Offer(t.Context(), nth(n))
	}
	h.Offer(t.Context(), nth(254)) // once more
	if !h.TookBefore(nth(0)) || !h.TookBefore(nth(254)) {
		t.Error("one of 256 files was forgotten")
	}
	h.Offer(t.Context(), nth(255))
	if h.TookBefore(nth(0)) || !h.TookBefore(nth(1)) || !h.TookBefore(nth(255)) {
		t.Error("of 257 files not the first one was forgotten")
	}
}

// TestLateRefusal: the verdict on a file that waited does not replace the refusal of the
// content that lies there now.
func TestLateRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		verdicts := make(map[string]supervisor.Result)
		scan := func(c supervisor.Candidate) {
			h.OfferFiles(t.Context(), []supervisor.Candidate{c}, func(c supervisor.Candidate, v supervisor.Verdict) { verdicts[c.Hash] = v.Result })
			h.RetainFiles(map[string]string{c.File: c.Hash})
		}
		first, second := file("work.txt", set("W1", "1")), file("work.txt", set("W2", "1"))
		scan(file("work.txt", set("W0", "1")))
		h.up.answers(cookie.Transient)
		scan(first)
		h.up.answers(cookie.SignedOut)
		scan(second)
		h.pass(10 * time.Minute)
		if verdicts[first.Hash] != supervisor.Parked || verdicts[second.Hash] != supervisor.Rejected || !slices.Contains(h.outcomes, "work.txt rejected") {
			t.Fatalf("%v, later %v", verdicts, h.outcomes)
		}
		if got := h.disk.ledger.Find("work.txt"); !got.IsRefused(second.Hash) {
			t.Errorf("the ledger says %+v", got)
		}
		h = h.again()
		before, _ := h.up.counts()
		scan(second)
		if probes, _ := h.up.counts(); probes != before || verdicts[second.Hash] != supervisor.Rejected {
			t.Errorf("%d probes after a restart, %v", probes-before, verdicts)
		}
	})
}

// TestNextRefusal: of a file whose contents are refused one after the other the last one
// is remembered.
func TestNextRefusal(t *testing.T) {
	h := withSession(t)
	h.up.dies("W1", "W2")
	for _, psid := range []string{"W1", "W2"} {
		c := file("work.txt", set(psid, "1"))
		if v := h.Offer(t.Context(), c); v.Result != supervisor.Rejected || !h.disk.ledger.Find("work.txt").IsRefused(c.Hash) {
			t.Errorf("%s: %+v, the ledger has %+v", psid, v, h.disk.ledger.Find("work.txt"))
		}
	}
}
