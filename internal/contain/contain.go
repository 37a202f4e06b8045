// Package contain keeps a panic from ending the process. net/http does so for the
// goroutine of a request alone; a goroutine of our own that handles data from others
// runs it by [Call] or [Log], so that the panic costs one piece of work.
//
// Panics are described without the values that they may hold, which can be a client's
// words or a cookie.
package contain

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
)

// PanicError is a panic as an error.
type PanicError struct {
	// Text describes the panic: the text of a runtime error, which names types and
	// indexes only, else the type of the value.
	Text string
	// Stack is where it happened: functions and lines, no contents.
	Stack string
}

// Error implements error. The text is one line without the stack.
func (e *PanicError) Error() string { return "a fault of this program (panic: " + e.Text + ")" }

// Describe returns a recovered value as an error; one of [Rethrow] is that error. It is
// called in the deferred function that recovered it, where the stack still shows the
// place.
func Describe(p any) *PanicError {
	if e, ok := p.(*PanicError); ok {
		return e
	}
	text := fmt.Sprintf("a value of type %T", p)
	if err, ok := p.(runtime.Error); ok {
		text = err.Error()
	}
	buf := make([]byte, 8<<10)
	return &PanicError{Text: text, Stack: string(buf[:runtime.Stack(buf, false)])}
}

// Call calls f and returns its error, or a [PanicError] if f panics. Resources that f
// holds must be released by its deferred functions.
func Call(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Describe(p)
		}
	}()
	return f()
}

// Rethrow panics if err is the panic of another goroutine that worked for this one, so
// that it ends this one's work as if it had happened here. Other errors do nothing.
func Rethrow(err error) {
	if e, ok := errors.AsType[*PanicError](err); ok {
		panic(e)
	}
}

// Log calls f, and logs its panic as the loss of work, which is a constant.
func Log(logger *slog.Logger, work string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			e := Describe(p)
			logger.Error("a panic ended a piece of work; please report it", "work", work, "panic", e.Text, "stack", e.Stack)
		}
	}()
	f()
}
