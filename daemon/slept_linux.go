package daemon

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleptTime is for how long the machine has slept since it started, -1 when that is not
// known: of the two clocks that nobody can set, one counts sleep.
func sleptTime() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return -1
	}
	return max(0, time.Duration(all.Nano()-awake.Nano()))
}
