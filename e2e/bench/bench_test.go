package main

import (
	"path/filepath"
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
		got := crowdVerdict([][columns]load.Result{{direct: base, rproxy: base, geminid: c.got}}, 3*ms)
		if got.mark != c.want {
			t.Errorf("%s: %s (%s), want %s", c.name, got.mark, got.note, c.want)
		}
	}
}

func TestCrowdVerdictIsTheMedian(t *testing.T) {
	const ms = time.Millisecond
	round := func(took time.Duration) [columns]load.Result {
		return [columns]load.Result{direct: crowdOf(100, 200*ms), rproxy: crowdOf(100, 230*ms), geminid: crowdOf(100, took)}
	}
	if got := crowdVerdict([][columns]load.Result{round(201 * ms), round(290 * ms), round(202 * ms)}, 3*ms); got.mark != "pass" {
		t.Errorf("one bad round of three: %s (%s)", got.mark, got.note)
	}
	if got := crowdVerdict([][columns]load.Result{round(201 * ms), round(290 * ms), round(204 * ms)}, 3*ms); got.mark != "FAIL" {
		t.Errorf("two bad rounds of three, slow proxy: %s (%s)", got.mark, got.note)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []int
		want int
	}{{nil, 0}, {[]int{7}, 7}, {[]int{1, 9}, 9}, {[]int{9, 1, 5}, 5}, {[]int{4, 3, 2, 1}, 3}} {
		if got := median(c.of); got != c.want {
			t.Errorf("median of %v is %d, want %d", c.of, got, c.want)
		}
	}
}

// stretch is a round of row 3 in which every subject saw the same but geminid.
func stretch(ours stream) [columns]stream {
	const ms = time.Millisecond
	same := stream{first: load.Durations{20 * ms}, late: load.Durations{ms / 2}, frames: 25, events: 25}
	return [columns]stream{direct: same, rproxy: same, geminid: ours}
}

func TestStreamVerdicts(t *testing.T) {
	const ms = time.Millisecond
	good := stream{first: load.Durations{21 * ms}, late: load.Durations{ms * 6 / 10}, frames: 25, events: 25}
	with := func(change func(*stream)) stream {
		s := good
		change(&s)
		return s
	}
	for _, c := range []struct {
		name string
		ours stream
		line int // that must fail; 0 means none
	}{
		{"good", good, 0},
		{"late first text", with(func(s *stream) { s.first = load.Durations{21*ms + 1} }), 1},
		{"late now and then", with(func(s *stream) { s.first = load.Durations{20 * ms, 20 * ms, 26 * ms} }), 1},
		{"slower than the proxy", with(func(s *stream) { s.late = load.Durations{ms * 8 / 10} }), 2},
		{"an event missing", with(func(s *stream) { s.events-- }), 3},
		{"bunched", with(func(s *stream) { s.bunched = 1 }), 3},
	} {
		lines := streamLines([]subject{{column: direct}, {column: rproxy}, {column: geminid}}, [][columns]stream{stretch(c.ours)})
		for i, l := range lines {
			if failed := l.verdict.mark == "FAIL"; failed != (i == c.line && c.line > 0) {
				t.Errorf("%s: line %d is %s (%s)", c.name, i, l.verdict.mark, l.verdict.note)
			}
		}
	}
}

func TestMemoryVerdicts(t *testing.T) {
	const mib = 1 << 20
	const ms = time.Millisecond
	base := footprint{idle: 10 * mib, warm: 10 * mib, peak: 70 * mib, done: crowded, filesMax: 1020, cpu: 10 * ms, late: load.Durations{ms}}
	good := footprint{
		idle: 20 * mib, warm: 25 * mib, peak: 80 * mib, done: crowded, filesMax: crowded + 32,
		cpu: 12 * ms, late: load.Durations{2 * ms}, scrapes: load.Durations{10 * ms},
	}
	with := func(change func(*footprint)) footprint {
		f := good
		change(&f)
		return f
	}
	for _, c := range []struct {
		name string
		ours footprint
		line int
	}{
		{"good", good, -1},
		{"fat when idle", with(func(f *footprint) { f.idle++ }), 0},
		{"one broke off", with(func(f *footprint) { f.done-- }), 1},
		{"fat streams", with(func(f *footprint) { f.peak = f.warm + crowded*65<<10 }), 2},
		{"late now and then", with(func(f *footprint) { f.late = load.Durations{ms, ms, 2*ms + 1} }), 3},
		{"no frame seen on its way", with(func(f *footprint) { f.late = nil }), 3},
		{"busy streams", with(func(f *footprint) { f.cpu++ }), 4},
		{"too many files", with(func(f *footprint) { f.filesMax++ }), 5},
		{"slow metrics", with(func(f *footprint) { f.scrapes = load.Durations{11 * ms} }), 6},
	} {
		for i, l := range memoryLines([][columns]footprint{{rproxy: base, geminid: c.ours}}, true) {
			if failed := l.verdict.mark == "FAIL"; failed != (i == c.line) {
				t.Errorf("%s: line %d is %s (%s)", c.name, i, l.verdict.mark, l.verdict.note)
			}
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

// TestBlindBuilds: the package that stands in for metrics has all that the rest
// of the program asks of it.
func TestBlindBuilds(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{root: root, dir: t.TempDir()}
	overlay, err := l.numb()
	if err != nil {
		t.Fatal(err)
	}
	if err := compile(t.Context(), root, filepath.Join(l.dir, "geminid"), "-overlay", overlay); err != nil {
		t.Fatal(err)
	}
}
