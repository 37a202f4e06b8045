package terminal

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Console is where the program reads and writes, and the facts known of the
// terminals there.
type Console struct {
	In       *bufio.Reader
	Out, Err io.Writer
	// Keyboard is the terminal that is typed on, nil if standard input is a
	// pipe or a file.
	Keyboard *os.File
	// Screen is the terminal that is looked at, nil if standard output is none.
	Screen *os.File
	// Prompts is where questions to the user are drawn: never into a pipe.
	Prompts io.Writer
	Getenv  func(string) string
}

// SystemConsole returns the console of the process: its standard streams, and the
// terminals among them.
func SystemConsole() *Console {
	c := &Console{
		In: bufio.NewReader(os.Stdin), Out: os.Stdout, Err: os.Stderr,
		Prompts: os.Stderr, Getenv: os.Getenv,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		c.Keyboard = os.Stdin
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		c.Screen, c.Prompts = os.Stdout, os.Stdout
		prepareScreen(os.Stdout)
	}
	return c
}

// The size that is assumed if the terminal does not report one.
const (
	fallbackWidth  = 80
	fallbackHeight = 24
)

// screenSize returns the columns and rows of the screen as they are now.
func (c *Console) screenSize() (width, height int) {
	if c.Screen != nil {
		if w, h, err := term.GetSize(int(c.Screen.Fd())); err == nil {
			width, height = w, h
		}
	}
	return cmp.Or(width, fallbackWidth), cmp.Or(height, fallbackHeight)
}

// MovesCursor reports whether the screen understands cursor movement; colour is
// another question, see colourless.
func (c *Console) MovesCursor() bool { return c.Screen != nil && c.Getenv("TERM") != "dumb" }

// withoutColor reports whether the user asked for no colour (no-color.org).
func (c *Console) withoutColor() bool { return c.Getenv("NO_COLOR") != "" }

// DimText returns s in the faint style where that is wanted, for remarks beside
// the point.
func (c *Console) DimText(s string) string {
	if !c.MovesCursor() || c.withoutColor() {
		return s
	}
	return "\x1b[2m" + s + "\x1b[22m"
}

// ReadLine reads one line of standard input without its end; io.EOF only if
// there is nothing at all.
func (c *Console) ReadLine() (string, error) {
	line, err := c.In.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
