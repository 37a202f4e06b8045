package daemon

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleptTime returns for how long the machine has slept since it started, -1 if that is
// unknown. It compares the two clocks that cannot be set, of which one counts sleep.
func sleptTime() time.Duration {
	var all, awake unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &all) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &awake) != nil {
		return -1
	}
	return max(0, time.Duration(all.Nano()-awake.Nano()))
}
