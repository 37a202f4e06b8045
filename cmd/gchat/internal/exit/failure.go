package exit

// Failure is an error with its exit code, in words for the user.
type Failure struct {
	Code int
	What string // the problem and its place; empty if it was printed already
	Next string // the next step; empty if there is none
}

// Error implements error.
func (f *Failure) Error() string { return f.What }

// New returns a [Failure] as an error. what names the problem and its place,
// next the next step; next may be empty.
func New(code int, what, next string) error { return &Failure{code, what, next} }

// UsageError returns the error of a wrong command line.
func UsageError(what, next string) error { return New(Usage, what, next) }

// ErrInterrupted ends the program after Ctrl-C without another word.
var ErrInterrupted error = &Failure{Code: Interrupted}
