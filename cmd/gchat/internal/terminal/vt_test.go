package terminal

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vt is a terminal as far as gchat uses one: text that wraps and scrolls,
// carriage return, cursor up, erase below and to the right. Colours and links
// leave no trace. Anything else is an error of the test that uses it.
type vt struct {
	t             *testing.T
	width, height int
	rows          [][]rune // all there ever were; the last height of them are on the screen
	row, column   int
}

func newVT(t *testing.T, width, height int) *vt {
	return &vt{t: t, width: width, height: height, rows: [][]rune{nil}}
}

var sequence = regexp.MustCompile(`^(?:\x1b\[([0-9;?]*)([A-Za-z])|\x1b\]8;[^\a]*\a)`)

// Write implements io.Writer.
func (v *vt) Write(p []byte) (int, error) {
	text := string(p)
	for text != "" {
		if found := sequence.FindStringSubmatch(text); found != nil {
			v.control(found[1], found[2])
			text = text[len(found[0]):]
			continue
		}
		r := []rune(text)[0]
		text = text[len(string(r)):]
		v.put(r)
	}
	return len(p), nil
}

func (v *vt) put(r rune) {
	switch {
	case r == '\n':
		v.down()
		v.column = 0 // the line discipline adds the carriage return
	case r == '\r':
		v.column = 0
	case r == '\t':
		v.column = min(v.width-1, (v.column/8+1)*8)
	case r < ' ':
		v.t.Errorf("control character %#x on the terminal", r)
	default:
		if v.column >= v.width {
			v.down()
			v.column = 0
		}
		line := v.rows[v.row]
		for len(line) <= v.column {
			line = append(line, ' ')
		}
		line[v.column] = r
		if vtCells(r) == 2 {
			line = append(line[:v.column+1], covered)
		}
		v.rows[v.row] = line
		v.column += vtCells(r)
	}
}

// covered marks the second cell of a wide character.
const covered = -1

// vtCells is the width that a plain Western terminal gives a character, which
// is not what gchat assumes in every case.
func vtCells(r rune) int {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x1f300:
		return 2
	}
	return 1
}

func (v *vt) down() {
	v.row++
	if v.row == len(v.rows) {
		v.rows = append(v.rows, nil)
	}
}

func (v *vt) control(arguments, letter string) {
	n, _ := strconv.Atoi(arguments)
	switch letter {
	case "A":
		top := max(0, len(v.rows)-v.height)
		if v.row-n < top {
			v.t.Errorf("the cursor was moved %d rows up from row %d, above the top of the screen at %d", n, v.row, top)
		}
		v.row = max(top, v.row-n)
	case "J":
		v.rows = v.rows[:v.row+1]
		fallthrough
	case "K":
		v.rows[v.row] = v.rows[v.row][:min(v.column, len(v.rows[v.row]))]
	case "m", "":
	default:
		v.t.Errorf("escape sequence %q %s on the terminal", arguments, letter)
	}
}

// text returns everything that was shown and not erased, scrolled off or not.
func (v *vt) text() string {
	lines := make([]string, len(v.rows))
	for i, row := range v.rows {
		row = slices.DeleteFunc(slices.Clone(row), func(r rune) bool { return r == covered })
		lines[i] = strings.TrimRight(string(row), " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}
