package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

// LineEditor reads lines from the keyboard, with arrow keys and a history.
type LineEditor struct {
	Console *Console
	line    *term.Terminal // made by the first read
	ends    *terminalEnds
}

// terminalEnds joins the two ends of the terminal for the line editor and notes a
// Ctrl-C, which the editor reports as it does Ctrl-D.
type terminalEnds struct {
	io.Reader
	io.Writer
	broke bool
}

const ctrlC = 3

// Read implements io.Reader.
func (e *terminalEnds) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	e.broke = bytes.IndexByte(p[:n], ctrlC) >= 0
	return n, err
}

// ReadInput returns the next line, or several that were pasted as one. Ctrl-C
// empties the line, Ctrl-D is io.EOF. The terminal is raw only while it waits
// here, so that Ctrl-C during an answer is a signal.
func (e *LineEditor) ReadInput() (string, error) {
	fd := int(e.Console.Keyboard.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	if e.line == nil {
		e.resetLine(nil)
	}
	_ = e.line.SetSize(e.Console.screenSize())
	e.line.SetBracketedPasteMode(true)
	line, err := e.readPasted()
	e.line.SetBracketedPasteMode(false)
	if restored := term.Restore(fd, before); err == nil {
		err = restored
	}
	if errors.Is(err, io.EOF) {
		fmt.Fprintln(e.Console.Prompts)
		if e.ends.broke {
			e.resetLine(e.line.History) // the old one still holds the broken line
			return "", nil
		}
	}
	return line, err
}

// resetLine begins with an empty line and the given history, nil for a new one.
func (e *LineEditor) resetLine(history term.History) {
	e.ends = &terminalEnds{Reader: e.Console.In, Writer: e.Console.Prompts}
	e.line = term.NewTerminal(e.ends, "> ")
	if history != nil {
		e.line.History = history
	}
}

// readPasted joins pasted lines until one is ended by the Enter key.
func (e *LineEditor) readPasted() (string, error) {
	var lines []string
	for {
		line, err := e.line.ReadLine()
		lines = append(lines, line)
		if !errors.Is(err, term.ErrPasteIndicator) {
			return strings.Trim(strings.Join(lines, "\n"), "\n"), err
		}
	}
}
