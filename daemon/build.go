package daemon

import "github.com/geminid/geminid/metrics"

// Build is what a binary says of itself, in the log and in the metrics.
type Build = metrics.Build
