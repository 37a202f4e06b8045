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
	w := pageWriter{phrasebook: phrasebookFor(style.Language), Report: r, zone: style.Zone}
	if w.zone == nil {
		w.zone = time.Local
	}
	var page bytes.Buffer
	if style.Markdown {
		w.writeMarkdown(&page)
	} else {
		w.writeText(&page)
	}
	_, err := to.Write(page.Bytes())
	return err
}

func (w pageWriter) writeText(page *bytes.Buffer) {
	title, notes := w.titleAndNotes()
	fmt.Fprintln(page, title)
	for _, note := range notes {
		fmt.Fprintln(page, note)
	}
	for _, s := range w.buildSections() {
		fmt.Fprintf(page, "\n%s\n", s.title)
		w.writeRows(page, s.rows)
		for _, line := range s.lines {
			fmt.Fprintf(page, "  %s\n", toSingleLine(line))
		}
		if len(s.rows)+len(s.lines) == 0 {
			fmt.Fprintf(page, "  %s\n", w.phraseFor("none"))
		}
	}
}

// writeRows aligns the values by their width in a terminal: Chinese characters are
// two columns wide.
func (w pageWriter) writeRows(page *bytes.Buffer, rows []row) {
	widest := 0
	for _, r := range rows {
		widest = max(widest, displayWidth(r.name))
	}
	for _, r := range rows {
		fmt.Fprintf(page, "  %s%s  %s\n", toSingleLine(r.name), strings.Repeat(" ", widest-displayWidth(r.name)), toSingleLine(r.value))
	}
}

// toSingleLine keeps a text on its line and free of control characters, wherever its
// names come from.
func toSingleLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

func displayWidth(text string) (n int) {
	for _, r := range text {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

func (w pageWriter) writeMarkdown(page *bytes.Buffer) {
	title, notes := w.titleAndNotes()
	fmt.Fprintf(page, "# %s\n", tableCell(title))
	for _, note := range notes {
		fmt.Fprintf(page, "\n%s\n", tableCell(note))
	}
	for _, s := range w.buildSections() {
		fmt.Fprintf(page, "\n## %s\n\n", tableCell(s.title))
		if len(s.rows) > 0 {
			fmt.Fprintf(page, "| %s | %s |\n|---|---|\n", w.phraseFor("item"), w.phraseFor("figure"))
		}
		for _, r := range s.rows {
			fmt.Fprintf(page, "| %s | %s |\n", tableCell(r.name), tableCell(r.value))
		}
		for _, line := range s.lines {
			fmt.Fprintf(page, "- %s\n", tableCell(line))
		}
		if len(s.rows)+len(s.lines) == 0 {
			fmt.Fprintf(page, "- %s\n", w.phraseFor("none"))
		}
	}
}

// tableCell keeps a text on its line and in its cell of a table, wherever its names
// come from.
func tableCell(text string) string {
	return strings.NewReplacer("\r", " ", "\n", " ", "|", `\|`, "<", "&lt;", "_", `\_`, "`", "'", "*", `\*`).Replace(text)
}
