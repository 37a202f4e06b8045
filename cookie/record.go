package cookie

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/geminid/geminid/internal/statefile"
)

// Record is the data that the store keeps for one account: the values of the current
// and the previous generation, and a memo of the supervisor's that holds no secret.
type Record struct {
	Current, Previous Set
	// Memo is the supervisor's own JSON; the store does not look inside.
	Memo json.RawMessage
}

// UnreadError is the error of an account whose record is there and cannot be read, so
// that its content is unknown. Until it can be read nothing is written over it.
type UnreadError struct {
	Account string
	// Path is the record's file, Err the reason why it cannot be read.
	Path string
	Err  error
}

// Error implements error.
func (e *UnreadError) Error() string {
	return fmt.Sprintf("the saved state of account %s is there but cannot be read: %v", e.Account, statefile.WithRemedy(e.Err))
}

// Unwrap returns the cause.
func (e *UnreadError) Unwrap() error { return e.Err }

// Remedy is the advice for a person, with the command where there is one.
func (e *UnreadError) Remedy() string {
	remedy := cmp.Or(statefile.RemedyFor(e.Err), "make "+e.Path+" readable again")
	path := statefile.ShellQuote(e.Path)
	return remedy + "; the server takes it up by itself then. To do without what is saved there: mv " + path + " " + path + ".aside"
}
