// Package exit holds the exit codes of gchat, and the error that carries one together
// with words for the user. Start at [New].
//
// # Concurrency
//
// Everything is a plain value, which is not changed after it was made.
//
// # Errors
//
// A [Failure] is the error. Code of gchat that knows the words for the user returns
// one, and callers pass it on as it is.
package exit
