package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestClockIsSet: whoever sets the clock of the machine, and however far, all
// scheduled work goes on by the time that passes: ticks with their probe, rotations,
// the intake of files. It is logged once, and so is the way back.
func TestClockIsSet(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for name, away := range map[string]time.Duration{
		"back by hours": -7 * time.Hour, "back by a year": -year, "ahead by hours": 7 * time.Hour, "ahead by months": year / 2,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, "tick: 1s", "watch: poll")
			d, clock := harness.LaunchWithClock(t, h.home, 0, "WATCHDOG_USEC=3000000", "NOTIFY_SOCKET="+h.home.Dir+"/nobody")
			d.Key = h.admin
			d.AwaitState(t, "valid", 20*time.Second)
			for i, set := range []time.Duration{away, 0} {
				probes, ticks, pings := probesOf(t, d), runsOf(t, d, "tick"), runsOf(t, d, "watchdog")
				clock.Set(t, set)
				harness.Eventually(t, 20*time.Second, "jobs go on and the session is checked", func() bool {
					return runsOf(t, d, "tick") >= ticks+4 && runsOf(t, d, "watchdog") >= pings+3 && probesOf(t, d) > probes
				})
				if n := strings.Count(d.Output(), "clock jumped"); n != i+1 {
					t.Errorf("the log tells of %d jumps, want %d", n, i+1)
				}
				if i == 0 && generation(t, d) == 1 {
					rotate(t, d)
				}
				if n := generation(t, d); n < 2 {
					t.Errorf("generation %d, want a newer one", n)
				}
				file := fmt.Sprintf("person%d.txt", i)
				h.home.Drop(t, file, h.sim.Session(t, file).Netscape())
				harness.Eventually(t, 20*time.Second, "a dropped file is taken in", func() bool {
					return strings.Contains(d.Output(), "file="+file) &&
						!slices.ContainsFunc(accounts(t, d), func(a account) bool { return a.State != "healthy" || !a.Serving })
				})
				ask(t, d)
			}
			if strings.Contains(d.Output(), "not notifying the systemd watchdog") {
				t.Error("the watchdog was not notified")
			}
		})
	}
}

func generation(t *testing.T, d *harness.Daemon) int {
	t.Helper()
	all := accounts(t, d)
	i := slices.IndexFunc(all, func(a account) bool { return a.Name == "default" })
	if i < 0 {
		t.Fatalf("no account default in %+v", all)
	}
	return all[i].Generation
}

func probesOf(t *testing.T, d *harness.Daemon) float64 {
	t.Helper()
	return metric(t, d, "geminid_cookie_probes_total")
}

func runsOf(t *testing.T, d *harness.Daemon, job string) float64 {
	t.Helper()
	return metric(t, d, "geminid_scheduler_job_runs_total", fmt.Sprintf("job_name=%q", job), `result="success"`)
}
