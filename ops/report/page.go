package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// Style is how a report is written.
type Style struct {
	// Markdown writes headings and tables; else it is plain text in columns.
	Markdown bool
	// Language is one of Languages; empty means English.
	Language string
	// Zone is for the moments; nil means the local one.
	Zone *time.Location
}

// Write writes the report. The first line is its title.
func (r *Report) Write(to io.Writer, style Style) error {
	w := writer{tongue: speak(style.Language), Report: r, zone: style.Zone}
	if w.zone == nil {
		w.zone = time.Local
	}
	var page bytes.Buffer
	if style.Markdown {
		w.markdown(&page)
	} else {
		w.text(&page)
	}
	_, err := to.Write(page.Bytes())
	return err
}

func (w writer) text(page *bytes.Buffer) {
	title, notes := w.head()
	fmt.Fprintln(page, title)
	for _, note := range notes {
		fmt.Fprintln(page, note)
	}
	for _, s := range w.sections() {
		fmt.Fprintf(page, "\n%s\n", s.title)
		w.column(page, s.rows)
		for _, line := range s.lines {
			fmt.Fprintf(page, "  %s\n", plain(line))
		}
		if len(s.rows)+len(s.lines) == 0 {
			fmt.Fprintf(page, "  %s\n", w.say("none"))
		}
	}
}

// column lines the values up by what a terminal shows: Chinese signs are two
// columns wide.
func (w writer) column(page *bytes.Buffer, rows []row) {
	widest := 0
	for _, r := range rows {
		widest = max(widest, columns(r.name))
	}
	for _, r := range rows {
		fmt.Fprintf(page, "  %s%s  %s\n", plain(r.name), strings.Repeat(" ", widest-columns(r.name)), plain(r.value))
	}
}

// plain keeps a text on its line and the terminal as it is, whoever named what
// stands in it.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

func columns(text string) (n int) {
	for _, r := range text {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

func (w writer) markdown(page *bytes.Buffer) {
	title, notes := w.head()
	fmt.Fprintf(page, "# %s\n", cell(title))
	for _, note := range notes {
		fmt.Fprintf(page, "\n%s\n", cell(note))
	}
	for _, s := range w.sections() {
		fmt.Fprintf(page, "\n## %s\n\n", cell(s.title))
		if len(s.rows) > 0 {
			fmt.Fprintf(page, "| %s | %s |\n|---|---|\n", w.say("item"), w.say("figure"))
		}
		for _, r := range s.rows {
			fmt.Fprintf(page, "| %s | %s |\n", cell(r.name), cell(r.value))
		}
		for _, line := range s.lines {
			fmt.Fprintf(page, "- %s\n", cell(line))
		}
		if len(s.rows)+len(s.lines) == 0 {
			fmt.Fprintf(page, "- %s\n", w.say("none"))
		}
	}
}

// cell keeps a text on its line and in its cell of a table, whoever named what
// stands in it.
func cell(text string) string {
	return strings.NewReplacer("\r", " ", "\n", " ", "|", `\|`, "<", "&lt;", "_", `\_`, "`", "'", "*", `\*`).Replace(text)
}
