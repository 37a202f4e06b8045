package terminal

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// tail is the plain text below the finished blocks of a page: the part that
// still grows. It breaks its lines itself and a little early, so that it knows
// how many rows it takes on every terminal.
type tail struct {
	columns int    // of the screen when the tail began
	above   int    // rows above the current one
	row     string // the current row, as it stands there
}

// appendText draws more text at the end.
func (t *tail) appendText(out *strings.Builder, text string) {
	rows := wrapText(t.row+expandTabs(text), t.columns-1)
	if more, ok := strings.CutPrefix(rows[0], t.row); ok {
		out.WriteString(more)
	} else {
		// A word that began in this row goes to the next one.
		out.WriteString("\r\x1b[K" + rows[0])
	}
	for _, row := range rows[1:] {
		out.WriteString("\n" + row)
	}
	t.above += len(rows) - 1
	t.row = rows[len(rows)-1]
}

// expandTabs makes the width of tabs certain.
func expandTabs(text string) string { return strings.ReplaceAll(text, "\t", "    ") }

// eraseRows removes the current row and the given number above it, and leaves the
// cursor where the highest began.
func eraseRows(out *strings.Builder, above int) {
	if above > 0 {
		out.WriteString("\x1b[" + strconv.Itoa(above) + "A")
	}
	out.WriteString("\r\x1b[J")
}

// wrapText breaks text into rows of at most columns cells, at blanks where there
// are any. It returns at least one row.
func wrapText(text string, columns int) []string {
	var rows []string
	for line := range strings.SplitSeq(text, "\n") {
		for {
			at := findBreak(line, columns)
			if at == len(line) {
				break
			}
			rows = append(rows, line[:at])
			line = line[at:]
		}
		rows = append(rows, line)
	}
	return rows
}

// findBreak returns where to break the line so that the part before fits.
func findBreak(line string, columns int) int {
	used, space := 0, 0
	for i, r := range line {
		used += countCells(r)
		if used > max(columns, 2) {
			if space > 0 {
				return space
			}
			return i
		}
		if r == ' ' {
			space = i + 1
		}
	}
	return len(line)
}

// countCells returns the most columns a terminal may use for r. Terminals differ on
// emoji and on characters of ambiguous width; too many only breaks the row
// early.
func countCells(r rune) int {
	switch {
	case r == 0xfe0f: // the character before it is drawn as an emoji
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
		return 2
	default:
		if r >= 0x1f000 {
			return 2
		}
		return 1
	}
}
