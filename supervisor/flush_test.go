package supervisor_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestFlushHearsOut: a rotation that somebody asked for is under way when the end
// comes. Its answer is saved, and nothing begins after it.
func TestFlushHearsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		time.Sleep(2 * time.Minute)
		h.up.rotate = func(s cookie.Set) cookie.Finding {
			time.Sleep(28 * time.Second) // it may take 30
			return cookie.Finding{Evidence: cookie.Rotated, Set: s.WithPSIDTS(cookie.NewValue("2"))}
		}
		asked := make(chan error, 2)
		rotate := func() {
			_, err := h.Rotate(t.Context(), "default")
			asked <- err
		}
		go rotate()
		time.Sleep(time.Second)
		go rotate() // waits for the first one
		time.Sleep(time.Second)
		h.Flush(t.Context())
		if got := name(h.disk.record("default").Current); got != "A/2" {
			t.Errorf("%s was saved at the end, want the value that was under way", got)
		}
		for range 2 {
			if err := <-asked; err != nil && !errors.Is(err, supervisor.ErrEnded) {
				t.Error(err)
			}
		}
		probes, rotates := h.up.counts()
		h.pass(time.Hour)
		if v := h.offer("work.json", set("N", "1")); v.Result != supervisor.Parked {
			t.Errorf("an offer after the end was %s", v.Result)
		}
		if _, err := h.Probe(t.Context(), "default"); !errors.Is(err, supervisor.ErrEnded) {
			t.Errorf("a probe after the end: %v", err)
		}
		if p, r := h.up.counts(); p != probes || r != rotates || r != 1 {
			t.Errorf("after the end: %d probes and %d rotations more, of %d", p-probes, r-rotates, rotates)
		}
	})
}

// TestFlushIsBounded: an upstream that never answers does not keep the end
// waiting for more than its longest calls may take.
func TestFlushIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := withSession(t)
		time.Sleep(2 * time.Minute)
		released := make(chan struct{})
		h.up.rotate = func(cookie.Set) cookie.Finding {
			<-released
			return cookie.Finding{Evidence: cookie.Offline}
		}
		go func() { _, _ = h.Rotate(t.Context(), "default") }()
		time.Sleep(time.Second)
		began := time.Now()
		h.Flush(t.Context())
		if took := time.Since(began); took > 50*time.Second {
			t.Errorf("the end took %s", took)
		}
		close(released)
	})
}
