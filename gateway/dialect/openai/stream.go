package openai

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// textBytes bounds the text of one delta. A line has to stay below 64 KiB, and
// every byte may become six when it is escaped.
const textBytes = 10 << 10

// chunk is one event of a stream.
type chunk struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"`
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []chunkChoice `json:"choices"`
	Usage   *usage        `json:"usage,omitempty"`
}

type chunkChoice struct {
	Index        int     `json:"index"`
	Delta        any     `json:"delta"` // *textDelta or *fileDelta
	FinishReason *string `json:"finish_reason"`
}

// textDelta adds to the message the fields that are set.
type textDelta struct {
	Role      string  `json:"role,omitempty"`
	Content   *string `json:"content,omitempty"`
	Reasoning *string `json:"reasoning_content,omitempty"`
}

// fileDelta adds the base64 of a piece of a file to the content.
type fileDelta struct {
	Content []byte `json:"content"`
}

// streamEncoder writes an answer as server-sent events, one chunk each.
type streamEncoder struct {
	w     io.Writer
	call  *dialect.Call
	buf   bytes.Buffer // reused from event to event
	json  *json.Encoder
	chunk chunk
	delta textDelta
	text  string // delta points to it
	count dialect.UsageCounter

	begun, done bool
}

func newEncoder(call *dialect.Call, w io.Writer) dialect.Encoder {
	e := &streamEncoder{w: w, call: call, chunk: chunk{
		ID: call.ID, Object: "chat.completion.chunk", Created: call.Created.Unix(), Model: call.Model,
	}}
	e.chunk.Choices = []chunkChoice{{Delta: &e.delta}}
	e.json = json.NewEncoder(&e.buf)
	e.json.SetEscapeHTML(false)
	return e
}

// ContentType returns the media type of server-sent events.
func (e *streamEncoder) ContentType() string { return "text/event-stream" }

// WriteEvent implements [dialect.Encoder].
func (e *streamEncoder) WriteEvent(event chat.Event) error {
	if e.done {
		return nil
	}
	switch event.Kind {
	case chat.Meta: // chunks name the requested model
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.count.Thoughts.AddText(event.Text)
		return e.writeText(textDelta{Reasoning: &e.text}, event.Text)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.count.Answer.AddText(event.Text)
		return e.writeText(textDelta{Content: &e.text}, event.Text)
	case chat.Media:
		return e.writeFile(event.Blob)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

// writeText writes one delta, or several in one Write if the text is long.
func (e *streamEncoder) writeText(delta textDelta, text string) error {
	err := e.begin()
	for len(text) > textBytes && err == nil {
		cut := textBytes
		for cut > textBytes-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		err = e.addText(delta, text[:cut])
		text = text[cut:]
	}
	if err == nil {
		err = e.addText(delta, text)
	}
	if err != nil {
		return err
	}
	return e.flush()
}

// begin opens the answer with a delta of the role alone before anything else.
func (e *streamEncoder) begin() error {
	if e.begun {
		return nil
	}
	e.begun = true
	return e.addText(textDelta{Role: "assistant", Content: &e.text}, "")
}

func (e *streamEncoder) addText(delta textDelta, text string) error {
	e.delta, e.text = delta, text
	return e.addEvent(&e.chunk)
}

// addEvent appends an event to the buffer.
func (e *streamEncoder) addEvent(v any) error {
	e.buf.WriteString("data: ")
	err := e.json.Encode(v) // ends the line
	e.buf.WriteByte('\n')
	return err
}

// writeFile writes a picture as Markdown: a link in one delta, or a data URL over
// as many deltas as it takes.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	open := markdownOpen(blob)
	if !e.count.Answer.IsEmpty() {
		open = "\n\n" + open
	}
	e.count.Answer.AddFile()
	if link := e.call.LinkTo(blob); link != "" {
		return e.writeText(textDelta{Content: &e.text}, open+link+")")
	}
	if err := e.writeText(textDelta{Content: &e.text}, open+dataHead(blob)); err != nil {
		return err
	}
	for piece := range dialect.FilePieces(blob.Data) {
		if err := e.writePiece(piece); err != nil {
			return err
		}
	}
	err := e.writeText(textDelta{Content: &e.text}, ")")
	e.buf = bytes.Buffer{} // it has grown beyond the needs of text
	return err
}

func (e *streamEncoder) writePiece(piece []byte) error {
	e.chunk.Choices[0].Delta = &fileDelta{Content: piece}
	err := e.addEvent(&e.chunk)
	e.chunk.Choices[0].Delta = &e.delta
	if err != nil {
		return err
	}
	return e.flush()
}

// finish writes the closing chunk, the usage if it was asked for, and the end
// mark.
func (e *streamEncoder) finish(reason chat.FinishReason) error {
	err := e.begin()
	e.done = true
	text := finishReason(reason)
	e.chunk.Choices[0].FinishReason = &text
	if err == nil {
		err = e.addText(textDelta{}, "")
	}
	if e.call.IncludeUsage && err == nil {
		total := newUsage(e.count.EstimateUsage(e.call))
		e.chunk.Choices, e.chunk.Usage = []chunkChoice{}, &total
		err = e.addEvent(&e.chunk)
	}
	if err != nil {
		return err
	}
	e.buf.WriteString("data: [DONE]\n\n")
	return e.flush()
}

// WritePing writes a comment, which every reader of the format skips.
func (e *streamEncoder) WritePing() error {
	if e.done {
		return nil
	}
	e.buf.WriteString(": ping\n\n")
	return e.flush()
}

// WriteError writes the error as an event of its own. No end mark follows: it
// would make the stream look complete.
func (e *streamEncoder) WriteError(failure *chat.Error) error {
	if e.done {
		return nil
	}
	e.done = true
	if err := e.addEvent(newErrorBody(failure)); err != nil {
		return err
	}
	return e.flush()
}

// flush hands the buffer to the writer in one Write.
func (e *streamEncoder) flush() error {
	_, err := e.w.Write(e.buf.Bytes())
	e.buf.Reset()
	return err
}
