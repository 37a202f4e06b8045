package main

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// console is where the program reads and writes, and what is known of the
// terminals there.
type console struct {
	in       *bufio.Reader
	out, err io.Writer
	// keyboard is the terminal that is typed on, nil when standard input is a
	// pipe or a file.
	keyboard *os.File
	// screen is the terminal that is looked at when standard output is one.
	screen *os.File
	// prompts is where questions to the user are drawn: never into a pipe.
	prompts io.Writer
	getenv  func(string) string
}

func systemConsole() *console {
	c := &console{
		in: bufio.NewReader(os.Stdin), out: os.Stdout, err: os.Stderr,
		prompts: os.Stderr, getenv: os.Getenv,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		c.keyboard = os.Stdin
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		c.screen, c.prompts = os.Stdout, os.Stdout
		prepareScreen(os.Stdout)
	}
	return c
}

// The size that is assumed when the terminal does not tell.
const (
	fallbackWidth  = 80
	fallbackHeight = 24
)

// size returns the columns and rows of the screen as they are now.
func (c *console) size() (width, height int) {
	if c.screen != nil {
		if w, h, err := term.GetSize(int(c.screen.Fd())); err == nil {
			width, height = w, h
		}
	}
	return cmp.Or(width, fallbackWidth), cmp.Or(height, fallbackHeight)
}

// styled reports whether the screen understands cursor movement; colour is
// another question, see colourless.
func (c *console) styled() bool { return c.screen != nil && c.getenv("TERM") != "dumb" }

// colourless reports whether the user asked for no colour (no-color.org).
func (c *console) colourless() bool { return c.getenv("NO_COLOR") != "" }

// dim returns s in the faint style where that is wanted, for what is beside
// the point.
func (c *console) dim(s string) string {
	if !c.styled() || c.colourless() {
		return s
	}
	return "\x1b[2m" + s + "\x1b[22m"
}

// printable drops what could steer a terminal from text that others wrote: all
// control characters but newline and tab. An answer, a model's name or an error
// text must not be able to move the cursor or retitle the window.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1 // the two ranges override the direction of writing
		}
		return r
	}, s)
}

// readLine reads one line of standard input without its end; io.EOF only when
// there is nothing at all.
func (c *console) readLine() (string, error) {
	line, err := c.in.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
