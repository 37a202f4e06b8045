package main

// The exit codes. 0, 1 and 2 answer a question about a cookie file; the others
// are those of sysexits(3), so that a script can tell "wait" from "give up".
const (
	exitOK          = 0
	exitRefused     = 1   // the cookies, or the request, were looked at and refused
	exitUnreadable  = 2   // the cookie file could not be read
	exitUsage       = 64  // the command line is wrong
	exitUnavailable = 69  // no server there, or it can not serve until a person acts
	exitUnwritable  = 73  // a file could not be written
	exitTemporary   = 75  // it may work later: rate limit, short outage, not proven yet
	exitPermission  = 77  // no key, a wrong key, or one that may not do this
	exitConfig      = 78  // the configuration file, or the address in it, is wrong
	exitInterrupted = 130 // Ctrl-C
)

// failure is an error as the user is told of it.
type failure struct {
	code int
	what string // what happened and where; empty when it was already said
	next string // what to do next; empty when there is nothing to do
}

// Error implements error.
func (f *failure) Error() string { return f.what }

// interrupted ends the program without another word.
var interrupted = &failure{code: exitInterrupted}

func usage(what, next string) error { return &failure{exitUsage, what, next} }
