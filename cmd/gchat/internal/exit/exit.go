package exit

// The exit codes. 0, 1 and 2 answer a question about a cookie file; the others
// are those of sysexits(3), so that a script can distinguish "wait" from "give up".
const (
	OK          = 0
	Refused     = 1   // the cookies, or the request, were looked at and refused
	Unreadable  = 2   // the cookie file could not be read
	Usage       = 64  // the command line is wrong
	Unavailable = 69  // no server there, or it cannot serve until a person acts
	Unwritable  = 73  // a file could not be written
	Temporary   = 75  // it may work later: rate limit, short outage, not proven yet
	Permission  = 77  // no key, a wrong key, or one that may not do this
	Config      = 78  // the configuration file, or the address in it, is wrong
	Interrupted = 130 // Ctrl-C
)
