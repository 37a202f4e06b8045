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

// TestAnswersWithCalls: the arguments of calls come whole, also if they hold empty
// fields of names that an answer has too, beside pictures and without.
func TestAnswersWithCalls(t *testing.T) {
	const arguments = `{"data":"","text":"","content":"","bytesBase64Encoded":""}`
	call := &dialect.Call{Op: dialect.Generate, Model: "m", ID: "ID", Chat: new(chat.Request)}
	for _, d := range registry.All {
		for _, files := range [][]*chat.Blob{nil, {{MIME: "image/png", Data: []byte("a")}}} {
			var w writes
			answer := chat.Answer{Reason: chat.CallTools, Media: files, Calls: []chat.ToolCall{{ID: "call_1", Name: "f", Arguments: arguments}}}
			if _, err := d.EncodeAnswer(call, answer).WriteTo(&w); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(w.all.String(), `\`, "")
			if !json.Valid(w.all.Bytes()) || strings.Count(text, arguments) != 1 {
				t.Errorf("%s: the arguments are not in %s", d.Name, text)
			}
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
