package terminal_test

import (
	"bytes"
	"fmt"

	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// Into a pipe an answer goes as it is, with a newline at its end.
func ExampleConsole_NewPage() {
	var pipe bytes.Buffer
	c := &terminal.Console{Out: &pipe, Getenv: func(string) string { return "" }}
	page := c.NewPage(false)
	page.AppendText("# Title\n\nSome ")
	page.AppendText("**bold** words.")
	page.EndText()
	fmt.Print(pipe.String())
	// Output:
	// # Title
	//
	// Some **bold** words.
}
