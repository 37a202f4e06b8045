package harness

import (
	"testing"
	"time"
)

// Clock is the wall clock that one process sees. The machine's own clock, and what
// every other process sees, stay as they are.
type Clock struct {
	write func(seconds int64) error
}

// LaunchWithClock is Launch with a wall clock of its own, which begins the given
// time away from the machine's, and more variables in its environment. It needs Linux
// on amd64 and the right to trace a child; elsewhere the test is skipped and says why.
func LaunchWithClock(t testing.TB, h Home, away time.Duration, env ...string) (*Daemon, *Clock) {
	t.Helper()
	return LaunchInWorld(t, h, World{Away: away}, env...)
}

// World is what one process sees in another way than the rest of the machine. The
// zero value is the machine as it is.
type World struct {
	// Away is how far its wall clock begins away from the machine's.
	Away time.Duration
	// Files replaces files of the machine, such as /etc/hosts, by others, whose
	// content may change. It takes the right to mount.
	Files map[string]string
}

// LaunchInWorld is LaunchWithClock for a process whose files differ as well.
func LaunchInWorld(t testing.TB, h Home, w World, env ...string) (*Daemon, *Clock) {
	t.Helper()
	c := &Clock{}
	d := launch(t, h, Command{Env: env, begin: c.begin(t, w)})
	return d, c
}

// Set puts the clock so far away from the machine's, in whole seconds. Elapsed time
// and timers do not notice, as when an administrator or NTP sets the clock.
func (c *Clock) Set(t testing.TB, away time.Duration) {
	t.Helper()
	if err := c.write(int64(away / time.Second)); err != nil {
		t.Fatalf("setting the clock of a process: %v", err)
	}
}
