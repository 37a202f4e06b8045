package geminiweb_test

import (
	"net/http"
	"testing"

	"github.com/geminid/geminid/internal/contain"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestPanicReachesTheCaller: a fault while the page is read, which is done in the
// background, ends the call that waits for it, and the next call works.
func TestPanicReachesTheCaller(t *testing.T) {
	faulty := true
	var w *world
	w = newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if faulty {
			panic("a prompt")
		}
		return w.sim.RoundTrip(r)
	})})
	err := contain.Call(func() error {
		_, err := w.ask(t.Context(), "hi")
		t.Errorf("the call returned %v", err)
		return nil
	})
	if err == nil {
		t.Error("the fault was lost")
	}
	faulty = false
	if _, err := w.ask(t.Context(), "hi"); err != nil {
		t.Errorf("the next call: %v", err)
	}
}
