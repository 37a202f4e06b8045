package daemon_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/upstream/simulator"
)

var served = regexp.MustCompile(`msg=serving address=127\.0\.0\.1:[1-9]`)

// TestServingNamesTheBoundAddress: with port 0, and with a socket of systemd's,
// the log is the only place to learn the address.
func TestServingNamesTheBoundAddress(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	h.config.Detached = false
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- daemon.Run(ctx, h.config) }()
	for deadline := time.Now().Add(10 * time.Second); !served.MatchString(h.log.String()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("the log says:\n%s", h.log)
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
