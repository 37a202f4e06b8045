package toolcall

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/geminid/geminid/chat"
)

// The part of a prompt that tools may take: 40 % of what they take as JSON, together
// with the form of calls. Little is never cut.
const (
	toolShare    = 0.4
	formBytes    = 1 << 10
	toolsAtLeast = 3 << 10
	noteAtLeast  = 64 // bytes that are left of each description
)

// toolBudget is how many bytes the signatures of tools may take.
func toolBudget(tools []chat.OfferedTool) int {
	size := 0
	for _, t := range tools {
		size += len(t.Name) + len(t.Description) + len(t.Schema)
	}
	return max(toolsAtLeast, int(toolShare*float64(size))-formBytes)
}

// writeSignatures writes the signatures of tools. Names, types, values and marks are all
// there, whatever that takes; of descriptions the longest are cut until it fits.
func writeSignatures(tools []*tool, budget int) string {
	var notes noteCutter
	text := notes.write(tools)
	if len(text) <= budget {
		return text
	}
	limit := max(noteAtLeast, fillUp(notes.lengths, budget-(len(text)-notes.total)))
	notes = noteCutter{limit: limit}
	return notes.write(tools)
}

// wholeSignature returns the signature of the tool that a block of no use calls, if that
// was shown shortened.
func (q *Question) wholeSignature(wrong *block, shown []string) string {
	if wrong == nil || q.tools[wrong.name] == nil {
		return ""
	}
	var notes noteCutter
	whole := notes.write([]*tool{q.tools[wrong.name]})
	if len(shown) == 0 || strings.Contains(shown[0], strings.TrimSpace(whole)) || len(whole) > maxRepeatedBytes {
		return ""
	}
	return "\n\nThe tool in full:\n" + whole
}

// fillUp returns the length to which texts are to be cut to take no more than size
// together.
func fillUp(lengths []int, size int) int {
	slices.Sort(lengths)
	for i, length := range lengths {
		if rest := len(lengths) - i; length*rest > size {
			return size / rest
		}
		size -= length
	}
	return size
}

// noteCutter cuts descriptions, and measures them. The zero value cuts none.
type noteCutter struct {
	limit   int // bytes; zero for none
	lengths []int
	total   int
}

func (n *noteCutter) write(tools []*tool) string {
	var out strings.Builder
	for _, t := range tools {
		out.WriteString("\n")
		writeSignature(&out, n, t)
	}
	return out.String()
}

// cutMark stands behind the part of a description that is left.
const cutMark = " …"

// cut returns a description, or its beginning if it is too long: whole sentences, if
// these are not much less.
func (n *noteCutter) cut(text string) string {
	text = strings.TrimSpace(text)
	n.lengths = append(n.lengths, len(text))
	n.total += len(text)
	if n.limit == 0 || len(text) <= n.limit {
		return text
	}
	end := n.limit - len(cutMark)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	text = text[:end]
	for _, sign := range []string{". ", ".\n", "\n", " "} {
		if i := strings.LastIndex(text, sign); i > end*2/3 {
			return strings.TrimSpace(text[:i+1]) + cutMark
		}
	}
	return text + cutMark
}
