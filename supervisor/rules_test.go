package supervisor_test

import (
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

// allEvidence is every class of evidence, the last one IdentityChanged.
func allEvidence() (all []cookie.Evidence) {
	for e := cookie.Silent; e <= cookie.Restricted; e++ {
		all = append(all, e)
	}
	return all
}

// TestRules looks at every row of the state table: which facts a finding changes,
// and which it leaves alone. What has no row here must change nothing.
func TestRules(t *testing.T) {
	const detail = "test"
	base := supervisor.Facts{Proven: true, Proof: ago(time.Minute), Transient: 1, DryRotations: 1, Evidence: "before"}
	type facts = supervisor.Facts
	rows := []struct {
		name     string
		from     supervisor.Source
		evidence cookie.Evidence
		wait     time.Duration
		given    func(f *facts)
		want     func(f *facts)
	}{
		{"a proof heals", probe, cookie.SignedIn, 0,
			func(f *facts) {
				*f = facts{FirstOut: ago(2), Expired: ago(1), Transient: 4, Trouble: "x", Hold: supervisor.Blocked, HoldSince: ago(9), HoldUntil: ago(1), Evidence: "before"}
			},
			func(f *facts) { *f = facts{Proven: true, Proof: noon, Evidence: "signed in: test"} }},
		{"a proof keeps what is known of renewals", probe, cookie.SignedIn, 0,
			func(f *facts) { f.MissedSince, f.NoValue = ago(time.Hour), true },
			func(f *facts) { f.Proof, f.Transient, f.Evidence = noon, 0, "signed in: test" }},
		{"a proof after a refusal makes it a missed renewal and an answer", probe, cookie.SignedIn, 0,
			func(f *facts) { f.Refused = true },
			func(f *facts) {
				f.Proof, f.Transient, f.Refused, f.MissedSince, f.NoValue, f.Evidence = noon, 0, false, noon, true, "signed in: test"
			}},
		{"a proof after a refusal keeps the first miss", probe, cookie.SignedIn, 0,
			func(f *facts) { f.Refused, f.MissedSince = true, ago(time.Hour) },
			func(f *facts) {
				f.Proof, f.Transient, f.Refused, f.NoValue, f.Evidence = noon, 0, false, true, "signed in: test"
			}},
		{"a live answer ends failures", live, cookie.SignedIn, 0, nil, func(f *facts) { f.Transient = 0 }},
		{"two failures were not said", live, cookie.SignedIn, 0,
			func(f *facts) { f.Transient = 2 }, func(f *facts) { f.Transient = 0 }},
		{"three were", live, cookie.SignedIn, 0,
			func(f *facts) { f.Transient = 3 }, func(f *facts) { f.Transient, f.Evidence = 0, "requests are answered again" }},
		{"the first OUT closes the gate and ends a hold", probe, cookie.SignedOut, 0,
			func(f *facts) { f.Hold = supervisor.Blocked },
			func(f *facts) { f.Hold, f.FirstOut, f.Transient, f.Evidence = "", noon, 0, "signed out: test" }},
		{"a second OUT a moment too early", probe, cookie.SignedOut, 0,
			func(f *facts) { f.FirstOut = ago(30*time.Second - 1) },
			func(f *facts) { f.Transient, f.Evidence = 0, "signed out: test" }},
		{"a second OUT in time", probe, cookie.SignedOut, 0,
			func(f *facts) { f.FirstOut = ago(30 * time.Second) },
			func(f *facts) { f.Expired, f.Transient, f.Evidence = noon, 0, "signed out: test" }},
		{"an OUT after a refused rotation", probe, cookie.SignedOut, 0,
			func(f *facts) { f.Refused = true },
			func(f *facts) { f.FirstOut, f.Expired, f.Transient, f.Evidence = noon, noon, 0, "signed out: test" }},
		{"a further OUT leaves the moment of the end", probe, cookie.SignedOut, 0,
			func(f *facts) { f.FirstOut, f.Expired = ago(time.Hour), ago(time.Minute) },
			func(f *facts) { f.Transient, f.Evidence = 0, "signed out: test" }},
		{"drift by a probe", probe, cookie.Drift, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "drift: test", "drift: test" }},
		{"drift by a rotation", rotate, cookie.Drift, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "drift: test", "drift: test" }},
		{"drift by a request", live, cookie.Drift, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "drift: test", "drift: test" }},
		{"drift in a trial call puts the next one off", probe, cookie.Drift, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.Blocked, ago(4*time.Hour), noon },
			func(f *facts) {
				f.Trouble, f.Evidence, f.HoldUntil = "drift: test", "drift: test", noon.Add(8*time.Minute)
			}},
		{"terms by a probe", probe, cookie.Action, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "action: test", "action: test" }},
		{"terms by a rotation", rotate, cookie.Action, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "action: test", "action: test" }},
		{"terms by a request", live, cookie.Action, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "action: test", "action: test" }},
		{"another account by a probe", probe, cookie.IdentityChanged, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "identity_changed: test", "identity_changed: test" }},
		{"another account by a rotation", rotate, cookie.IdentityChanged, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "identity_changed: test", "identity_changed: test" }},
		{"another account by a request", live, cookie.IdentityChanged, 0, nil, func(f *facts) { f.Trouble, f.Evidence = "identity_changed: test", "identity_changed: test" }},
		{"a restriction by a probe", probe, cookie.Restricted, 0, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.Blocked, noon, noon.Add(5*time.Minute), "blocked: test"
		}},
		{"a restriction in a trial call puts the next one off", probe, cookie.Restricted, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.Blocked, ago(4*time.Hour), noon },
			func(f *facts) { f.HoldUntil, f.Evidence = noon.Add(8*time.Minute), "blocked: test" }},
		{"a block by a request", live, cookie.Blocked, 0, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.Blocked, noon, noon.Add(5*time.Minute), "blocked: test"
		}},
		{"a block by a rotation", rotate, cookie.Blocked, 0, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.Blocked, noon, noon.Add(5*time.Minute), "blocked: test"
		}},
		{"a block goes on", probe, cookie.Blocked, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.Blocked, ago(160*time.Minute), noon },
			func(f *facts) { f.HoldUntil, f.Evidence = noon.Add(8*time.Minute), "blocked: test" }},
		{"a block after a limit begins anew", probe, cookie.Blocked, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.RateLimited, ago(160*time.Minute), noon },
			func(f *facts) {
				f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.Blocked, noon, noon.Add(5*time.Minute), "blocked: test"
			}},
		{"a block with a wait of its own", probe, cookie.Blocked, time.Hour, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.Blocked, noon, noon.Add(time.Hour), "blocked: test"
		}},
		{"a limit by a probe", probe, cookie.Limited, 0, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.RateLimited, noon, noon.Add(time.Minute), "rate_limited: test"
		}},
		{"a limit by a request", live, cookie.Limited, 0, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.RateLimited, noon, noon.Add(time.Minute), "rate_limited: test"
		}},
		{"a limit with a wait that is over", probe, cookie.Limited, -time.Hour, nil, func(f *facts) {
			f.Hold, f.HoldSince, f.HoldUntil, f.Evidence = supervisor.RateLimited, noon, noon.Add(time.Minute), "rate_limited: test"
		}},
		{"the second failure by a probe", probe, cookie.Transient, 0, nil, func(f *facts) { f.Transient = 2 }},
		{"the third failure is said", live, cookie.Transient, 0,
			func(f *facts) { f.Transient = 2 }, func(f *facts) { f.Transient, f.Evidence = 3, "upstream fails: test" }},
		{"a failed trial call puts the next one off", probe, cookie.Transient, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.RateLimited, ago(10*time.Minute), noon },
			func(f *facts) { f.Transient, f.HoldUntil = 2, noon.Add(10*time.Minute) }},
		{"a failure before the trial call does not", live, cookie.Transient, 0,
			func(f *facts) {
				f.Hold, f.HoldSince, f.HoldUntil = supervisor.RateLimited, ago(10*time.Minute), noon.Add(1)
			},
			func(f *facts) { f.Transient = 2 }},
		{"a trial call without a network", probe, cookie.Offline, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.Blocked, ago(160*time.Minute), ago(1) },
			func(f *facts) { f.HoldUntil = noon.Add(8 * time.Minute) }},
		{"a trial call with a weak answer", probe, cookie.WeakOut, 0,
			func(f *facts) { f.Hold, f.HoldSince, f.HoldUntil = supervisor.Blocked, ago(160*time.Minute), ago(1) },
			func(f *facts) { f.HoldUntil = noon.Add(8 * time.Minute) }},
		{"being offline without a hold", probe, cookie.Offline, 0, nil, func(*facts) {}},
		{"a weak answer without a hold", probe, cookie.WeakOut, 0, nil, func(*facts) {}},
		{"a new value", rotate, cookie.Rotated, 0,
			func(f *facts) { f.Refused, f.NoValue, f.MissedSince = true, true, ago(time.Hour) },
			func(f *facts) {
				f.DryRotations, f.Refused, f.NoValue, f.Transient, f.MissedSince = 0, false, false, 0, time.Time{}
			}},
		{"an answer without a value", rotate, cookie.NoNewTS, 0, nil, func(f *facts) { f.DryRotations, f.NoValue, f.MissedSince = 2, true, noon }},
		{"a limited rotation is no answer about values", rotate, cookie.RotateLimited, 0, nil, func(f *facts) { f.DryRotations, f.MissedSince = 2, noon }},
		{"a refused rotation", rotate, cookie.RotateRefused, 0, nil, func(f *facts) { f.DryRotations, f.Refused = 2, true }},
		{"a rotation that failed", rotate, cookie.Transient, 0, nil, func(f *facts) { f.MissedSince = noon }},
		{"a rotation without a network", rotate, cookie.Offline, 0, nil, func(f *facts) { f.MissedSince = noon }},
		{"a rotation that says nothing", rotate, cookie.Silent, 0, nil, func(f *facts) { f.MissedSince = noon }},
		{"the first miss is kept", rotate, cookie.Offline, 0, func(f *facts) { f.MissedSince = ago(time.Hour) }, func(*facts) {}},
	}
	type key struct {
		from     supervisor.Source
		evidence cookie.Evidence
	}
	seen := map[key]bool{}
	for _, row := range rows {
		seen[key{row.from, row.evidence}] = true
		t.Run(row.name, func(t *testing.T) {
			given := base
			if row.given != nil {
				row.given(&given)
			}
			want := given
			row.want(&want)
			got := supervisor.Next(given, row.from, cookie.Finding{Evidence: row.evidence, Detail: detail, RetryAfter: row.wait}, noon)
			if got != want {
				t.Errorf("%s\ngot  %+v\nwant %+v", row.evidence, got, want)
			}
		})
	}
	for _, from := range []supervisor.Source{probe, rotate, live} {
		for _, e := range allEvidence() {
			row := seen[key{from, e}]
			if got := supervisor.Next(base, from, cookie.Finding{Evidence: e, Detail: detail}, noon); !row && got != base {
				t.Errorf("source %d, %s: has no row in this test and changes the facts to %+v", from, e, got)
			}
		}
	}
}

// TestJudge reads every state off the facts, at both sides of every bound.
func TestJudge(t *testing.T) {
	const fresh = 12 * time.Minute
	good := supervisor.Facts{Proven: true, Proof: noon}
	tests := []struct {
		name  string
		facts func(f *supervisor.Facts)
		look  func(o *supervisor.Outlook)
		want  supervisor.State
	}{
		{"good", nil, nil, supervisor.Healthy},
		{"unreadable before all", func(f *supervisor.Facts) { f.Expired = noon }, func(o *supervisor.Outlook) { o.Unread, o.Absent = true, true }, supervisor.Unreadable},
		{"missing before expired", func(f *supervisor.Facts) { f.Expired = noon }, func(o *supervisor.Outlook) { o.Absent = true }, supervisor.Missing},
		{"expired before a hold", func(f *supervisor.Facts) { f.Expired, f.Hold = noon, supervisor.Blocked }, nil, supervisor.Expired},
		{"a hold before a closed gate", func(f *supervisor.Facts) { f.FirstOut, f.Hold = noon, supervisor.RateLimited }, nil, supervisor.RateLimited},
		{"a closed gate before unknown", func(f *supervisor.Facts) { f.FirstOut, f.Proven = noon, false }, nil, supervisor.Suspect},
		{"unknown before failures", func(f *supervisor.Facts) { f.Proven, f.Transient = false, 3 }, nil, supervisor.Unknown},
		{"two failures", func(f *supervisor.Facts) { f.Transient = 2 }, nil, supervisor.Healthy},
		{"three failures", func(f *supervisor.Facts) { f.Transient = 3 }, nil, supervisor.Degraded},
		{"trouble", func(f *supervisor.Facts) { f.Trouble = "x" }, nil, supervisor.Degraded},
		{"a proof that just holds", func(f *supervisor.Facts) { f.Proof = ago(fresh) }, nil, supervisor.Healthy},
		{"a proof too old", func(f *supervisor.Facts) { f.Proof = ago(fresh + 1) }, nil, supervisor.Degraded},
		{"a proof too old after a jump of the clock", func(f *supervisor.Facts) { f.Proof = ago(fresh + 1) }, func(o *supervisor.Outlook) { o.Waking = true }, supervisor.Healthy},
		{"failures before dryness", func(f *supervisor.Facts) { f.Transient, f.DryRotations = 3, 3 }, nil, supervisor.Degraded},
		{"two dry", func(f *supervisor.Facts) { f.DryRotations = 2 }, nil, supervisor.Healthy},
		{"three dry", func(f *supervisor.Facts) { f.DryRotations = 3 }, nil, supervisor.Expiring},
		{"one dry near the end", func(f *supervisor.Facts) { f.DryRotations = 1 }, func(o *supervisor.Outlook) { o.End, o.Life = noon, time.Hour }, supervisor.Healthy},
		{"two dry near the end of a short life", func(f *supervisor.Facts) { f.DryRotations = 2 }, func(o *supervisor.Outlook) { o.End, o.Life = noon.Add(10*time.Minute-1), 15*time.Minute }, supervisor.Expiring},
		{"two dry before the end of a short life", func(f *supervisor.Facts) { f.DryRotations = 2 }, func(o *supervisor.Outlook) { o.End, o.Life = noon.Add(10*time.Minute), 15*time.Minute }, supervisor.Healthy},
		{"two dry near the end of an hour", func(f *supervisor.Facts) { f.DryRotations = 2 }, func(o *supervisor.Outlook) { o.End, o.Life = noon.Add(30*time.Minute-1), time.Hour }, supervisor.Expiring},
		{"two dry before the end of an hour", func(f *supervisor.Facts) { f.DryRotations = 2 }, func(o *supervisor.Outlook) { o.End, o.Life = noon.Add(30*time.Minute), time.Hour }, supervisor.Healthy},
		{"two dry near the end of a long life", func(f *supervisor.Facts) { f.DryRotations = 2 }, func(o *supervisor.Outlook) { o.End, o.Life = noon.Add(90*time.Minute-1), 5*day }, supervisor.Expiring},
		{"two dry before the end of a long life", func(f *supervisor.Facts) { f.DryRotations = 2 }, func(o *supervisor.Outlook) { o.End, o.Life = noon.Add(90*time.Minute), 5*day }, supervisor.Healthy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, o := good, supervisor.Outlook{Now: noon, Fresh: fresh}
			if tt.facts != nil {
				tt.facts(&f)
			}
			if tt.look != nil {
				tt.look(&o)
			}
			if got := supervisor.Judge(f, o); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestGrounds: the sentence that goes with a state.
func TestGrounds(t *testing.T) {
	tests := []struct {
		state supervisor.State
		facts supervisor.Facts
		want  string
	}{
		{supervisor.Healthy, supervisor.Facts{Evidence: "e"}, "e"},
		{supervisor.Expiring, supervisor.Facts{DryRotations: 4, MissedSince: ago(time.Hour), Evidence: "e"}, "4 rotations in a row gave no new value, the first 1 h 0 min ago"},
		{supervisor.Degraded, supervisor.Facts{Proof: ago(20 * time.Minute), Transient: 2, Evidence: "e"}, "no proof of life for 20 min"},
		{supervisor.Degraded, supervisor.Facts{Proof: ago(20 * time.Minute), Transient: 3, Evidence: "e"}, "e"},
		{supervisor.Suspect, supervisor.Facts{Proof: ago(20 * time.Minute), FirstOut: noon, Evidence: "e"}, "e"},
		{supervisor.Degraded, supervisor.Facts{Proof: ago(20 * time.Minute), Trouble: "x", Evidence: "e"}, "e"},
		{supervisor.Missing, supervisor.Facts{}, "no cookies were taken in yet"},
		{supervisor.Missing, supervisor.Facts{Evidence: "removed by command"}, "removed by command"},
	}
	for _, tt := range tests {
		if got := supervisor.Grounds(tt.facts, tt.state, supervisor.Outlook{Now: noon}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.state, got, tt.want)
		}
	}
}
