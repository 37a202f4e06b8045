package chat_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

// TestStopAt: the answer ends in front of the first stop text, however it is cut
// into pieces, and nothing else of it is lost.
func TestStopAt(t *testing.T) {
	for _, tt := range []struct {
		text, stop, want, found string
	}{
		{"one END two", "END", "one ", "END"},
		{"one EN", "END", "one EN", ""},
		{"END", "END", "", "END"},
		{"", "END", "", ""},
		{"aab", "ab", "a", "ab"},
		{"one\nObservation: x", "\nObservation:|one\nObs", "", "one\nObs"},
		{"x世界y", "界", "x世", "界"},
		{"x世界y", "世z|界y", "x世", "界y"},
		{"abcabd", "abd|zz", "abc", "abd"},
		{"a|b", "", "a|b", ""},
	} {
		for size := 1; size <= len(tt.text)+1; size++ {
			pieces := cutRunes(tt.text, size)
			asked := 0
			events := func(yield func(chat.Event, error) bool) {
				for _, piece := range pieces {
					if asked++; !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
						return
					}
				}
				_ = yield(chat.Event{Kind: chat.Meta}, nil) && yield(chat.Event{Kind: chat.Finish, Reason: chat.Length}, nil)
			}
			var stop []string
			if tt.stop != "" {
				stop = strings.Split(tt.stop, "|")
			}
			answer, err := chat.CollectAnswer(chat.StopAt(events, stop))
			reason := chat.Length
			if tt.want != tt.text {
				reason = chat.Stop
			}
			if err != nil || answer.Text != tt.want || answer.Reason != reason || answer.StopText != tt.found {
				t.Errorf("%q in pieces of %d, stop %q: %q, %s, %q, %v; want %q, %s, %q", tt.text, size, tt.stop, answer.Text, answer.Reason, answer.StopText, err, tt.want, reason, tt.found)
			}
		}
	}
}

// TestStopAtOthers: pictures, thoughts and errors pass, with what was held back in
// front of them.
func TestStopAtOthers(t *testing.T) {
	broken := chat.NewError(chat.Upstream, "broken")
	answer, err := chat.CollectAnswer(chat.StopAt(yielded(t, broken,
		chat.Event{Kind: chat.Thought, Text: "END"}, chat.Event{Kind: chat.Text, Text: "a EN"},
		chat.Event{Kind: chat.Media, Blob: picture}, chat.Event{Kind: chat.Text, Text: "D b E"},
	), []string{"END"}))
	if err == nil || answer.Text != "a END b E" || answer.Thoughts != "END" || len(answer.Media) != 1 {
		t.Errorf("%+v, %v", answer, err)
	}
}

// cutRunes cuts a text into pieces of about size bytes, in whole runes.
func cutRunes(text string, size int) []string {
	var pieces []string
	piece := ""
	for _, r := range text {
		if piece += string(r); len(piece) >= size {
			pieces, piece = append(pieces, piece), ""
		}
	}
	return append(pieces, piece)
}
