package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestApplyProbe: when the next probe and rotation come after each answer, and what
// is counted. The draws are the lowest: waits are the shortest of their kind.
func TestApplyProbe(t *testing.T) {
	const s, m = time.Second, time.Minute
	type memo = supervisor.Memo
	type facts = supervisor.Facts
	in := cookie.Finding{Evidence: cookie.SignedIn}
	out := cookie.Finding{Evidence: cookie.SignedOut}
	fails := cookie.Finding{Evidence: cookie.Transient}
	tests := []struct {
		name     string
		given    memo
		previous bool
		finding  cookie.Finding
		probe    time.Duration // the next one
		rotation time.Duration // the next one; 0 for none planned
		wake     time.Duration
		failures int
	}{
		{"the first proof", memo{Halted: true}, false, in, 270 * s, m, 0, 0},
		{"the first proof of a short life", memo{Lifetimes: supervisor.Lifetimes{Deaths: []time.Duration{3 * m}}}, false, in, 270 * s, m, m, 0},
		{"the first proof with a rotation planned", memo{NextRotation: noon.Add(7 * m)}, false, in, 270 * s, 7 * m, 0, 0},
		{"one more proof", memo{Facts: facts{Proven: true}}, false, in, 270 * s, 0, 0, 0},
		{"back, and rotations had failed", memo{Facts: facts{Proven: true}, ProbeFailures: 2, RotateFailures: 1, NextRotation: noon.Add(7 * m)}, false, in, 270 * s, -1, 0, 0},
		{"back, and rotations had not failed", memo{Facts: facts{Proven: true}, ProbeFailures: 2, NextRotation: noon.Add(7 * m)}, false, in, 270 * s, 7 * m, 0, 0},
		{"back, and rotations gave nothing", memo{Facts: facts{Proven: true, DryRotations: 1}, ProbeFailures: 2, RotateFailures: 1, NextRotation: noon.Add(7 * m)}, false, in, 270 * s, 7 * m, 0, 0},
		{"not away, and rotations had failed", memo{Facts: facts{Proven: true}, RotateFailures: 1, NextRotation: noon.Add(7 * m)}, false, in, 270 * s, 7 * m, 0, 0},
		{"on trial", memo{Facts: facts{Proven: true}, WasGood: true, Swapped: ago(5 * m)}, true, in, m, 0, 0, 0},
		{"on trial without a set before", memo{Facts: facts{Proven: true}, WasGood: true, Swapped: ago(5 * m)}, false, in, 270 * s, 0, 0, 0},
		{"on trial after a bad set", memo{Facts: facts{Proven: true}, Swapped: ago(5 * m)}, true, in, 270 * s, 0, 0, 0},
		{"never swapped", memo{Facts: facts{Proven: true}, WasGood: true}, true, in, 270 * s, 0, 0, 0},
		{"after the trial", memo{Facts: facts{Proven: true}, WasGood: true, Swapped: ago(5*m + 1)}, true, in, 270 * s, 0, 0, 0},
		{"the first OUT", memo{}, false, out, 30 * s, 0, 30 * s, 1},
		{"the second OUT", memo{Facts: facts{FirstOut: ago(30 * s)}}, false, out, time.Hour, 0, 0, 1},
		{"an OUT of an expired session", memo{Facts: facts{FirstOut: ago(m), Expired: ago(m)}, ProbeFailures: 1}, false, out, 2 * time.Hour, 0, 0, 2},
		{"a confirming probe too early", memo{Facts: facts{FirstOut: ago(10 * s)}}, false, fails, 20 * s, 0, 0, 1},
		{"a confirming probe without an answer", memo{Facts: facts{FirstOut: ago(30 * s)}, ProbeFailures: 1}, false, fails, m, 0, 0, 2},
		{"a failure", memo{}, false, fails, m, 0, 0, 1},
		{"the second failure", memo{ProbeFailures: 1}, false, fails, 2 * m, 0, 0, 2},
		{"a block", memo{}, false, cookie.Finding{Evidence: cookie.Blocked, RetryAfter: 7 * m}, 7 * m, 0, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.given
			got.Lineage = []supervisor.Generation{{Number: 1}, {Number: 2, Probes: 3}}
			wake := got.ApplyProbe(supervisor.ProbePace{Rand: lowest, Every: 5 * m, Previous: tt.previous}, tt.finding, noon)
			rotation := got.NextRotation.Sub(noon)
			if got.NextRotation.IsZero() {
				rotation = 0
			} else if rotation == 0 {
				rotation = -1 // now
			}
			if probe := got.NextProbe.Sub(noon); !near(probe, tt.probe) || rotation != tt.rotation || wake != tt.wake {
				t.Errorf("probe in %s, rotation in %s, tick asked for in %s; want %s, %s and %s", probe, rotation, wake, tt.probe, tt.rotation, tt.wake)
			}
			proof := tt.finding.Evidence == cookie.SignedIn
			if newest := got.Lineage[1]; newest.Probes != 4 || newest.LastIn.Equal(noon) != proof || got.Lineage[0].Probes != 0 {
				t.Errorf("lineage %+v", got.Lineage)
			}
			if got.ProbeFailures != tt.failures || !got.LastProbe.Equal(noon) || got.Halted && proof {
				t.Errorf("%d failures, want %d; last probe %s, halted %v", got.ProbeFailures, tt.failures, got.LastProbe, got.Halted)
			}
		})
	}
	var known memo
	known.ApplyProbe(supervisor.ProbePace{Rand: lowest}, cookie.Finding{Evidence: cookie.SignedIn, Account: "one"}, noon)
	known.ApplyProbe(supervisor.ProbePace{Rand: lowest}, in, noon)
	if known.Identity != "one" {
		t.Errorf("the owner is %q after a proof that names none", known.Identity)
	}
}

// TestOwnerOfProbes: a probe that names another Google account than before is the end of
// the session. One that names the first owner, or none, is an ordinary proof.
func TestOwnerOfProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		for _, tt := range []struct {
			owner string
			want  supervisor.State
		}{{"", supervisor.Healthy}, {"alice", supervisor.Healthy}, {"", supervisor.Healthy}, {"alice", supervisor.Healthy}, {"bob", supervisor.Degraded}} {
			time.Sleep(time.Minute)
			h.up.finds(cookie.Finding{Evidence: cookie.SignedIn, Account: tt.owner})
			_, _ = h.Probe(t.Context(), "default")
			if got := h.state("default"); got != tt.want {
				t.Errorf("after a probe that names %q: %s, want %s", tt.owner, got, tt.want)
			}
		}
	})
}
