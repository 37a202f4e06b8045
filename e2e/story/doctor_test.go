package story_test

import (
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestDoctorAsksTheUpstream: each ability of the pretend upstream is as the doctor
// expects it. One that is gone is said to have changed, and no word of an answer is.
func TestDoctorAsksTheUpstream(t *testing.T) {
	sim, home, _ := house(t, "model_interval: 0s")
	d := harness.Launch(t, home)
	d.AwaitState(t, "valid", 30*time.Second)
	examine := func() string {
		t.Helper()
		out, said, code := harness.Run(t, harness.Command{Name: "geminid", Args: []string{"doctor", "--upstream", "-c", home.Config()}, Home: home.Dir})
		if code != 0 || strings.Contains(out, "You said") || strings.Contains(out, "lighthouse") {
			t.Errorf("ended with %d: %s%s", code, out, said)
		}
		return out
	}
	out := examine()
	if n := strings.Count(out, "expected: "); n != 7 || strings.Contains(out, "changed: ") {
		t.Errorf("%d as expected:\n%s", n, out)
	}
	sim.Fault(t, map[string]any{"kind": "error", "code": 1096})
	if out := examine(); !strings.Contains(out, "changed: answered with status 502 instead of pictures") || !strings.Contains(out, "1096") {
		t.Errorf("questions that are refused:\n%s", out)
	}
}
