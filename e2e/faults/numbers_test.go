package faults_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestNumbers measures what the supervisor promises its owner, on the finished
// program; go test ./faults -run TestNumbers -v prints the figures.
func TestNumbers(t *testing.T) {
	for _, promise := range []struct {
		name string
		hold func(t *testing.T)
	}{
		{"a new file is in use by event", func(t *testing.T) { newFiles(t, 10, 2*time.Second, "watch: inotify") }},
		{"a new file is in use by poll", func(t *testing.T) { newFiles(t, 2, 35*time.Second, "watch: poll") }},
		{"bad files fail no request", badFiles},
		{"rotations abort no stream", rotationsUnderStreams},
		{"a dead session closes the gate at once", deadUnderTraffic},
		{"a dead session is found without traffic", deadInSilence},
	} {
		t.Run(promise.name, func(t *testing.T) {
			t.Parallel()
			promise.hold(t)
		})
	}
}

// newFiles drops new sessions and takes the longest time until one answers.
func newFiles(t *testing.T, drops int, limit time.Duration, config string) {
	h := newHouse(t, config)
	d := h.serve(t)
	var longest time.Duration
	for i := range drops {
		next := h.sim.Session(t, fmt.Sprintf("next-%d", i))
		h.home.Drop(t, "cookies.txt", next.Netscape())
		dropped := time.Now()
		harness.Eventually(t, limit+10*time.Second, "the new session answers", func() bool {
			ask(t, d)
			return h.sim.Answers(t, next) > 0
		})
		longest = max(longest, time.Since(dropped))
	}
	t.Logf("%d new files, the slowest in use after %s (limit %s)", drops, longest.Round(time.Millisecond), limit)
	if longest > limit {
		t.Errorf("a new file was in use after %s only", longest)
	}
}

// badFiles drops what owners drop by mistake while requests run.
func badFiles(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	bad := []string{"", "<!doctype html>", `[{"name":"__Secure-1PSID",`, harness.Stranger().Netscape(), harness.Stranger().JSON()}
	for i, content := range bad {
		name := fmt.Sprintf("cookies-%d.txt", i)
		h.home.Drop(t, name, content)
		harness.Eventually(t, 20*time.Second, "the file is judged", func() bool {
			ask(t, d)
			_, err := os.Stat(filepath.Join(h.home.Inbox(), name+".rejected.txt"))
			return err == nil
		})
	}
	asked := h.sim.Answers(t, h.session)
	t.Logf("%d bad files, %d requests served by the old session meanwhile, 0 failed", len(bad), asked)
}

// rotationsUnderStreams rotates as often as it can while answers stream.
func rotationsUnderStreams(t *testing.T) {
	h := newHouse(t)
	d := harness.LaunchWith(t, h.home, []string{"GEMINID_TEST_ROTATE_FLOOR=0"})
	d.Key = h.admin
	d.AwaitState(t, "valid", 20*time.Second)
	const streams = 20
	var whole atomic.Int32
	var reading sync.WaitGroup
	for range streams {
		reading.Go(func() {
			body := `{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"[long 3000] [bytes 100] [slow 100ms] a story"}]}`
			reply := d.Do(t, http.MethodPost, "/v1/chat/completions", body)
			if text := reply.Body; strings.HasSuffix(strings.TrimSpace(text), "data: [DONE]") && strings.Contains(text, `"finish_reason":"stop"`) {
				whole.Add(1)
			}
		})
	}
	rotations := 0
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); rotations++ {
		rotate(t, d)
	}
	reading.Wait()
	t.Logf("%d rotations under %d streams, %d streams came to their end", rotations, streams, whole.Load())
	if whole.Load() != streams || rotations < 3 {
		t.Errorf("%d of %d streams came to their end through %d rotations", whole.Load(), streams, rotations)
	}
}

// deadUnderTraffic: the first request that fails closes the gate; those after it
// are told so without a call to the upstream.
func deadUnderTraffic(t *testing.T) {
	h := newHouse(t)
	d := h.serve(t)
	h.sim.Revoke(t, h.session)
	first := d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hello"}]}`)
	before := h.sim.Calls(t)
	second := d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hello"}]}`)
	calls := h.sim.Calls(t) - before
	t.Logf("the first request is answered %d, the next one %d with %d upstream calls", first.Status, second.Status, calls)
	if first.Status < 400 || second.Status < 400 || calls != 0 {
		t.Errorf("answers %d and %d, %d upstream calls; the gate is open", first.Status, second.Status, calls)
	}
}

// deadInSilence: without a request the probes find it, within two intervals.
func deadInSilence(t *testing.T) {
	const interval = time.Minute // the shortest that the settings allow
	h := newHouse(t, "probe_interval: 1m", "tick: 1s")
	d := h.serve(t)
	h.sim.Revoke(t, h.session)
	died := time.Now()
	harness.Eventually(t, 3*interval, "the gate closes", func() bool {
		return d.Do(t, http.MethodGet, "/readyz", "").Status == http.StatusServiceUnavailable
	})
	took := time.Since(died)
	t.Logf("found after %s (limit: two probe intervals, %s)", took.Round(time.Second), 2*interval)
	if took > 2*interval {
		t.Errorf("a dead session was found after %s only", took)
	}
}
