package exit

// Failure is an error with its exit code, in words for the user.
type Failure struct {
	Code int
	What string // what happened and where; empty if it was printed already
	Next string // what to do next; empty if there is nothing to do
}

// Error implements error.
func (f *Failure) Error() string { return f.What }

// New returns a [failure] as an error. what says what happened and where,
// next what to do about it; next may be empty.
func New(code int, what, next string) error { return &Failure{code, what, next} }

// UsageError returns the error of a wrong command line.
func UsageError(what, next string) error { return New(Usage, what, next) }

// ErrInterrupted ends the program after Ctrl-C without another word.
var ErrInterrupted error = &Failure{Code: Interrupted}
