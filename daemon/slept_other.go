//go:build !linux

package daemon

import "time"

// sleptTime is not known here.
func sleptTime() time.Duration { return -1 }
