package terminal

import (
	"io"
	"regexp"
	"strings"

	"charm.land/glamour/v2"
	"charm.land/glamour/v2/styles"

	"github.com/geminid/geminid/internal/printable"
)

// maxMeasure is the longest line of text that is good to read.
const maxMeasure = 100

// markdownPage is a page on a screen. Blocks that are finished stand there rendered
// and are never touched again; the one that grows stands below them as plain
// text and is redrawn once, when it is finished. Rows that outgrow the screen
// cannot be redrawn: a long code block is rendered in parts, anything else stays
// plain.
type markdownPage struct {
	out   io.Writer
	size  func() (width, height int)
	style glamour.TermRendererOption

	source string // not rendered yet
	shown  int    // bytes of source that stand in the tail
	cut    blocks
	tail   tail
	begun  bool // something stands above the tail

	columns, rows int // of the screen, as they were last seen

	renderer *glamour.TermRenderer
	measure  int // the width that the renderer was made for
}

func newMarkdownPage(out io.Writer, size func() (int, int), style glamour.TermRendererOption) *markdownPage {
	return &markdownPage{out: out, size: size, style: style}
}

func (m *markdownPage) AppendText(text string) { m.addText(printable.Text(text), false) }

func (m *markdownPage) EndText() { m.addText("", true) }

// addText takes in more text and draws the result in one write, so
// that the screen never shows a half-drawn step.
func (m *markdownPage) addText(text string, last bool) {
	m.source += text
	m.columns, m.rows = m.size()
	var out strings.Builder
	for {
		done, size, ok := m.cut.next(m.source, last, m.rows/2)
		if !ok {
			break
		}
		m.finishBlock(&out, done, size)
	}
	m.drawTail(&out)
	_, _ = io.WriteString(m.out, out.String()) // a terminal that is gone sends SIGHUP
}

// finishBlock puts a finished block, the first size bytes of the source, in the
// place of its plain text.
func (m *markdownPage) finishBlock(out *strings.Builder, done block, size int) {
	switch {
	case m.shown > 0 && (m.tail.columns != m.columns || m.tail.above >= m.rows):
		m.keepPlain(out, size)
	default:
		if m.shown > 0 {
			eraseRows(out, m.tail.above)
		}
		if done.text != "" {
			if m.begun && !done.tight {
				out.WriteString("\n")
			}
			out.WriteString(m.renderBlock(done.text))
		}
	}
	m.begun = true
	m.source, m.shown, m.tail = m.source[size:], 0, tail{}
}

// keepPlain lets a finished block stay as plain text, because its beginning has left
// the screen or the terminal has broken its rows anew. The rows below it
// of the next block is taken away, to be drawn again as a tail of its own.
func (m *markdownPage) keepPlain(out *strings.Builder, size int) {
	if m.shown < size {
		m.tail.appendText(out, m.source[m.shown:size])
	}
	ahead := m.source[size:max(size, m.shown)]
	switch {
	case ahead != "" && m.tail.columns == m.columns:
		eraseRows(out, len(wrapText(expandTabs(ahead), m.columns-1))-1)
	case m.tail.row != "":
		out.WriteString("\n")
	}
}

// drawTail draws the new part of the unfinished block.
func (m *markdownPage) drawTail(out *strings.Builder) {
	text := m.source[m.shown:]
	if m.shown == 0 {
		if blank(m.source) {
			return
		}
		m.tail = tail{columns: m.columns}
		text = strings.TrimLeft(m.source, "\n")
		if m.begun && !m.cut.joins(m.source) {
			text = "\n" + text
		}
	}
	m.tail.appendText(out, text)
	m.shown = len(m.source)
}

// renderBlock returns the rows of a block, each with its newline. A block that
// cannot be rendered is its own text.
func (m *markdownPage) renderBlock(text string) string {
	if measure := min(m.columns, maxMeasure); m.renderer == nil || m.measure != measure {
		renderer, err := glamour.NewTermRenderer(m.style, glamour.WithWordWrap(measure))
		if err != nil {
			return ending(text)
		}
		m.renderer, m.measure = renderer, measure
	}
	rendered, err := m.renderer.Render(text)
	if err != nil {
		return ending(text)
	}
	return trimRows(rendered)
}

var (
	// padding is the text with which glamour fills rows up to the width.
	padding = regexp.MustCompile(`(\x1b\[[0-9;]*m|[ \t])*$`)
	// styling is every escape sequence glamour writes: colours and links.
	styling = regexp.MustCompile(`\x1b\[[0-9;]*m|\x1b\]8;[^\a]*\a`)
)

// trimRows removes the padding at the ends of the rows and the empty rows around a
// block.
func trimRows(rendered string) string {
	rows := strings.Split(rendered, "\n")
	for i, row := range rows {
		bare := padding.ReplaceAllString(row, "")
		if bare != row && strings.Contains(bare, "\x1b[") {
			bare += "\x1b[m"
		}
		rows[i] = bare
	}
	empty := func(row string) bool { return strings.TrimSpace(styling.ReplaceAllString(row, "")) == "" }
	for len(rows) > 0 && empty(rows[0]) {
		rows = rows[1:]
	}
	for len(rows) > 0 && empty(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	if len(rows) == 0 {
		return ""
	}
	return strings.Join(rows, "\n") + "\n"
}

// markdownStyle chooses how Markdown looks: GLAMOUR_STYLE if it is set, no colour
// if that was asked for, else colours that suit the background as far as the
// terminal reports it. The text keeps the terminal's own colour and stands at the
// left edge, where it can be copied.
func (c *Console) markdownStyle() glamour.TermRendererOption {
	name := c.Getenv("GLAMOUR_STYLE")
	switch {
	case c.withoutColor():
		name = styles.NoTTYStyle
	case name == "" || name == "auto":
		name = styles.DarkStyle
		// COLORFGBG is "foreground;background"; 7 and 15 are the light ones.
		colours := strings.Split(c.Getenv("COLORFGBG"), ";")
		if background := colours[len(colours)-1]; background == "7" || background == "15" {
			name = styles.LightStyle
		}
	}
	known, ok := styles.DefaultStyles[name]
	if !ok {
		return glamour.WithStylePath(name) // a file, or an error when rendering
	}
	chosen := *known
	flush := uint(0)
	chosen.Document.Margin = &flush
	chosen.Document.Color = nil
	return glamour.WithStyles(chosen)
}
