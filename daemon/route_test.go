package daemon_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestAnotherProxyEndsAHold: the runbook's cure for a blocked address works at
// the start that brings it, and the proxy's password stays out of the state.
func TestAnotherProxyEndsAHold(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		h.sim.SetFault(simulator.Fault{Kind: simulator.Sorry})
		if status, answer := h.control(http.MethodPost, "/api/accounts/default/probe", ""); !strings.Contains(answer, "blocked") {
			t.Fatalf("a probe that leads to the captcha page answers %d %s", status, answer)
		}
		h.stop()
		h.sim.ClearFaults()
		h.config.Settings.UpstreamProxy = "http://user:hunter2@proxy.example.org:3128"
		h.start() // which waits until the session may be used
		defer h.stop()
		record, err := os.ReadFile(filepath.Join(dir, "state", "accounts", "default.json"))
		if err != nil || strings.Contains(string(record), "hunter2") || strings.Contains(string(record), "proxy.example.org") {
			t.Errorf("the record names the proxy, or: %v", err)
		}
	})
}
