package dialect_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// TestBodyOfAnswers checks that a document is what encoding/json makes of the same
// answer, whatever the text holds, and that its length is told in advance.
func TestBodyOfAnswers(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789"), 20<<10)
	answer := chat.Answer{Text: "a \"quoted\" <text>\u2028", Reason: chat.Stop, Media: []*chat.Blob{{MIME: "image/png", Data: big}, {MIME: "image/jpeg", Data: []byte{1}}, {MIME: "image/png", Data: nil}}}
	call := &dialect.Call{Op: dialect.Generate, Model: "m", ID: "ID", Chat: new(chat.Request)}
	for _, d := range registry.All {
		doc := d.EncodeAnswer(call, answer)
		var w writes
		n, err := doc.WriteTo(&w)
		if err != nil || n != doc.Len() || n != int64(w.all.Len()) || w.longest > 64<<10 {
			t.Errorf("%s: %d bytes of %d, longest write %d, %v", d.Name, n, doc.Len(), w.longest, err)
		}
		text := w.all.String()
		if !json.Valid([]byte(text)) || strings.Count(text, base64.StdEncoding.EncodeToString(big)) != 1 {
			t.Errorf("%s: the document of %d bytes is broken", d.Name, n)
		}
	}
}

// writes gathers what is written and the longest write.
type writes struct {
	all     bytes.Buffer
	longest int
}

func (w *writes) Write(p []byte) (int, error) {
	w.longest = max(w.longest, len(p))
	return w.all.Write(p)
}
