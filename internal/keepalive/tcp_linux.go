package keepalive

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// boundUnacknowledged returns a net.Dialer's Control that bounds how long sent
// data may stay unacknowledged (tcp(7), TCP_USER_TIMEOUT). While there is such
// data the kernel sends no keep-alive probes.
func boundUnacknowledged(limit time.Duration) func(string, string, syscall.RawConn) error {
	return func(_, _ string, conn syscall.RawConn) error {
		return conn.Control(func(fd uintptr) {
			// A kernel without it still has the keep-alive probes and the pings.
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(limit.Milliseconds()))
		})
	}
}
