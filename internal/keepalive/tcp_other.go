//go:build !linux

package keepalive

import (
	"syscall"
	"time"
)

// boundUnacknowledged returns nil: there is no portable bound.
func boundUnacknowledged(time.Duration) func(string, string, syscall.RawConn) error { return nil }
