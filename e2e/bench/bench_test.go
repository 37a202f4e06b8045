package main

import (
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

func TestTableCountsMissedTargets(t *testing.T) {
	var out strings.Builder
	table := &table{out: &out}
	table.add(1, []line{
		{"met", "<= 1", cells{geminid: "1"}, judge(true, "by %d", 1)},
		{"missed", "<= 1", cells{direct: "0", rproxy: "1", geminid: "2"}, judge(false, "%.1fx", 2.0)},
		{"shown", "", cells{}, unjudged},
	})
	if table.fails != 1 {
		t.Errorf("counted %d missed targets, want 1", table.fails)
	}
	for _, want := range []string{"| 1 | met | <= 1 | - | - | 1 | pass | by 1 |", "| 0 | 1 | 2 | FAIL | 2.0x |", "| 1 | shown |  | - | - | - | - |  |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

// crowdOf is a result of n equal answers in a second.
func crowdOf(n int, took time.Duration) load.Result {
	start := time.Now()
	r := load.Result{Wall: time.Second}
	for range n {
		r.Answers = append(r.Answers, load.Answer{Start: start, End: start.Add(took)})
	}
	return r
}

func TestCrowdVerdict(t *testing.T) {
	const ms = time.Millisecond
	base := crowdOf(100, 200*ms)
	failing := crowdOf(99, 200*ms)
	failing.Errors = append(failing.Errors, errTest)
	for _, c := range []struct {
		name string
		got  load.Result
		want string
	}{
		{"as good", crowdOf(100, 202*ms), "pass"},
		{"late", crowdOf(100, 204*ms), "FAIL"},
		{"slow", crowdOf(97, 200*ms), "FAIL"},
		{"failing", failing, "FAIL"},
	} {
		got := crowdVerdict([columns]load.Result{direct: base, rproxy: base, geminid: c.got}, 3*ms)
		if got.mark != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, got.mark, got.note, c.want)
		}
	}
}

var errTest = &testError{}

type testError struct{}

func (*testError) Error() string { return "on purpose" }

func TestStreamDelaysCountFromTheCompletingFrame(t *testing.T) {
	recipe := standin.Recipe{Frames: 4, Size: 10, Gap: 20 * time.Millisecond}
	script := standin.ScriptFor(recipe)
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	call := &standin.Call{Recipe: recipe, Sent: []time.Time{at(0), at(20), at(40), at(60)}}
	var s stream
	// The first two frames come as one event, the other two as one each, the
	// last of them close behind.
	s.add(load.Answer{Start: start, Events: []time.Time{at(25), at(60), at(61)}, Reach: []int{script.Cuts[1], script.Cuts[2], script.Cuts[3]}}, call)
	want := []time.Duration{5 * time.Millisecond, 20 * time.Millisecond, time.Millisecond}
	for i := range want {
		if s.late[i] != want[i] {
			t.Errorf("event %d was %s late, want %s", i, s.late[i], want[i])
		}
	}
	if s.frames != 4 || s.events != 3 || s.bunched != 1 {
		t.Errorf("%d frames, %d events, %d bunched; want 4, 3, 1", s.frames, s.events, s.bunched)
	}
}
