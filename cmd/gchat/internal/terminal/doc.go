// Package terminal is where gchat reads and writes: the standard streams with
// the facts known of the terminals behind them, pages on which an answer appears as
// it arrives, and a line editor.
//
// Start at [SystemConsole]; [Console.NewPage] returns the page for an answer.
// Text that others wrote passes [printable.Text] before it reaches a screen.
//
// # Concurrency
//
// A [Console], a [Page] and a [LineEditor] each belong to one goroutine.
//
// # Errors
//
// Writing to a screen that is gone is not reported: the system ends the program
// with a signal. Reading returns the errors of the underlying file.
package terminal
