// Package signin runs the browser in which the user signs in by hand, with a
// profile of its own and its connections going out from the server. Nothing of the
// signing in is automated.
//
// Fill in a [Plan], then call [Plan.RunBrowser], or [Plan.ShellScript] for the
// same steps as commands to paste.
//
// # Concurrency
//
// A [Plan] belongs to one goroutine. RunBrowser blocks until the browser's window is
// closed or its context ends.
//
// # Errors
//
// A browser that could not start is an [exit.Failure] with its own last words; Ctrl-C
// is [exit.ErrInterrupted].
package signin
