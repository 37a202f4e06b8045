package supervisor_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// owners makes every session that of the Google account before the colon of its
// PSID; one without is not told.
func (u *upstream) owners() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probe = func(s cookie.Set) cookie.Finding { return cookie.Finding{Evidence: cookie.SignedIn, Account: owner(s)} }
}

func owner(s cookie.Set) string {
	account, _, told := strings.Cut(s.PSID().Reveal(), ":")
	if !told {
		return ""
	}
	return account
}

// held lists what each account holds, by name.
func (h *house) held() map[string]string {
	all := make(map[string]string)
	for _, a := range h.Accounts() {
		all[a.Name] = h.disk.record(a.Name).Current.PSID().Reveal()
	}
	return all
}

// TestTwoGoogleAccounts: whatever two files are called, the Google accounts
// behind them never share one account, in either order, over restarts, and when
// both are brought again with newer sessions.
func TestTwoGoogleAccounts(t *testing.T) {
	pairs := []struct{ alice, bob, first, second string }{
		{"cookies_alice.json", "cookies_bob.json", "alice", "bob"},
		{"cookies-work.txt", "cookies-home.txt", "work", "home"},
		{"cookies.alice.txt", "cookies.bob.txt", "alice", "bob"},
		{"alice-cookies.txt", "bob-cookies.txt", "alice", "bob"},
		{"gemini-1.json", "gemini-2.json", "gemini-1", "gemini-2"},
		{"google1.txt", "google2.txt", "google1", "google2"},
		{"account1.txt", "account2.txt", "account1", "account2"},
		{"\u5f20\u4e09 gemini cookies.txt", "\u674e\u56db gemini cookies.txt", "", ""},
		{"\u0438\u0432\u0430\u043d-google.json", "\u043c\u0430\u0440\u0438\u044f-google.json", "", ""},
		{"gemini.google.com_\u5f20\u4e09.txt", "gemini.google.com_\u674e\u56db.txt", "", ""},
		{"cookies.txt", "cookies (1).txt", "default", "default-2"},
		{"cookies.txt", "cookies.txt", "default", "default-2"},
		{"cookies-2026-11-23.json", "cookies-2026-11-24.json", "default", "default-2"},
		{"gemini.google.com_cookies.txt", "gemini.google.com_cookies (1).txt", "default", "default-2"},
		{"cookies.json", "standard input", "default", "default-2"},
		{"work.json", "work.json", "work", "work-2"},
		{"work.json", "cookies.txt", "work", "default"},
		{"cookies.txt", "work.json", "default", "work"},
		{"", "", "default", "default-2"},
	}
	for _, p := range pairs {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %s restart=%v", p.alice, p.bob, restart), func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				h.up.owners()
				next := func() {
					if restart {
						h = h.again()
					}
				}
				first := h.offer(p.alice, set("alice:1", "1"))
				next()
				second := h.offer(p.bob, set("bob:1", "1"))
				next()
				want := map[string]string{first.Account: "alice:1", second.Account: "bob:1"}
				if got := h.held(); len(want) != 2 || !maps.Equal(got, want) {
					t.Fatalf("the accounts hold %v", got)
				}
				if p.first != "" && (first.Account != p.first || second.Account != p.second) {
					t.Errorf("they are called %s and %s, want %s and %s", first.Account, second.Account, p.first, p.second)
				}
				h.offer(p.alice, set("alice:2", "1"))
				next()
				h.offer(p.bob, set("bob:2", "1"))
				want = map[string]string{first.Account: "alice:2", second.Account: "bob:2"}
				if got := h.held(); !maps.Equal(got, want) {
					t.Errorf("after a second round the accounts hold %v, want %v", got, want)
				}
			})
		}
	}
}

// TestKeptBeside: the verdict and the account's notes say that another Google
// account was kept beside the one that the file's name means.
func TestKeptBeside(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.up.owners()
	h.offer("cookies.txt", set("alice:1", "1"))
	v := h.offer("cookies.txt", set("bob:1", "1"))
	if v.Result != supervisor.Applied || !strings.Contains(v.Message, "another Google account: kept beside default as default-2") {
		t.Errorf("%s: %s", v.Result, v.Message)
	}
	notes := strings.Join(h.again().account("default-2").Notes, "\n")
	if !strings.Contains(notes, "cookies.txt is of another Google account than default") || !strings.Contains(notes, "geminid cookies remove default") {
		t.Errorf("notes %q", notes)
	}
	if n := h.account("default").Notes; len(n) != 0 {
		t.Errorf("notes %q of the other", n)
	}
}

// TestAskedForAnother: a wish by name does not put another Google account into
// an account that has one, though its session is dead.
func TestAskedForAnother(t *testing.T) {
	for _, dead := range []bool{false, true} {
		t.Run(fmt.Sprint("dead ", dead), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := open(t, &upstream{}, &memory{})
				h.up.owners()
				h.offer("work.json", set("alice:1", "1"))
				if dead {
					h.up.dies("alice:1")
					h.pass(10 * time.Minute)
					h.up.owners()
				}
				push := supervisor.Candidate{Account: "work", File: "x.txt", Origin: supervisor.FromPush, Set: set("bob:1", "1")}
				v := h.Offer(t.Context(), push)
				if v.Result != supervisor.Rejected || v.Code != string(cookie.CodeOtherAccount) || !strings.Contains(v.Message, "geminid cookies remove work") {
					t.Errorf("%s %s: %s", v.Result, v.Code, v.Message)
				}
				if got := h.held(); !maps.Equal(got, map[string]string{"work": "alice:1"}) {
					t.Errorf("the accounts hold %v", got)
				}
				push.Account = ""
				if v := h.Offer(t.Context(), push); v.Result != supervisor.Applied || v.Account != "x" {
					t.Errorf("without a name: %s for %s: %s", v.Result, v.Account, v.Message)
				}
			})
		})
	}
}

// TestOwnerNotRemembered: where it is not known whose session an account holds,
// the session itself is asked, and where nothing tells the name decides.
func TestOwnerNotRemembered(t *testing.T) {
	tests := []struct {
		name      string
		held      string // told only when now is true
		now       cookie.Finding
		candidate string
		want      map[string]string
		result    supervisor.Result
	}{
		{"told now, the same", "alice:1", cookie.Finding{Evidence: cookie.SignedIn, Account: "alice"}, "alice:2", map[string]string{"default": "alice:2"}, supervisor.Applied},
		{"told now, another", "alice:1", cookie.Finding{Evidence: cookie.SignedIn, Account: "alice"}, "bob:1", map[string]string{"default": "alice:1", "default-2": "bob:1"}, supervisor.Applied},
		{"alive and not told", "alice:1", cookie.Finding{Evidence: cookie.SignedIn}, "bob:1", map[string]string{"default": "alice:1", "default-2": "bob:1"}, supervisor.Applied},
		{"an outage", "alice:1", cookie.Finding{Evidence: cookie.Transient}, "bob:1", map[string]string{"default": "alice:1"}, supervisor.Parked},
		{"dead", "alice:1", cookie.Finding{Evidence: cookie.SignedOut}, "bob:1", map[string]string{"default": "bob:1"}, supervisor.Applied},
		{"neither is told", "alice:1", cookie.Finding{Evidence: cookie.SignedIn}, "bob", map[string]string{"default": "bob"}, supervisor.Applied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t, &upstream{}, &memory{})
			h.offer("cookies.txt", set(tt.held, "1"))
			h = h.again() // a record that knows no owner
			h.up.probe = func(s cookie.Set) cookie.Finding {
				if s.PSID().Reveal() == tt.held {
					return tt.now
				}
				return cookie.Finding{Evidence: cookie.SignedIn, Account: owner(s)}
			}
			v := h.offer("cookies.txt", set(tt.candidate, "1"))
			if got := h.held(); v.Result != tt.result || !maps.Equal(got, tt.want) {
				t.Errorf("%s (%s), the accounts hold %v, want %v", v.Result, v.Message, got, tt.want)
			}
		})
	}
}

// TestOwnerNotToldAnyMore: when the upstream stops telling whose a session is,
// renewals go on by name; one session alone that is not told is kept beside.
func TestOwnerNotToldAnyMore(t *testing.T) {
	for _, all := range []bool{true, false} {
		t.Run(fmt.Sprint("of all ", all), func(t *testing.T) {
			h := open(t, &upstream{}, &memory{})
			h.up.owners()
			h.offer("cookies.txt", set("alice:1", "1"))
			want := map[string]string{"default": "alice:1", "default-2": "new"}
			if all {
				h.up.answers(cookie.SignedIn)
				want = map[string]string{"default": "new"}
			}
			h.offer("cookies.txt", set("new", "1"))
			if got := h.held(); !maps.Equal(got, want) {
				t.Errorf("the accounts hold %v, want %v", got, want)
			}
		})
	}
}

// TestOutageOverADeadAccount: while nothing tells whose new cookies are, they do
// not take the place of a dead session of a known Google account.
func TestOutageOverADeadAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.up.owners()
		h.offer("cookies.txt", set("alice:1", "1"))
		h.up.dies("alice:1")
		h.pass(10 * time.Minute)
		h.up.answers(cookie.Transient)
		if v := h.offer("cookies.txt", set("bob:1", "1")); v.Result != supervisor.Parked {
			t.Errorf("%s: %s", v.Result, v.Message)
		}
		h.up.owners()
		h.pass(10 * time.Minute)
		if got := h.held(); got["default-2"] != "bob:1" {
			t.Errorf("the accounts hold %v", got)
		}
	})
}

// TestNoRoomBeside: one Google account too many is refused, and nothing moves.
func TestNoRoomBeside(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.up.owners()
	for n := range supervisor.MaxAccounts {
		h.offer("cookies.txt", set(fmt.Sprintf("%d:1", n), "1"))
	}
	before := h.held()
	v := h.offer("cookies.txt", set("nine:1", "1"))
	if v.Result != supervisor.Rejected || v.Code != string(cookie.CodeTooMany) || !maps.Equal(h.held(), before) || len(before) != supervisor.MaxAccounts {
		t.Errorf("%s %s (%s), the accounts hold %v", v.Result, v.Code, v.Message, h.held())
	}
	_ = h.Remove(t.Context(), "default-3")
	if v := h.offer("cookies.txt", set("nine:2", "1")); v.Result != supervisor.Applied || v.Account != "default-3" {
		t.Errorf("with room: %s for %s: %s", v.Result, v.Account, v.Message)
	}
}

// TestSameSessionOfAnotherOwner: a session that suddenly answers as another
// Google account is neither moved nor believed; a person is asked.
func TestSameSessionOfAnotherOwner(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.up.owners()
	h.offer("cookies.txt", set("alice:1", "1"))
	h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Account: "bob"})
	if v := h.offer("cookies.txt", set("alice:1", "2")); v.Code != string(cookie.CodeOtherAccount) || len(h.held()) != 1 {
		t.Errorf("%s %s: %s", v.Result, v.Code, v.Message)
	}
	if g, _ := h.History("default"); len(g) != 1 {
		t.Errorf("history %v", g)
	}
}

// TestRollbackBesideItsOwner: records of old may hold two Google accounts, one in
// use and one to go back to. Once the other has an account of its own, nothing
// goes back to it.
func TestRollbackBesideItsOwner(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.offer("cookies.txt", set("alice:1", "1"))
	h.offer("cookies.txt", set("bob:1", "1")) // nothing tells that they differ
	h.up.owners()
	_, _ = h.Probe(t.Context(), "default")
	if v := h.offer("alice.json", set("alice:2", "1")); v.Account != "alice" {
		t.Fatalf("%s for %s: %s", v.Result, v.Account, v.Message)
	}
	v, err := h.Rollback(t.Context(), "default")
	if err != nil || v.Result != supervisor.Rejected || !strings.Contains(v.Message, "alice") {
		t.Errorf("%s, error %v: %s", v.Result, err, v.Message)
	}
	if got := h.held(); !maps.Equal(got, map[string]string{"default": "bob:1", "alice": "alice:2"}) {
		t.Errorf("the accounts hold %v", got)
	}
}

// TestRemovedOwner: a removed Google account stays removed, and another one that
// comes under its file's name does not bring it back.
func TestRemovedOwner(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	h.up.owners()
	h.offer("cookies_alice.json", set("alice:1", "1"))
	h.offer("cookies_bob.json", set("bob:1", "1"))
	_ = h.Remove(t.Context(), "alice")
	h = h.again()
	h.offer("cookies_alice.json", set("alice:1", "1")) // it lies there still
	if got := h.held(); !maps.Equal(got, map[string]string{"bob": "bob:1"}) {
		t.Errorf("the accounts hold %v", got)
	}
	h.offer("cookies_alice.json", set("carol:1", "1"))
	h.offer("cookies_bob.json", set("alice:2", "1"))
	names := slices.Sorted(maps.Keys(h.held()))
	if want := []string{"alice", "bob", "bob-2"}; !slices.Equal(names, want) || h.held()["bob-2"] != "alice:2" || h.held()["bob"] != "bob:1" {
		t.Errorf("the accounts hold %v", h.held())
	}
}
