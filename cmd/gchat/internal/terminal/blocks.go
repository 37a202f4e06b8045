package terminal

import (
	"regexp"
	"strconv"
	"strings"
)

// block is a piece of Markdown that can be rendered by itself.
type block struct {
	text string
	// tight means that no empty line belongs before it: the next item of a
	// list, or more of a code block that was cut.
	tight bool
}

// blocks cuts Markdown that is still growing into blocks. It looks at whole
// lines only, so that the cuts depend on the text and not on how it arrived.
type blocks struct {
	fence   string // opening line of a code block that was cut, else empty
	ordinal int    // number of the last list item if it was an ordered one
	listed  bool   // the last block was a list item
	tightly bool   // the last block can be followed without an empty line
}

var (
	fenceLine   = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})")
	headingLine = regexp.MustCompile(`^ {0,3}#{1,6}([ \t]|$)`)
	ruleLine    = regexp.MustCompile(`^ {0,3}((\*[ \t]*){3,}|(-[ \t]*){3,}|(_[ \t]*){3,})$`)
	itemLine    = regexp.MustCompile(`^ {0,3}([-*+]|(\d{1,9})[.)])([ \t]+|$)`)
)

// next cuts the first finished block off source and returns it with the number
// of bytes it took. With last set the rest of the source counts as finished. An
// unfinished code block of more than tall lines is cut too, and goes on in the
// next one; tall 0 sets no limit.
func (b *blocks) next(source string, last bool, tall int) (done block, size int, ok bool) {
	lines := strings.SplitAfter(source, "\n")
	if end := len(lines) - 1; !last || lines[end] == "" {
		lines = lines[:end] // it may still grow
	}
	for b.fence == "" && len(lines) > 0 && blank(lines[0]) {
		size += len(lines[0])
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return block{}, 0, false
	}
	first, gap := lines[0], size > 0
	var count int
	switch {
	case b.fence != "" || fenceLine.MatchString(first):
		return b.code(lines, size, last, tall)
	case headingLine.MatchString(first) || ruleLine.MatchString(strings.TrimRight(first, "\n")):
		count = 1
	case itemLine.MatchString(first):
		count = itemEnd(lines, last)
	default:
		count = paragraphEnd(lines, last)
	}
	if count == 0 {
		return block{}, 0, false
	}
	text := strings.Join(lines[:count], "")
	return b.plain(text, gap), size + len(text), true
}

// joins reports whether the block that source begins with seems to follow the
// last one without an empty line.
func (b *blocks) joins(source string) bool {
	return b.fence != "" || b.tightly && !strings.HasPrefix(source, "\n")
}

// plain notes the kind of block that text is and says how it follows the last one.
// An item that goes on an ordered list gets the number that is its turn: it is
// rendered alone and lists may be numbered 1. 1. 1. in their source.
func (b *blocks) plain(text string, gap bool) block {
	item := itemLine.FindStringSubmatchIndex(text)
	tight := item != nil && b.tightly && !gap
	switch {
	case item == nil, item[4] < 0: // no item, or one without a number
		b.ordinal = 0
	case b.listed && b.ordinal > 0:
		b.ordinal++
		text = text[:item[4]] + strconv.Itoa(b.ordinal) + text[item[5]:]
	default:
		b.ordinal, _ = strconv.Atoi(text[item[4]:item[5]])
	}
	b.listed = item != nil
	b.tightly = item != nil || !headingLine.MatchString(text)
	return block{text, tight}
}

// code cuts a fenced code block, or a part of one.
func (b *blocks) code(lines []string, before int, last bool, tall int) (block, int, bool) {
	goesOn := b.fence != ""
	opening, body := b.fence, lines
	if !goesOn {
		opening, body = lines[0], lines[1:]
		before += len(lines[0])
	}
	mark := strings.TrimSpace(fenceLine.FindString(opening))
	end, closed := fenceEnd(body, mark)
	if !closed && !last && (tall == 0 || len(body) < tall) {
		return block{}, 0, false
	}
	text := strings.Join(body[:end], "")
	size := before + len(text)
	b.fence = opening
	if closed {
		size += len(body[end])
	}
	if closed || last {
		b.fence = ""
	}
	b.listed, b.tightly, b.ordinal = false, false, 0
	if goesOn && text == "" {
		return block{tight: true}, size, true // only the closing line was left
	}
	return block{ending(opening) + ending(text) + mark + "\n", goesOn}, size, true
}

// fenceEnd returns the index of the line that closes a code block opened with
// mark, else the number of lines.
func fenceEnd(lines []string, mark string) (end int, closed bool) {
	for i, line := range lines {
		closing := strings.TrimSpace(line)
		if strings.HasPrefix(closing, mark) && strings.Trim(closing, mark[:1]) == "" {
			return i, true
		}
	}
	return len(lines), false
}

// itemEnd returns how many lines the list item at the beginning has, 0 if
// that is not certain yet. Its own lines are indented below its text; a line
// that is not still belongs to it if it goes on a paragraph.
func itemEnd(lines []string, last bool) int {
	inner := len(itemLine.FindString(lines[0]))
	afterBlank, fence := false, ""
	text := 1 // lines without the empty ones at the end
	for i, line := range lines[1:] {
		if fence == "" && blank(line) {
			afterBlank = true
			continue
		}
		bare := strings.TrimLeft(line, " ")
		indented := len(line)-len(bare) >= min(inner, 4) || strings.HasPrefix(line, "\t")
		if fence == "" && !indented && (afterBlank || starts(line)) {
			return text
		}
		fence = toggle(fence, bare)
		afterBlank, text = false, i+2
	}
	if last {
		return text
	}
	return 0
}

// toggle returns the mark of the code block that is open after the line, empty
// if none is.
func toggle(fence, line string) string {
	mark := fenceLine.FindString(line)
	switch {
	case fence == "":
		return mark
	case strings.HasPrefix(mark, fence) && strings.TrimSpace(line) == mark:
		return ""
	}
	return fence
}

// paragraphEnd returns how many lines the paragraph, table or quotation at the
// beginning has, 0 if that is not certain yet.
func paragraphEnd(lines []string, last bool) int {
	for i, line := range lines[1:] {
		if blank(line) || starts(line) {
			return i + 1
		}
	}
	if last {
		return len(lines)
	}
	return 0
}

// starts reports whether the line begins a block without an empty line before
// it. A rule does not: below a paragraph it makes a heading of it.
func starts(line string) bool {
	return fenceLine.MatchString(line) || headingLine.MatchString(line) ||
		itemLine.MatchString(line) && !ruleLine.MatchString(strings.TrimRight(line, "\n"))
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// ending returns text with a newline at its end.
func ending(text string) string { return strings.TrimSuffix(text, "\n") + "\n" }
