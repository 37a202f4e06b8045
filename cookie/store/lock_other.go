//go:build !unix

package store

import (
	"errors"
	"fmt"
	"runtime"
)

type dirLock struct{}

// lockDir refuses: without flock two daemons could renew one session and lose
// it.
func lockDir(dir string) (*dirLock, error) {
	return nil, fmt.Errorf("the daemon's state in %s needs file locks that geminid does not have on %s; run the daemon on Linux, macOS or a BSD: %w",
		dir, runtime.GOOS, errors.ErrUnsupported)
}

func (l *dirLock) checkHeld() error { return nil }

func (l *dirLock) releaseLock() error { return nil }
