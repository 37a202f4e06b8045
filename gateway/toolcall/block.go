package toolcall

import (
	"strings"
)

// match says whether a line, or its beginning, opens the block of a call.
type match uint8

const (
	noMatch     match = iota
	openMatch         // it may, and more of the line is needed
	fullMatch         // it does
	forgedMatch       // it does so with another tag
)

// maxOpeningBytes bounds the line that opens a block: a tag, a name of any length that
// clients send, and their surroundings.
const maxOpeningBytes = 512

// opening is the line that opens a block.
type opening struct {
	mark  byte // '`' or '~'
	width int  // the number of marks
	name  string
}

// matchOpening matches a line against the opening of a block. whole is set if the line
// has ended.
func matchOpening(line, tag string, whole bool) (opening, match) {
	if len(line) > maxOpeningBytes {
		return opening{}, noMatch
	}
	rest := strings.TrimLeft(line, " ")
	if len(line)-len(rest) > 3 {
		return opening{}, noMatch
	}
	if rest == "" {
		return opening{}, pending(whole)
	}
	open := opening{mark: rest[0]}
	if open.mark != '`' && open.mark != '~' {
		return open, noMatch
	}
	label := strings.TrimLeft(rest, string(open.mark))
	open.width = len(rest) - len(label)
	label = strings.TrimLeft(label, " ")
	if label == "" {
		return open, pending(whole)
	}
	if open.width < 3 {
		return open, noMatch
	}
	return open.matchLabel(label, tag, whole)
}

func pending(whole bool) match {
	if whole {
		return noMatch
	}
	return openMatch
}

const labelPrefix = "call-"

// matchLabel matches what stands behind the marks.
func (open opening) matchLabel(label, tag string, whole bool) (opening, match) {
	want := labelPrefix + tag
	if n := min(len(label), len(want)); !strings.EqualFold(label[:n], want[:n]) {
		word, _, ended := strings.Cut(label, " ")
		if len(word) == len(want) && (ended || whole) && strings.HasPrefix(word, labelPrefix) {
			return open, forgedMatch
		}
		if !ended && !whole && len(word) <= len(want) && strings.HasPrefix(word, labelPrefix) {
			return open, openMatch
		}
		return open, noMatch
	}
	if !whole {
		return open, openMatch
	}
	if len(label) < len(want) {
		return open, noMatch
	}
	open.name = strings.TrimSpace(label[len(want):])
	return open, fullMatch
}

// maxCallBytes bounds one call.
const maxCallBytes = 1 << 20

// block is the text of a call, line by line.
type block struct {
	opening
	tag      string
	line     strings.Builder // the line that has not ended yet
	object   strings.Builder // what stands in front of the sections
	sections []section
	inside   bool // a section is open
	size     int
	ended    bool // the end was seen; a call without it is never made
}

// section is a long text below the object.
type section struct {
	name  string
	text  strings.Builder
	lines int
}

// write takes text up to the end of the block, and returns what follows it.
func (b *block) write(text string) (rest string) {
	for !b.ended && text != "" {
		line, more, whole := strings.Cut(text, "\n")
		b.size += len(line) + 1
		if b.size > maxCallBytes {
			return text
		}
		b.line.WriteString(line)
		if !whole {
			return ""
		}
		b.endLine()
		text = more
	}
	return text
}

// finish ends the last line, at the end of the answer.
func (b *block) finish() {
	if !b.ended && b.line.Len() > 0 {
		b.endLine()
	}
}

func (b *block) endLine() {
	line := b.line.String()
	b.line.Reset()
	marker := strings.TrimRight(line, " \t\r")
	if name, ok := b.sectionName(marker); ok {
		b.inside = name != endSection
		if b.inside {
			b.sections = append(b.sections, section{name: name})
		}
		return
	}
	switch {
	case b.inside:
		b.sections[len(b.sections)-1].addLine(line)
	case b.closes(marker):
		b.ended = true
	default:
		b.object.WriteString(line + "\n")
	}
}

// endSection is the name on the line that ends the last section.
const endSection = "end"

func (b *block) sectionName(line string) (string, bool) {
	prefix := "--" + b.tag
	if len(line) < len(prefix) || !strings.EqualFold(line[:len(prefix)], prefix) {
		return "", false
	}
	return strings.TrimSpace(line[len(prefix):]), true
}

func (s *section) addLine(line string) {
	if s.lines > 0 {
		s.text.WriteByte('\n')
	}
	s.lines++
	s.text.WriteString(line)
}

// closes reports whether a line outside of a section ends the block: one of as many
// marks as the opening has, or more. Models also put them behind the object.
func (b *block) closes(line string) bool {
	before := strings.TrimRight(line, string(b.mark))
	if len(line)-len(before) < b.width {
		return false
	}
	if strings.TrimSpace(before) == "" {
		return true
	}
	if !strings.HasSuffix(strings.TrimSpace(before), "}") {
		return false
	}
	b.object.WriteString(before)
	return true
}

// rebuild writes the block as the model wrote it, as far as it came.
func (b *block) rebuild() string {
	marks := strings.Repeat(string(b.mark), b.width)
	var out strings.Builder
	out.WriteString(marks + labelPrefix + b.tag + " " + b.name + "\n" + b.object.String())
	for i := range b.sections {
		out.WriteString("--" + b.tag + " " + b.sections[i].name + "\n" + b.sections[i].text.String() + "\n")
	}
	out.WriteString(b.line.String())
	if b.ended {
		if len(b.sections) > 0 {
			out.WriteString("--" + b.tag + " " + endSection + "\n")
		}
		out.WriteString(marks)
	}
	return out.String()
}
