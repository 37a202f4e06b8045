// Package auth knows the API keys of clients: which there are ([Keys]), where a
// request carries its own ([PresentedKeys]), what a key may do ([Role]), and when
// a client has tried too many wrong ones ([GuessLimiter]). It writes no answer.
//
// Only digests of keys are kept. Start reading at [OpenKeys] and [Keys.MatchKeys].
//
// # Concurrency
//
// All types are safe for concurrent use and start no goroutine. [Keys] reads its
// file again at most once a second, in the call that needs it. Changes of the file
// by several processes are ordered by a lock on its directory, which blocks.
//
// # Errors
//
// Errors of files wrap those of package os and name the file; those of the names
// of keys are [ErrKeyExists], [ErrNoSuchKey] and [ErrKeyName].
package auth
