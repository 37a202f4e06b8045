package daemon_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/ops/doctor"
	"github.com/geminid/geminid/upstream/simulator"
)

// mirror tells callers their address; all other hosts are the simulator's.
type mirror struct {
	http.RoundTripper
	address atomic.Value
	asked   atomic.Int64
	asking  func() // called before an answer; nil for nothing
}

func (m *mirror) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "ip.example.org" {
		return m.RoundTripper.RoundTrip(r)
	}
	m.asked.Add(1)
	if m.asking != nil {
		m.asking()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(m.address.Load().(string) + "\n"))}, nil
}

func TestExitAddressIsNotedWithNewCookies(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		m := &mirror{RoundTripper: h.sim}
		m.address.Store("no address")
		h.config.Transport, h.config.Settings.ExitIPURL = m, "https://ip.example.org/"
		h.start()
		defer h.stop()
		noted := func() string {
			t.Helper()
			exits, err := doctor.LoadExits(h.config.Settings.StateDir)
			if err != nil || len(exits) > 1 {
				t.Fatalf("noted %v, %v", exits, err)
			}
			if exits["default"].Address.IsValid() {
				return exits["default"].Address.String()
			}
			return ""
		}
		time.Sleep(time.Hour)
		if got := noted(); got != "" || m.asked.Load() < 2 {
			t.Fatalf("noted %q after asking %d times for nothing", got, m.asked.Load())
		}
		m.address.Store("8.8.8.8")
		time.Sleep(time.Hour)
		if got := noted(); got != "8.8.8.8" {
			t.Fatalf("noted %q, want the address", got)
		}
		asked := m.asked.Load()
		m.address.Store("8.8.4.4")
		time.Sleep(24 * time.Hour)
		if got := noted(); got != "8.8.8.8" || m.asked.Load() != asked {
			t.Fatalf("noted %q after asking %d times more, want that of the import", got, m.asked.Load()-asked)
		}
		h.drop("cookies.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "1"})))
		time.Sleep(time.Hour)
		if got := noted(); got != "8.8.4.4" {
			t.Fatalf("noted %q, want the address of the new cookies", got)
		}
	})
}

// TestExitAddressThatCannotBeSaved: the first of several failures is logged, and their
// end, and the address is recorded then.
func TestExitAddressThatCannotBeSaved(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		m := &mirror{RoundTripper: h.sim}
		m.address.Store("8.8.8.8")
		h.config.Transport, h.config.Settings.ExitIPURL = m, "https://ip.example.org/"
		full := atomic.Bool{}
		full.Store(true)
		m.asking = func() { // nothing can be renamed to the name of a directory
			if full.Load() {
				_ = os.Mkdir(doctor.ExitsPath(h.config.Settings.StateDir), 0o700)
			}
		}
		h.start()
		defer h.stop()
		time.Sleep(time.Hour)
		full.Store(false)
		time.Sleep(time.Hour)
		for _, line := range []string{"the addresses of new cookies cannot be saved", "the addresses of new cookies are saved again"} {
			if n := strings.Count(h.log.String(), line); n != 1 {
				t.Errorf("%d lines %q, want 1", n, line)
			}
		}
		exits, err := doctor.LoadExits(h.config.Settings.StateDir)
		if err != nil || exits["default"].Address.String() != "8.8.8.8" {
			t.Errorf("recorded %v, %v", exits, err)
		}
	})
}
