package geminiweb_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// releases is an upstream that answers calls with a build label other than the
// newest with a status.
type releases struct {
	next   http.RoundTripper
	status int

	mu     sync.Mutex
	newest string // "" before the first release
}

func (r *releases) release(sim *simulator.Simulator, label string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.newest = label
	sim.SetFault(simulator.Fault{Kind: simulator.BuildChanged, Value: label})
}

func (r *releases) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	stale := r.newest != "" && req.URL.Query().Get("bl") != r.newest
	r.mu.Unlock()
	if !stale || !strings.HasPrefix(req.URL.Path, "/_/BardChatUi/") {
		return r.next.RoundTrip(req)
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{"Content-Type": {"text/html"}},
		Body: io.NopCloser(strings.NewReader("<html>no such thing")), Request: req}, nil
}

// newReleases is a world whose session is open, with an upstream that can release.
func newReleases(t *testing.T, status int, cfg geminiweb.Config) (*world, *releases) {
	t.Helper()
	sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
	up := &releases{next: sim, status: status}
	cfg.Transport = up
	w := newWorld(t, simulator.SessionConfig{}, cfg)
	w.sim, w.set = sim, setOf(sim.AddSession(simulator.SessionConfig{Name: "owner"}))
	if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.SignedIn {
		t.Fatalf("probe: %+v", f)
	}
	w.calls()
	return w, up
}

// TestReleaseReadsThePageOnce: an old build label heals by itself, however many
// questions meet it, and release after release.
func TestReleaseReadsThePageOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var signs []string
				w, up := newReleases(t, status, geminiweb.Config{Noticed: func(sign geminiweb.Sign, detail string) {
					signs = append(signs, string(sign)+" "+detail)
				}})
				for n := range 3 {
					up.release(w.sim, fmt.Sprintf("boq_%d", n))
					if got, err := w.ask(t.Context(), "[say fine]"); err != nil || got.Text != "fine" {
						t.Fatalf("release %d: %q, %v", n, got.Text, err)
					}
					if calls := w.calls(); calls["page"] != 1 || calls["generate"] != 1 {
						t.Errorf("release %d: calls %v", n, calls)
					}
					if want := fmt.Sprintf("stale_label status %d", status); len(signs) != n+1 || signs[n] != want {
						t.Errorf("release %d: signs %q, want %q last", n, signs, want)
					}
				}
			})
		})
	}
}

func TestParallelQuestionsReadThePageOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, up := newReleases(t, http.StatusMethodNotAllowed, geminiweb.Config{})
		w.sim.SetFault(simulator.Fault{Kind: simulator.Latency, Delay: time.Second, Operations: []simulator.Operation{simulator.OpPage}})
		up.release(w.sim, "boq_next")
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond) // some come while the page is read, some after
				if got, err := w.ask(t.Context(), "[say fine]"); err != nil || got.Text != "fine" {
					t.Errorf("got %q, %v", got.Text, err)
				}
			})
		}
		all.Wait()
		if calls := w.calls(); calls["page"] != 1 || calls["generate"] != 20 {
			t.Errorf("calls %v, want one page and 20 questions", calls)
		}
	})
}

// TestRefusedFormIsNoHealth: while every question is refused, no probe says that
// all is well, and the page is not read for each of them.
func TestRefusedFormIsNoHealth(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, _ := newReleases(t, 0, geminiweb.Config{})
				name := w.sim.SetFault(simulator.Fault{Kind: simulator.Status, Code: status, Operations: []simulator.Operation{simulator.OpGenerate}})
				for range 5 {
					if _, err := w.ask(t.Context(), "hi"); err == nil || chat.AsError(err).Kind != chat.Upstream {
						t.Fatalf("got %v", err)
					}
				}
				if calls := w.calls(); calls["page"] != 1 || calls["generate"] > 6 {
					t.Errorf("calls %v, want one page and at most one retry", calls)
				}
				if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.Drift || !strings.Contains(f.Detail, fmt.Sprint("status ", status)) {
					t.Errorf("probe: %s, %q", f.Evidence, f.Detail)
				}
				w.sim.ClearFault(name)
				if _, err := w.ask(t.Context(), "hi"); err != nil {
					t.Error(err)
				}
				if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.SignedIn {
					t.Errorf("probe after an answer: %s, %q", f.Evidence, f.Detail)
				}
			})
		})
	}
}

// TestUnattestedIsNoHealth: a few refusals for want of the browser's attestation are
// nothing, as an answer in between shows; while all questions are refused for it, no
// probe says that all is well.
func TestUnattestedIsNoHealth(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		refused := func(times int) {
			t.Helper()
			for range times {
				if _, err := w.ask(t.Context(), "[error 1096]"); err == nil || !strings.Contains(err.Error(), "no browser vouches for it (code 1096)") {
					t.Fatalf("got %v", err)
				}
			}
		}
		probe := func(want cookie.Evidence) {
			t.Helper()
			if f := w.client.Probe(t.Context(), w.set); f.Evidence != want || want == cookie.Action && !strings.Contains(f.Detail, "wants a browser to vouch for them (code 1096)") {
				t.Errorf("probe: %s, %q; want %s", f.Evidence, f.Detail, want)
			}
		}
		answered := func(prompt string) {
			t.Helper()
			if _, err := w.ask(t.Context(), prompt); err != nil {
				t.Error(err)
			}
		}
		refused(2)
		probe(cookie.SignedIn)
		answered("[error 1096 trailing]") // behind a complete answer it says nothing
		refused(2)
		probe(cookie.SignedIn)
		refused(1)
		probe(cookie.Action)
		answered("hi")
		probe(cookie.SignedIn)
		refused(3)
		time.Sleep(time.Hour + time.Second)
		probe(cookie.SignedIn) // nobody asks any more: that is long ago
	})
}

// TestProbeReadsThePageAnew: the status call of a probe meets the release first.
func TestProbeReadsThePageAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, up := newReleases(t, http.StatusNotFound, geminiweb.Config{})
		time.Sleep(time.Hour)
		up.release(w.sim, "boq_next")
		f := w.client.Probe(t.Context(), w.set)
		if f.Evidence != cookie.SignedIn || !f.PageRead.Equal(time.Now()) {
			t.Errorf("probe: %s, %q, page read %s", f.Evidence, f.Detail, f.PageRead)
		}
		if _, err := w.ask(t.Context(), "hi"); err != nil {
			t.Error(err)
		}
		if calls := w.calls(); calls["page"] != 1 || calls["generate"] != 1 {
			t.Errorf("calls %v", calls)
		}
	})
}
