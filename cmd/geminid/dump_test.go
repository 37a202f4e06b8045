//go:build unix

package main

import (
	"syscall"
	"testing"
)

func TestServerLeavesNoDumps(t *testing.T) {
	forbidDumps()
	limit := syscall.Rlimit{Cur: 1, Max: 1}
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
		t.Errorf("core dumps may have %d bytes, %d at most; %v", limit.Cur, limit.Max, err)
	}
}
