package supervisor_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

func TestRemove(t *testing.T) {
	h := withSession(t)
	if err := h.Remove(t.Context(), "default"); err != nil {
		t.Fatal(err)
	}
	for _, life := range []string{"this life", "the next one"} {
		r := h.disk.record("default")
		if !r.Current.IsZero() || !r.Previous.IsZero() || strings.Contains(string(r.Memo), "sidts") {
			t.Errorf("%s: values are left on disk", life)
		}
		if g, _ := h.History("default"); len(g) != 1 || g[0].End != "removed" || g[0].Restorable {
			t.Errorf("%s: history %+v, want the hash kept and marked removed", life, g)
		}
		if all := h.Accounts(); len(all) != 0 || h.Ready() || !slices.Equal(h.RemovedAccounts(), []string{"default"}) {
			t.Errorf("%s: accounts %v, removed %v", life, all, h.RemovedAccounts())
		}
		if n := testutil.CollectAndCount(h.metrics.CookieState); n != 0 {
			t.Errorf("%s: %d series of a removed account", life, n)
		}
		if _, err := h.Probe(t.Context(), "default"); !errors.Is(err, supervisor.ErrNoAccount) {
			t.Errorf("%s: a probe ended with %v", life, err)
		}
		h = h.again()
	}
}

// TestRemovedFile: the file that lies in the inbox does not bring the account
// back, at no restart; a new one does, and so does a person's import of it.
func TestRemovedFile(t *testing.T) {
	tests := []struct {
		name  string
		offer supervisor.Candidate
		back  bool
	}{
		{"the same file", supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromFile, Hash: "cookies.txtA/1"}, false},
		{"the same under another name", supervisor.Candidate{File: "again.txt", Origin: supervisor.FromFile, Hash: "cookies.txtA/1"}, false},
		{"a new file", supervisor.Candidate{File: "cookies.txt", Origin: supervisor.FromFile, Hash: "new"}, true},
		{"an import", supervisor.Candidate{Account: "default", File: "cookies.txt", Origin: supervisor.FromPush, Hash: "cookies.txtA/1"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := withSession(t)
			if err := h.Remove(t.Context(), "default"); err != nil {
				t.Fatal(err)
			}
			h = h.again()
			tt.offer.Set = set("A", "1")
			v := h.Offer(t.Context(), tt.offer)
			if back := len(h.Accounts()) == 1; back != tt.back || h.Ready() != tt.back {
				t.Errorf("back %v, ready %v, want %v: %s", back, h.Ready(), tt.back, v.Message)
			}
			if !tt.back {
				if v.Result != supervisor.Unchanged || !strings.Contains(v.Message, "removed") {
					t.Errorf("got %s: %s", v.Result, v.Message)
				}
				return
			}
			if n := testutil.ToFloat64(h.metrics.CookieState.WithLabelValues("default", "healthy")); n != 1 || len(h.RemovedAccounts()) != 0 {
				t.Errorf("healthy is %v in the metrics, removed %v", n, h.RemovedAccounts())
			}
			if h.again().state("default") != supervisor.Unknown {
				t.Error("a restart removed it again")
			}
		})
	}
}

// TestRemovedMakesRoom: removed accounts do not count to the eight.
func TestRemovedMakesRoom(t *testing.T) {
	h := open(t, &upstream{}, &memory{})
	for i := range 3 * supervisor.MaxAccounts {
		account := fmt.Sprintf("a%d", i)
		if v := h.offer(account+".json", set("P"+account, "1")); v.Result != supervisor.Applied {
			t.Fatalf("account %d: %s", i, v.Message)
		}
		if i >= supervisor.MaxAccounts/2 {
			_ = h.Remove(t.Context(), account)
		}
	}
}

// TestParkedMakesNoAccount: a file under a new name that waits for its check is
// no account yet, and when it is refused there never was one.
func TestParkedMakesNoAccount(t *testing.T) {
	for _, says := range []cookie.Evidence{cookie.SignedOut, cookie.SignedIn} {
		t.Run(says.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := withSession(t)
				h.up.finds(cookie.Finding{Evidence: cookie.Limited, RetryAfter: time.Minute})
				_, _ = h.Probe(t.Context(), "default")
				if v := h.offer("work.txt", set("W", "1")); v.Result != supervisor.Parked || v.Account != "work" {
					t.Fatalf("got %s for %q: %s", v.Result, v.Account, v.Message)
				}
				if n := len(h.again().Accounts()); len(h.Accounts()) != 1 || n != 1 {
					t.Errorf("%d accounts, %d after a restart, want one", len(h.Accounts()), n)
				}
				h.up.answers(cookie.SignedIn)
				if says == cookie.SignedOut {
					h.up.dies("W")
				}
				h.pass(10 * time.Minute)
				want, accounts := "work.txt applied", 2
				if says == cookie.SignedOut {
					want, accounts = "work.txt rejected", 1
				}
				if len(h.Accounts()) != accounts || !slices.Equal(h.outcomes, []string{want}) {
					t.Errorf("%d accounts, told %q; want %d and %q", len(h.Accounts()), h.outcomes, accounts, want)
				}
				if e := h.LastUnplacedFile(); says == cookie.SignedOut && (e == nil || e.Code != "E_PROBE_SIGNED_OUT") {
					t.Errorf("the refusal is not in the chronicle: %+v", e)
				}
			})
		})
	}
}

// TestParkedRoom: files that wait count to the eight as well.
func TestParkedRoom(t *testing.T) {
	h := withSession(t)
	h.up.answers(cookie.Blocked)
	_, _ = h.Probe(t.Context(), "default")
	for i := range supervisor.MaxAccounts - 1 {
		account := fmt.Sprintf("w%d", i)
		if v := h.offer(account+".json", set("P"+account, "1")); v.Result != supervisor.Parked {
			t.Fatalf("file %d: %s", i, v.Message)
		}
	}
	if v := h.offer("more.json", set("M", "1")); v.Code != "E_TOO_MANY" {
		t.Errorf("got %s %s", v.Result, v.Code)
	}
	if v := h.offer("w0.json", set("Pw0", "2")); v.Result != supervisor.Parked {
		t.Errorf("a newer file of one that waits was %s: %s", v.Result, v.Message)
	}
}
