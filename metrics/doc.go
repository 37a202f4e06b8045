// Package metrics holds every metric of the daemon on one page. A metric is registered
// where it is created; other packages use the fields of [Metrics] and never name the
// Prometheus library. Start with [New]; [Metrics.Handler] serves the page.
//
// Labels are bounded: if a client can choose a value freely, it does not become a
// label. If an account appears, [Metrics.AddAccount] makes its series, so that a first
// increment is an increase and not a new series; [Metrics.RemoveAccount] drops them.
//
// # Concurrency
//
// All methods and fields are safe for concurrent use.
//
// # Errors
//
// There are none: New panics if two metrics have one name, which a test would find.
package metrics
