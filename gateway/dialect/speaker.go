package dialect

import (
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
)

// NameSpeaker returns the parts of a turn with the name of its speaker in front,
// because a conversation may have more than two. Without a name, and of a turn
// that is empty, the parts are returned as they are.
func NameSpeaker(name string, parts []chat.Part) []chat.Part {
	name = joinWords(name)
	parts = DropBlankParts(parts)
	if name == "" || len(parts) == 0 {
		return parts
	}
	if first := parts[0]; first.Blob == nil {
		return append([]chat.Part{{Text: name + ":\n" + first.Text}}, parts[1:]...)
	}
	return slices.Insert(parts, 0, chat.Part{Text: name + ":"})
}

// joinWords returns s on one line.
func joinWords(s string) string { return strings.Join(strings.Fields(s), " ") }
