// Package dialecttest helps to test dialects: a [Server] that serves all of
// them as the daemon does, [PlayScripts], which plays requests of real clients
// from golden files, and [CheckStream], the rules that every stream obeys. Start
// with the tests of a dialect, such as gateway/dialect/openai.
//
// # Concurrency
//
// A [Server] and the readers belong to one test.
//
// # Errors
//
// Helpers fail the test that they are given.
package dialecttest
