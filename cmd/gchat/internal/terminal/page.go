package terminal

import (
	"io"

	"github.com/geminid/geminid/internal/printable"
)

// Page takes an answer, piece by piece.
type Page interface {
	// AppendText adds the next piece.
	AppendText(text string)
	// EndText ends the answer: whatever was held back is drawn.
	EndText()
}

// NewPage returns the page that fits standard output: rendered Markdown on a screen
// that can show it, else, or if raw, the text as it is.
func (c *Console) NewPage(raw bool) Page {
	if raw || !c.MovesCursor() {
		return &plainPage{out: c.Out, screen: c.Screen != nil}
	}
	return newMarkdownPage(c.Out, c.screenSize, c.markdownStyle())
}

// plainPage writes the answer as it comes. Into a pipe or a file that means
// byte by byte; a screen gets no control characters.
type plainPage struct {
	out    io.Writer
	screen bool
	last   byte
}

// AppendText writes the piece at once.
func (p *plainPage) AppendText(text string) {
	if p.screen {
		text = printable.Text(text)
	}
	if text != "" {
		p.last = text[len(text)-1]
		_, _ = io.WriteString(p.out, text) // a reader that left ends the program by SIGPIPE
	}
}

// EndText ends the last line if the model did not.
func (p *plainPage) EndText() {
	if p.last != 0 && p.last != '\n' {
		_, _ = io.WriteString(p.out, "\n")
	}
}
