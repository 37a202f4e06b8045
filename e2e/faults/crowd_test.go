package faults_test

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestCrowdOfIdleConnections: twice as many connections as there may be are opened and
// stay silent, after a first request or without one. Whoever asks is answered at once.
func TestCrowdOfIdleConnections(t *testing.T) {
	const crowd = 2*4096 + 1
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Max < crowd+200 {
		t.Fatalf("this test needs %d descriptors (ulimit -n): %v, %v", crowd+200, limit, err)
	}
	raised := limit
	raised.Cur = raised.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) })
	h := newHouse(t, "requests_per_hour: 0")
	d := harness.LaunchPlain(t, h.home)
	d.Key = h.admin
	d.AwaitState(t, "valid", 20*time.Second)
	for i := range crowd {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(d.URL, "http://"), 10*time.Second)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if i%2 == 0 {
			if _, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
				t.Fatalf("connection %d: %v", i, err)
			}
		}
	}
	for i := range 20 {
		start := time.Now()
		ask(t, d)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("request %d took %s", i, took)
		}
	}
	if conn, err := net.Dial("unix", d.Socket()); err != nil {
		t.Errorf("the control socket: %v", err)
	} else {
		_ = conn.Close()
	}
	harness.Eventually(t, 10*time.Second, "no more than the limit are open", func() bool {
		n := metric(t, d, "process_open_fds")
		return n > 0 && n < 4096+200
	})
}
