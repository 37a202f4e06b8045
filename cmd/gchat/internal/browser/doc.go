// Package browser finds the browsers of this computer, the throw-away profiles
// made for signing in, and the cookie exports in the download folder, and takes
// the Google session out of them.
//
// Start at [ThisMachine]: the other functions work on the [Machine] it returns,
// or on a [Candidate] found there. [EncodeSession] is the one place of gchat where
// cookie values leave their wrapping.
//
// # Concurrency
//
// Everything is a plain value, safe for concurrent use. Two programs that make or
// remove the same profile at once are not guarded against each other.
//
// # Errors
//
// An export that cannot be used is an [exit.Failure] with code
// [exit.Unreadable] or [exit.Refused], whose text shows no cookie value.
package browser
