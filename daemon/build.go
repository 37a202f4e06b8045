package daemon

import "github.com/geminid/geminid/metrics"

// Build describes a binary in the log and in the metrics.
type Build = metrics.Build
