package main

import "io"

// page is what an answer is written on, piece by piece.
type page interface {
	write(text string)
	close()
}

// page returns what fits standard output: rendered Markdown on a screen that can
// show it, else the text as it is.
func (c *console) page(raw bool) page {
	if raw || !c.styled() {
		return &plainPage{out: c.out, screen: c.screen != nil}
	}
	return newMarkdown(c.out, c.size, c.style())
}

// plainPage writes the answer as it comes. Into a pipe or a file that means
// byte by byte; a screen gets no control characters.
type plainPage struct {
	out    io.Writer
	screen bool
	last   byte
}

func (p *plainPage) write(text string) {
	if p.screen {
		text = printable(text)
	}
	if text != "" {
		p.last = text[len(text)-1]
		_, _ = io.WriteString(p.out, text) // a reader that left ends the program by SIGPIPE
	}
}

// close ends the last line when the model did not.
func (p *plainPage) close() {
	if p.last != 0 && p.last != '\n' {
		_, _ = io.WriteString(p.out, "\n")
	}
}
