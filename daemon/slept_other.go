//go:build !linux

package daemon

import "time"

// sleptTime returns -1, for unknown.
func sleptTime() time.Duration { return -1 }
