package geminiweb

import (
	"bytes"
	"strings"

	"github.com/geminid/geminid/chat"
)

// sendMissing sends a sentence for each kind of content that the text of the answer has
// a placeholder for and that did not come.
func (r *answerReader) sendMissing() error {
	places := r.answer.Places()
	if places.Documents > 0 {
		r.t.c.notice(SignCanvas, "no document")
	}
	none := len(r.media) == 0
	for _, m := range []struct {
		missing  bool
		sentence string
	}{
		{places.Documents > 0, "(A document of this answer did not come with it; ask for its text in the chat.)"},
		{places.Pictures && none, "(A picture of this answer did not come with it; ask for it again.)"},
		{places.Video && none, "(A video of this answer did not come with it; ask for it again.)"},
	} {
		if !m.missing {
			continue
		}
		text := r.startParagraph() + m.sentence
		r.texted = true
		r.countNewlines([]byte(text))
		if err := r.t.sendEvent(chat.Event{Kind: chat.Text, Text: text}); err != nil {
			return err
		}
	}
	return nil
}

// countNewlines keeps count of the newlines at the end of the text that was sent.
func (r *answerReader) countNewlines(piece []byte) {
	trailing := len(piece) - len(bytes.TrimRight(piece, "\n"))
	if trailing == len(piece) {
		trailing += r.newlines
	}
	r.newlines = trailing
}

// startParagraph returns the newlines that end the paragraph of the text that was sent.
func (r *answerReader) startParagraph() string {
	if !r.texted {
		return ""
	}
	return strings.Repeat("\n", max(0, 2-r.newlines))
}
