package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// step is one finding, at a moment after the start.
type step struct {
	at   time.Duration
	from supervisor.Source
	what cookie.Evidence
}

const (
	probe  = supervisor.ByProbe
	rotate = supervisor.ByRotation
	live   = supervisor.ByRequest
)

// TestStates plays findings and looks at the state they lead to.
func TestStates(t *testing.T) {
	const minute = time.Minute
	tests := []struct {
		name  string
		steps []step
		later time.Duration // after the last step
		want  supervisor.State
		serve bool
	}{
		{name: "nothing is known at first", want: supervisor.Unknown, serve: true},
		{name: "one proof makes healthy", steps: []step{{0, probe, cookie.SignedIn}}, want: supervisor.Healthy, serve: true},
		{name: "a live answer is no proof", steps: []step{{0, live, cookie.SignedIn}}, want: supervisor.Unknown, serve: true},
		{name: "the first OUT closes the gate", steps: []step{{0, probe, cookie.SignedIn}, {minute, probe, cookie.SignedOut}}, want: supervisor.Suspect},
		{name: "a second OUT too soon is not believed", steps: []step{{0, probe, cookie.SignedOut}, {29 * time.Second, probe, cookie.SignedOut}}, want: supervisor.Suspect},
		{name: "a second OUT after half a minute is", steps: []step{{0, probe, cookie.SignedOut}, {30 * time.Second, probe, cookie.SignedOut}}, want: supervisor.Expired},
		{name: "OUT after a refused rotation is believed at once", steps: []step{{0, probe, cookie.SignedIn}, {minute, rotate, cookie.RotateRefused}, {minute, probe, cookie.SignedOut}}, want: supervisor.Expired},
		{name: "a refused rotation alone decides nothing", steps: []step{{0, probe, cookie.SignedIn}, {minute, rotate, cookie.RotateRefused}}, want: supervisor.Healthy, serve: true},
		{name: "a refusal before a proof is forgotten", steps: []step{{0, rotate, cookie.RotateRefused}, {minute, probe, cookie.SignedIn}, {2 * minute, probe, cookie.SignedOut}}, want: supervisor.Suspect},
		{name: "one IN opens the gate", steps: []step{{0, probe, cookie.SignedOut}, {minute / 2, probe, cookie.SignedIn}}, want: supervisor.Healthy, serve: true},
		{name: "one IN revives the expired", steps: []step{{0, probe, cookie.SignedOut}, {minute, probe, cookie.SignedOut}, {2 * minute, probe, cookie.SignedIn}}, want: supervisor.Healthy, serve: true},
		{name: "two failures are nothing", steps: []step{{0, probe, cookie.SignedIn}, {1, live, cookie.Transient}, {2, live, cookie.Transient}}, want: supervisor.Healthy, serve: true},
		{name: "three in a row degrade", steps: []step{{0, probe, cookie.SignedIn}, {1, live, cookie.Transient}, {2, live, cookie.Transient}, {3, live, cookie.Transient}}, want: supervisor.Degraded, serve: true},
		{name: "an answer between them does not let them add up", steps: []step{{0, probe, cookie.SignedIn}, {1, live, cookie.Transient}, {2, live, cookie.Transient}, {3, live, cookie.SignedIn}, {4, live, cookie.Transient}}, want: supervisor.Healthy, serve: true},
		{name: "no number of failures expires", steps: repeat(50, step{0, probe, cookie.Transient}), want: supervisor.Unknown, serve: true},
		{name: "being offline says nothing", steps: append([]step{{0, probe, cookie.SignedIn}}, repeat(50, step{minute, probe, cookie.Offline})...), want: supervisor.Healthy, serve: true},
		{name: "an old proof does not hold", steps: []step{{0, probe, cookie.SignedIn}}, later: 13 * minute, want: supervisor.Degraded, serve: true},
		{name: "drift degrades and does not expire", steps: append([]step{{0, probe, cookie.SignedIn}}, repeat(9, step{minute, probe, cookie.Drift})...), want: supervisor.Degraded, serve: true},
		{name: "terms to accept degrade", steps: []step{{0, probe, cookie.Action}, {0, probe, cookie.Action}}, want: supervisor.Unknown, serve: true},
		{name: "a block holds", steps: []step{{0, probe, cookie.SignedIn}, {minute, live, cookie.Blocked}}, want: supervisor.Blocked},
		{name: "time alone does not end a block", steps: []step{{0, live, cookie.Blocked}}, later: 24 * time.Hour, want: supervisor.Blocked},
		{name: "a proof ends a block", steps: []step{{0, live, cookie.Blocked}, {10 * minute, probe, cookie.SignedIn}}, want: supervisor.Healthy, serve: true},
		{name: "an answer to an older request does not end a block", steps: []step{{0, live, cookie.Blocked}, {1, live, cookie.SignedIn}}, want: supervisor.Blocked},
		{name: "slow down", steps: []step{{0, live, cookie.Limited}}, want: supervisor.RateLimited},
		{name: "a limited rotation limits no request", steps: []step{{0, probe, cookie.SignedIn}, {1, rotate, cookie.RotateLimited}}, want: supervisor.Healthy, serve: true},
		{name: "two dry rotations are chance", steps: []step{{0, probe, cookie.SignedIn}, {1, rotate, cookie.NoNewTS}, {2, rotate, cookie.NoNewTS}}, want: supervisor.Healthy, serve: true},
		{name: "three are a warning", steps: []step{{0, probe, cookie.SignedIn}, {1, rotate, cookie.NoNewTS}, {2, rotate, cookie.NoNewTS}, {3, rotate, cookie.NoNewTS}}, want: supervisor.Expiring, serve: true},
		{name: "which a proof does not lift", steps: []step{{1, rotate, cookie.NoNewTS}, {2, rotate, cookie.NoNewTS}, {3, rotate, cookie.NoNewTS}, {4, probe, cookie.SignedIn}}, want: supervisor.Expiring, serve: true},
		{name: "but a new value does", steps: []step{{0, probe, cookie.SignedIn}, {1, rotate, cookie.NoNewTS}, {2, rotate, cookie.NoNewTS}, {3, rotate, cookie.NoNewTS}, {4, rotate, cookie.Rotated}}, want: supervisor.Healthy, serve: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
			play := supervisor.NewPlay()
			now := start
			for _, s := range tt.steps {
				now = start.Add(s.at)
				play.Next(s.from, cookie.Finding{Evidence: s.what, Detail: "test"}, now)
			}
			state, serve := play.Judge(now.Add(tt.later))
			if state != tt.want || serve != tt.serve {
				t.Errorf("state %s serving %v, want %s serving %v", state, serve, tt.want, tt.serve)
			}
		})
	}
}

func repeat(n int, s step) []step {
	out := make([]step, n)
	for i := range out {
		out[i] = s
		out[i].at += time.Duration(i) * time.Second
	}
	return out
}

// TestHoldGrows: a sixteenth of what a block has lasted, within bounds, which are
// narrow for the first day; what the upstream asks for goes first.
func TestHoldGrows(t *testing.T) {
	tests := []struct {
		state         supervisor.State
		lasted, asked time.Duration
		want          time.Duration
	}{
		{supervisor.Blocked, 0, 0, 5 * time.Minute},
		{supervisor.Blocked, 2 * time.Hour, 0, 7*time.Minute + 30*time.Second},
		{supervisor.Blocked, 24*time.Hour - 1, 0, 8 * time.Minute},
		{supervisor.Blocked, 24 * time.Hour, 0, 90 * time.Minute},
		{supervisor.Blocked, 30 * 24 * time.Hour, 0, 6 * time.Hour},
		{supervisor.Blocked, 0, 90 * time.Minute, 90 * time.Minute},
		{supervisor.Blocked, 0, 90 * time.Hour, 24 * time.Hour},
		{supervisor.RateLimited, 0, 0, time.Minute},
		{supervisor.RateLimited, 10 * time.Minute, 0, 10 * time.Minute},
		{supervisor.RateLimited, 9 * time.Hour, 0, 30 * time.Minute},
		{supervisor.RateLimited, 0, time.Millisecond, time.Second},
	}
	for _, tt := range tests {
		if got := supervisor.HoldFor(tt.state, tt.lasted, tt.asked); got != tt.want {
			t.Errorf("%s after %s, asked %s: wait %s, want %s", tt.state, tt.lasted, tt.asked, got, tt.want)
		}
	}
}

// TestProofLifetime: a proof holds for two probe intervals and two minutes.
func TestProofLifetime(t *testing.T) {
	for _, tt := range []struct {
		every, age time.Duration
		want       supervisor.State
	}{
		{0, 12*time.Minute - time.Second, supervisor.Healthy},
		{0, 12*time.Minute + time.Second, supervisor.Degraded},
		{time.Minute, 4*time.Minute - time.Second, supervisor.Healthy},
		{time.Minute, 4*time.Minute + time.Second, supervisor.Degraded},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := open(t, &upstream{every: tt.every}, &memory{})
			h.offer("cookies.txt", set("A", "1"))
			time.Sleep(tt.age)
			h.up.answers(cookie.Transient) // says nothing, and has the state read off anew
			_, _ = h.Probe(t.Context(), "default")
			if got := h.state("default"); got != tt.want {
				t.Errorf("%v after a proof, probed every %v: %s, want %s", tt.age, tt.every, got, tt.want)
			}
		})
	}
}
