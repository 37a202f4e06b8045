package daemon_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestYoungDeath: a new file is proven and taken in, and its session ends soon
// after. The one before still lives, so that no request fails that is asked
// then, whatever the upstream makes of a client that is signed out.
func TestYoungDeath(t *testing.T) {
	for _, guest := range []simulator.GuestMode{simulator.GuestRefused, simulator.GuestServed, simulator.GuestUnauthorized, simulator.GuestRedirected} {
		for _, lives := range []time.Duration{20 * time.Second, 4 * time.Minute} {
			for _, gap := range []time.Duration{300 * time.Millisecond, 20 * time.Minute} {
				dir := t.TempDir()
				t.Run(fmt.Sprintf("%s, after %s, a request each %s", guest, lives, gap), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						h := newHouse(t, dir, simulator.SessionConfig{Account: "1"})
						h.start()
						time.Sleep(12 * time.Minute)
						young := h.sim.AddSession(simulator.SessionConfig{Account: "1", Guest: guest})
						h.drop("cookies.txt", netscapeFile(young))
						for h.lent() != young.PSID {
							time.Sleep(time.Second)
						}
						time.Sleep(lives)
						_ = h.sim.Revoke(young.PSID)
						asked, failed := 0, 0
						for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(gap) {
							if asked++; gap < time.Minute {
								if status, answer := h.ask("hi"); status != 200 {
									failed++
									t.Log(status, answer)
								}
							}
						}
						if failed > 0 || h.lent() != h.session.PSID {
							t.Errorf("%d of %d requests failed; the old session is in use: %v", failed, asked, h.lent() == h.session.PSID)
						}
						if status, answer := h.ask("hi"); status != 200 {
							t.Errorf("%d %s", status, answer)
						}
						h.stop()
					})
				})
			}
		}
	}
}

// lent is the login that requests get, empty for none.
func (h *house) lent() string {
	lease, err := h.daemon.Supervisor().Lease()
	if err != nil {
		return ""
	}
	return lease.Set.PSID().Reveal()
}
