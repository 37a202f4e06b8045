// Package doctor examines an installation from outside, as a person would who was
// asked why it does not work: the configuration, its surroundings on the machine, the
// way to the upstream, and the status of the running server. Every [Finding] comes with
// its cure. Findings may be pasted anywhere: addresses, account names and home
// directories are taken out.
//
// Start with [Examine]. A new check is a function and a row in the table of checks.
//
// # Concurrency
//
// Examine runs its checks one after the other in the caller's goroutine. If a check
// asks the network, a deadline of seconds bounds it.
//
// # Errors
//
// There are none: if something cannot be looked at, a finding says so.
package doctor
