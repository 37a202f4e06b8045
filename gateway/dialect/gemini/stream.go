package gemini

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// streamEncoder writes an answer as bare server-sent events, each one line
// "data: {json}" and a blank one, or as the elements of one JSON array. The event
// stream must hold nothing else: SDKs fail on comments and on an end mark.
type streamEncoder struct {
	w     io.Writer
	call  *dialect.Call
	buf   bytes.Buffer // reused from event to event
	json  *json.Encoder
	chunk response
	part  []part // the only part of the chunk
	text  string // of the part
	count dialect.UsageCounter

	begun, done bool
}

func newEncoder(call *dialect.Call, w io.Writer) dialect.Encoder {
	e := &streamEncoder{w: w, call: call, part: make([]part, 1)}
	e.chunk = response{
		Candidates: []candidate{{Content: content{Parts: e.part, Role: "model"}}},
		Version:    call.Model, ResponseID: call.ID,
	}
	e.json = json.NewEncoder(&e.buf)
	e.json.SetEscapeHTML(false)
	return e
}

// ContentType returns the media type of the stream that was asked for.
func (e *streamEncoder) ContentType() string {
	if e.call.SSE {
		return "text/event-stream"
	}
	return "application/json"
}

// WriteEvent implements [dialect.Encoder].
func (e *streamEncoder) WriteEvent(event chat.Event) error {
	if e.done {
		return nil
	}
	switch event.Kind {
	case chat.Meta:
		e.chunk.Version = cmp.Or(dialect.ServedName(event.Served), e.call.Model)
		return nil
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.count.Thoughts.AddText(event.Text)
		return e.writeText(event.Text, true)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.count.Answer.AddText(event.Text)
		return e.writeText(event.Text, false)
	case chat.Media:
		return e.writeFile(event.Blob)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

// writeText writes a chunk of one text part: NextChat joins several in one chunk
// with a blank line.
func (e *streamEncoder) writeText(text string, thought bool) error {
	e.text, e.part[0] = text, part{Text: &e.text, Thought: thought}
	return e.writeChunk(&e.chunk, false)
}

// writeFile writes a chunk of one whole file, whose base64 is never held whole.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	e.count.Answer.AddFile()
	e.part[0] = part{Inline: &inlineData{MIME: blob.MIME}}
	e.open()
	if err := e.flush(); err != nil {
		return err
	}
	chunk := dialect.NewFilledBody(&e.chunk, "data", dialect.Content{{File: blob.Data}})
	if _, err := chunk.WriteTo(e.w); err != nil {
		return err
	}
	e.close(false)
	return e.flush()
}

// finish writes the last chunk. It has a part in any case, because clients read
// the first without a check. Only a refusal becomes a blocked prompt.
func (e *streamEncoder) finish(reason chat.FinishReason) error {
	text := finishReason(reason)
	if reason == chat.Filtered && e.count.IsEmpty() {
		e.chunk.Candidates, e.chunk.Feedback = nil, &promptFeedback{BlockReason: text}
	} else {
		e.chunk.Candidates[0].FinishReason = text
	}
	e.chunk.Usage = newUsage(e.count.EstimateUsage(e.call))
	e.text, e.part[0] = "", part{Text: &e.text}
	return e.writeChunk(&e.chunk, true)
}

// WritePing writes an empty text part, the only heartbeat that every SDK takes;
// into an array, white space.
func (e *streamEncoder) WritePing() error {
	if e.done {
		return nil
	}
	if e.call.SSE {
		return e.writeText("", false)
	}
	e.buf.WriteByte('\n')
	return e.flush()
}

// WriteError writes the error as the last chunk.
func (e *streamEncoder) WriteError(failure *chat.Error) error {
	if e.done {
		return nil
	}
	return e.writeChunk(newErrorBody(failure), true)
}

// writeChunk writes one chunk in one Write; last ends the stream.
func (e *streamEncoder) writeChunk(chunk any, last bool) error {
	e.open()
	if err := e.json.Encode(chunk); err != nil { // ends the line
		return err
	}
	e.close(last)
	return e.flush()
}

// open buffers the beginning of a chunk.
func (e *streamEncoder) open() {
	switch {
	case e.call.SSE:
		e.buf.WriteString("data: ")
	case e.begun:
		e.buf.WriteString(",\r\n")
	default:
		e.buf.WriteByte('[')
	}
	e.begun = true
}

// close buffers the end of a chunk, of which the line feed is written.
func (e *streamEncoder) close(last bool) {
	e.done = last
	switch {
	case e.call.SSE:
		e.buf.WriteByte('\n')
	case last:
		e.buf.WriteString("]\n")
	}
}

// flush hands the buffer to the writer in one Write.
func (e *streamEncoder) flush() error {
	if e.buf.Len() == 0 {
		return nil
	}
	_, err := e.w.Write(e.buf.Bytes())
	e.buf.Reset()
	return err
}
