// Package signin runs the browser in which the user signs in by hand, with a
// profile of its own and its connections going out from the server. Nothing of the
// signing in is automated.
//
// Fill in a [Plan], then call [Plan.RunBrowser], or [Plan.ShellScript] for the
// same steps as commands to paste.
package signin
