package geminiweb_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// findQuota returns a quota of a finding.
func findQuota(all []cookie.Quota, model, window string) (cookie.Quota, bool) {
	for _, q := range all {
		if q.Model == model && q.Window == window {
			return q, true
		}
	}
	return cookie.Quota{}, false
}

// TestQuotas: a probe brings the account's allowances, at a polite pace.
func TestQuotas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		session := simulator.SessionConfig{Usage: simulator.Usage{Short: 0.25, Week: 0.9}, Quota: map[string]int{"e6fa609c3fa255c0": 4}}
		w := newWorld(t, session, geminiweb.Config{QuotaEvery: 30 * time.Minute})
		if _, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-pro", "hi"))); err != nil {
			t.Fatal(err)
		}
		f := w.client.Probe(t.Context(), w.set)
		for _, want := range []cookie.Quota{
			{Model: "all", Window: "5h", Remaining: 0.75}, {Model: "all", Window: "week", Remaining: 0.1},
			{Model: "pro", Window: "current", Remaining: 0.75}, {Model: "extras", Window: "current", Remaining: 0.75},
		} {
			got, ok := findQuota(f.Quotas, want.Model, want.Window)
			if !ok || got.Remaining < want.Remaining-0.001 || got.Remaining > want.Remaining+0.001 || !got.Reset.After(time.Now()) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
		if _, ok := findQuota(f.Quotas, "flash", "current"); ok {
			t.Error("a model without a limit has a quota")
		}
		if f.Restriction != 0 {
			t.Errorf("restriction %d", f.Restriction)
		}
		w.calls()
		for range 5 {
			time.Sleep(5 * time.Minute)
			if f := w.client.Probe(t.Context(), w.set); len(f.Quotas) == 0 {
				t.Error("a probe between forgets the quotas")
			}
		}
		if calls := w.calls(); calls["jSf9Qc"] != 0 {
			t.Errorf("asked again too soon: %v", calls)
		}
		time.Sleep(6 * time.Minute)
		w.client.Probe(t.Context(), w.set)
		if calls := w.calls(); calls["jSf9Qc"] != 1 || calls["rpc"] != 2 {
			t.Errorf("calls %v, want the four procedures in one call", calls)
		}
	})
}

// TestQuotasSayNothingAboutTheSession: a probe is as good without them.
func TestQuotasSayNothingAboutTheSession(t *testing.T) {
	t.Parallel()
	for _, f := range []simulator.Fault{
		{Kind: simulator.RPCRefused, Operations: []simulator.Operation{"jSf9Qc", "qpEbW"}},
		{Kind: simulator.Status, Code: 403, Operations: []simulator.Operation{"jSf9Qc"}},
		{Kind: simulator.Latency, Delay: time.Hour, Operations: []simulator.Operation{"jSf9Qc"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{QuotaEvery: time.Minute})
			w.client.Probe(t.Context(), w.set)
			w.sim.SetFault(f)
			start := time.Now()
			if got := w.client.Probe(t.Context(), w.set); got.Evidence != cookie.SignedIn {
				t.Errorf("%s: %s, %q", f.Kind, got.Evidence, got.Detail)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s: the probe took %s", f.Kind, took)
			}
		})
	}
}

// TestUsedUpLimitSaysUntilWhen: the wait of a refusal is that of the window that ended.
func TestUsedUpLimitSaysUntilWhen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{Usage: simulator.Usage{Short: 1}}, geminiweb.Config{QuotaEvery: time.Minute})
		w.client.Probe(t.Context(), w.set)
		f := w.client.Probe(t.Context(), w.set)
		q, _ := findQuota(f.Quotas, "all", "5h")
		_, err := w.ask(t.Context(), "hi")
		if got := chat.AsError(err); got.Kind != chat.Quota || got.RetryAfter != time.Until(q.Reset) || got.RetryAfter <= 0 {
			t.Errorf("got %v, retry after %s; want %s", err, got.RetryAfter, time.Until(q.Reset))
		}
	})
}

// TestRestrictedAccount: what the upstream holds against the account is known.
func TestRestrictedAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{Abuse: 7}, geminiweb.Config{QuotaEvery: time.Minute})
		if f := w.client.Probe(t.Context(), w.set); len(f.Quotas) != 0 {
			t.Error("the first probe of a session waits for quotas")
		}
		probe := func(want cookie.Evidence, restriction int) {
			t.Helper()
			if f := w.client.Probe(t.Context(), w.set); f.Evidence != want || f.Restriction != restriction {
				t.Errorf("%s with restriction %d, want %s: %s", f.Evidence, f.Restriction, want, f.Detail)
			}
		}
		probe(cookie.Action, 7) // questions are worth a try
		if _, err := w.ask(t.Context(), "hi"); err == nil {
			t.Error("a restricted account answers")
		}
		probe(cookie.Restricted, 7)
		if err := w.sim.Configure(w.set.PSID().Reveal(), func(c *simulator.SessionConfig) { c.Abuse = 0 }); err != nil {
			t.Fatal(err)
		}
		probe(cookie.SignedIn, 0) // asked at once, whatever QuotaEvery says
		if err := w.sim.Configure(w.set.PSID().Reveal(), func(c *simulator.SessionConfig) { c.Abuse = 7 }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		probe(cookie.Restricted, 7) // the refusal stands until an answer
	})
}
