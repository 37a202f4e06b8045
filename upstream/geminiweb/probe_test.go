package geminiweb_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	page, rpc := []simulator.Operation{simulator.OpPage}, []simulator.Operation{simulator.OpRPC}
	tests := []struct {
		name    string
		session simulator.SessionConfig
		faults  []simulator.Fault
		revoked bool
		want    cookie.Evidence
		detail  string
	}{
		{name: "signed in", want: cookie.SignedIn},
		{name: "signed in without a token in the page", faults: []simulator.Fault{{Kind: simulator.NoToken}}, want: cookie.SignedIn},
		{name: "untrusted", session: simulator.SessionConfig{Status: 1033}, want: cookie.SignedIn},
		{name: "signed out", revoked: true, want: cookie.SignedOut, detail: "1016"},
		{name: "signed out, everything refused", revoked: true, session: simulator.SessionConfig{Guest: simulator.GuestUnauthorized}, want: cookie.SignedOut},
		{name: "signed out, sent to the sign-in page", revoked: true, session: simulator.SessionConfig{Guest: simulator.GuestRedirected}, want: cookie.SignedOut},
		{name: "the RPC refuses, the page has a token", faults: []simulator.Fault{{Kind: simulator.RPCRefused, Code: 7}}, want: cookie.WeakOut},
		{name: "the RPC refuses, the page has none", faults: []simulator.Fault{{Kind: simulator.RPCRefused, Code: 7}, {Kind: simulator.NoToken}}, want: cookie.SignedOut},
		{name: "region", session: simulator.SessionConfig{Status: 1060}, want: cookie.Action, detail: "1060"},
		{name: "terms", session: simulator.SessionConfig{Status: 1040}, want: cookie.Action},
		{name: "guardian", session: simulator.SessionConfig{Status: 1057}, want: cookie.Action},
		{name: "for a while", session: simulator.SessionConfig{Status: 1014}, want: cookie.Transient},
		{name: "unknown status", session: simulator.SessionConfig{Status: 1999}, want: cookie.Drift, detail: "1999"},
		{name: "consent page", faults: []simulator.Fault{{Kind: simulator.ConsentPage}}, want: cookie.Action},
		{name: "page of another format", faults: []simulator.Fault{{Kind: simulator.Drift}}, want: cookie.Drift},
		{name: "captcha", faults: []simulator.Fault{{Kind: simulator.Sorry, Operations: page}}, want: cookie.Blocked},
		{name: "captcha at the RPC", faults: []simulator.Fault{{Kind: simulator.Sorry, Operations: rpc}}, want: cookie.Blocked},
		{name: "sign-in page at the RPC", faults: []simulator.Fault{{Kind: simulator.Login, Operations: rpc}}, want: cookie.WeakOut},
		{name: "slow down", faults: []simulator.Fault{{Kind: simulator.Status, Code: 429, Operations: rpc, Header: map[string]string{"Retry-After": "120"}}}, want: cookie.Limited},
		{name: "outage", faults: []simulator.Fault{{Kind: simulator.Status, Code: 502}}, want: cookie.Transient},
		{name: "no network", faults: []simulator.Fault{{Kind: simulator.Outage}}, want: cookie.Offline},
		{name: "reset", faults: []simulator.Fault{{Kind: simulator.Reset, Bytes: 100, Operations: page}}, want: cookie.Transient},
		{name: "reset at the RPC", faults: []simulator.Fault{{Kind: simulator.Reset, Bytes: 10, Operations: rpc}}, want: cookie.Transient},
		{name: "silence", faults: []simulator.Fault{{Kind: simulator.Stall, Bytes: 10, Operations: rpc}}, want: cookie.Transient},
		{name: "empty answer", faults: []simulator.Fault{{Kind: simulator.Empty, Operations: rpc}}, want: cookie.Drift},
	}
	for _, tt := range tests {
		for _, seen := range []bool{false, true} {
			t.Run(tt.name+map[bool]string{true: " again"}[seen], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, tt.session, geminiweb.Config{})
					if seen {
						w.client.Probe(t.Context(), w.set)
					}
					for _, f := range tt.faults {
						w.sim.SetFault(f)
					}
					if tt.revoked {
						if err := w.sim.Revoke(w.set.PSID().Reveal()); err != nil {
							t.Fatal(err)
						}
					}
					got := w.client.Probe(t.Context(), w.set)
					want := tt.want
					if seen && tt.name == "reset" || seen && tt.name == "captcha" || seen && strings.HasPrefix(tt.name, "page of") || seen && tt.name == "consent page" {
						want = cookie.SignedIn // the page is not read again
					}
					if got.Evidence != want || !strings.Contains(got.Detail, tt.detail) || got.Detail == "" {
						t.Errorf("got %s, %q; want %s, %q", got.Evidence, got.Detail, want, tt.detail)
					}
					if got.Evidence == cookie.SignedIn && len(got.Account) != 16 {
						t.Errorf("account %q is no hash", got.Account)
					}
					if got.Evidence == cookie.Limited && got.RetryAfter != 2*time.Minute {
						t.Errorf("retry after %s", got.RetryAfter)
					}
				})
			})
		}
	}
}

func TestProbeFindsWhatTheAccountOffers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		plan                       simulator.Plan
		fast, pro, thinking, extra string
	}{
		{simulator.Free, "fbb127bbb056c959", "9d8ca3786ebdfbea", "5bf011840784117a", ""},
		{simulator.Plus, "56fdd199312815e2", "e6fa609c3fa255c0", "e051ce1aa80aa576", "gemini-flash-lite"},
		{simulator.Advanced, "56fdd199312815e2", "e6fa609c3fa255c0", "e051ce1aa80aa576", "gemini-flash-lite"},
	}
	for _, tt := range tests {
		t.Run(string(tt.plan), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newPlainWorld(t, simulator.SessionConfig{Plan: tt.plan}, geminiweb.Config{})
				if got := len(w.client.Models(w.set)); got != 7 {
					t.Errorf("%d models before the first probe, want seven", got)
				}
				w.client.Probe(t.Context(), w.set)
				listed := make(map[string]bool)
				for _, m := range w.client.Models(w.set) {
					listed[m.ID] = true
					if m.ID == "" || m.Name == "" || m.Description == "" || m.InputLimit == 0 {
						t.Errorf("%+v is incomplete", m)
					}
				}
				for model, id := range map[string]string{
					"gemini-2.5-flash": tt.fast, "gemini-3-pro-preview": tt.pro, "gemini-thinking": tt.thinking,
				} {
					if !listed[model] {
						t.Errorf("%s is not listed", model)
					}
					w.calls()
					for range w.client.Stream(t.Context(), w.set, newRequest(model, "hi")) {
					}
					if journal := w.sim.Journal(); len(journal) != 1 || journal[0].Model != id {
						t.Errorf("%s asked for %+v, want %s", model, journal, id)
					}
				}
				if tt.extra != "" && !listed[tt.extra] {
					t.Errorf("%s is not listed in %v", tt.extra, listed)
				}
			})
		})
	}
}

// TestListedNames: each name that is listed can be asked for, the owner's too.
func TestListedNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Overrides: map[string]string{"mine": "8c46e95b1a07cecc"}})
		var listed []string
		for _, m := range w.client.Models(w.set) {
			listed = append(listed, m.ID)
			for _, err := range w.client.Stream(t.Context(), w.set, newRequest(m.ID, "hi")) {
				if err != nil {
					t.Errorf("%s is listed: %v", m.ID, err)
				}
			}
		}
		if !slices.Contains(listed, "mine") {
			t.Errorf("mine is not among %v", listed)
		}
	})
}

func TestOverride(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newPlainWorld(t, simulator.SessionConfig{}, geminiweb.Config{Overrides: map[string]string{"gemini-2.5-pro": "8c46e95b1a07cecc"}})
		for range w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-pro", "hi")) {
		}
		journal := w.sim.Journal()
		if got := journal[len(journal)-1].Model; got != "8c46e95b1a07cecc" {
			t.Errorf("asked for %s", got)
		}
	})
}

func TestProbeReturnsRefreshedCookies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		got := w.client.Probe(t.Context(), w.set)
		names := make(map[string]bool)
		for _, extra := range got.Set.Extra() {
			names[extra.Name] = true
		}
		if !names["SIDCC"] || !names["NID"] || got.Set.Key() != w.set.Key() {
			t.Errorf("got the cookies %v; want the old and the new ones, and the same session", names)
		}
		for _, entry := range w.sim.Journal() {
			if len(entry.Violations) > 0 {
				t.Errorf("%s broke cookie rules: %v", entry.Operation, entry.Violations)
			}
		}
	})
}

func TestRotate(t *testing.T) {
	t.Parallel()
	rotate := []simulator.Operation{simulator.OpRotate}
	status := func(code int) []simulator.Fault {
		return []simulator.Fault{{Kind: simulator.Status, Code: code, Operations: rotate, Header: map[string]string{"Retry-After": "90"}}}
	}
	tests := []struct {
		name     string
		session  simulator.SessionConfig
		faults   []simulator.Fault
		revoked  bool
		want     cookie.Evidence
		interval time.Duration
		retry    time.Duration
	}{
		{name: "rotated", want: cookie.Rotated, interval: 10 * time.Minute},
		{name: "device-bound", session: simulator.SessionConfig{Bound: true}, want: cookie.NoNewTS, interval: 10 * time.Minute},
		{name: "never again", faults: []simulator.Fault{{Kind: simulator.Interval, Code: 2147483647}}, want: cookie.Rotated, interval: math.MaxInt32 * time.Second},
		{name: "in more than an hour", faults: []simulator.Fault{{Kind: simulator.Interval, Code: 3601}}, want: cookie.Rotated, interval: 3601 * time.Second},
		{name: "dead", revoked: true, want: cookie.RotateRefused},
		{name: "401", faults: status(401), want: cookie.RotateRefused},
		{name: "403", faults: status(403), want: cookie.RotateRefused},
		{name: "429", faults: status(429), want: cookie.RotateLimited, retry: 90 * time.Second},
		{name: "500", faults: status(500), want: cookie.Transient},
		{name: "404", faults: status(404), want: cookie.Transient},
		{name: "sign-in page", faults: []simulator.Fault{{Kind: simulator.Login, Operations: rotate}}, want: cookie.RotateRefused},
		{name: "captcha", faults: []simulator.Fault{{Kind: simulator.Sorry, Operations: rotate}}, want: cookie.Blocked},
		{name: "no network", faults: []simulator.Fault{{Kind: simulator.Outage, Operations: rotate}}, want: cookie.Offline},
		{name: "lost answer", faults: []simulator.Fault{{Kind: simulator.Lost, Operations: rotate}}, want: cookie.Transient},
		{name: "torn answer", faults: []simulator.Fault{{Kind: simulator.Reset, Bytes: 5, Operations: rotate}}, want: cookie.Rotated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tt.session, geminiweb.Config{})
				for _, f := range tt.faults {
					w.sim.SetFault(f)
				}
				if tt.revoked {
					if err := w.sim.Revoke(w.set.PSID().Reveal()); err != nil {
						t.Fatal(err)
					}
				}
				got := w.client.Rotate(t.Context(), w.set)
				if got.Evidence != tt.want || got.Interval != tt.interval || got.RetryAfter != tt.retry {
					t.Errorf("got %s (%s), interval %s, retry %s; want %s, %s, %s", got.Evidence, got.Detail, got.Interval, got.RetryAfter, tt.want, tt.interval, tt.retry)
				}
				if changed := !got.Set.IsZero() && got.Set.Key() != w.set.Key(); changed != (tt.want == cookie.Rotated) {
					t.Errorf("the set changed: %v", changed)
				}
				for _, entry := range w.sim.Journal() {
					if entry.Operation == simulator.OpRotate && len(entry.Cookies) != 2 {
						t.Errorf("the rotation brought %v", entry.Cookies)
					}
				}
			})
		})
	}
}

func TestRenewCarriesTheSessionOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newPlainWorld(t, simulator.SessionConfig{TokenPerRotation: true}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		rotated := w.client.Rotate(t.Context(), w.set).Set
		w.calls()
		w.client.Renew(t.Context(), w.set, rotated)
		w.set = rotated
		if _, err := w.ask(t.Context(), "hi"); err != nil {
			t.Error(err)
		}
		if got, want := w.calls(), (map[string]int{"page": 1, "generate": 1}); !maps.Equal(got, want) {
			t.Errorf("calls %v, want %v", got, want)
		}
	})
}

func TestFailedRenewKeepsTheOldToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newPlainWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		rotated := w.client.Rotate(t.Context(), w.set).Set
		w.sim.SetFault(simulator.Fault{Name: "down", Kind: simulator.Status, Code: 503, Operations: []simulator.Operation{simulator.OpPage}})
		w.client.Renew(t.Context(), w.set, rotated)
		w.set = rotated
		w.calls()
		if _, err := w.ask(t.Context(), "hi"); err != nil {
			t.Error(err)
		}
		if got, want := w.calls(), (map[string]int{"generate": 1}); !maps.Equal(got, want) {
			t.Errorf("calls %v, want %v", got, want)
		}
		w.sim.ClearFault("down")
		w.client.Probe(t.Context(), w.set)
		w.client.Probe(t.Context(), w.set)
		if got, want := w.calls(), (map[string]int{"page": 1, "rpc": 2, "otAQ7b": 2}); !maps.Equal(got, want) {
			t.Errorf("calls %v, want %v: the page is read once it works again", got, want)
		}
	})
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	for _, handed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10, HandOutToken: handed})
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: sim})
			w.sim = sim
			w.set = setOf(sim.AddSession(simulator.SessionConfig{TokenPerRotation: true}))
			w.client.Probe(t.Context(), w.set)
			fresh, err := sim.Renew(w.set.PSID().Reveal()) // somebody else rotates, the page token dies
			if err != nil {
				t.Fatal(err)
			}
			next := w.set.WithPSIDTS(cookie.NewValue(fresh))
			sim.SetFault(simulator.Fault{Name: "down", Kind: simulator.Status, Code: 503, Operations: []simulator.Operation{simulator.OpPage}})
			w.client.Renew(t.Context(), w.set, next)
			sim.ClearFaults()
			w.set = next
			w.calls()
			for range 2 {
				if answer, err := w.ask(t.Context(), "[say fine]"); err != nil || answer.Text != "fine" {
					t.Errorf("got %q, %v", answer.Text, err)
				}
			}
			want := map[string]int{"generate": 3, "page": 1}
			if handed {
				delete(want, "page")
			}
			if got := w.calls(); !maps.Equal(got, want) {
				t.Errorf("handed out %v: calls %v, want %v", handed, got, want)
			}
		})
	}
}

func TestPageWithoutTokenUsesTheLastOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		rotated := w.client.Rotate(t.Context(), w.set).Set
		w.sim.SetFault(simulator.Fault{Kind: simulator.NoToken, Operations: []simulator.Operation{simulator.OpPage}})
		w.client.Renew(t.Context(), w.set, rotated)
		w.set = rotated
		if _, err := w.ask(t.Context(), "hi"); err != nil {
			t.Error(err)
		}
	})
}
