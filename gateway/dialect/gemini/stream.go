package gemini

import (
	"io"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// streamEncoder writes an answer as bare server-sent events, each one line
// "data: {json}" and a blank one, or as the elements of one JSON array. The event
// stream must hold nothing else: SDKs fail on comments and on an end mark.
type streamEncoder struct {
	w       io.Writer
	call    *dialect.Call
	buf     []byte            // reused from event to event
	version string            // modelVersion of the chunks
	text    *dialect.Template // of a chunk with text; nil if not known for version
	thought *dialect.Template // of a chunk with a thought; likewise
	count   dialect.UsageCounter
	sources []chat.Source // of the last chunk
	called  bool          // a call was written
	code    codeGatherer

	begun, done bool
}

func newEncoder(call *dialect.Call, w io.Writer) dialect.Encoder {
	return &streamEncoder{w: w, call: call, version: call.Model}
}

func (e *streamEncoder) newChunk(only part, reason string) response {
	return response{
		Candidates: []candidate{{Content: content{Parts: []part{only}, Role: "model"}, FinishReason: reason}},
		Version:    e.version, ResponseID: e.call.ID,
	}
}

// ContentType returns the media type of the stream that was asked for.
func (e *streamEncoder) ContentType() string {
	if e.call.SSE {
		return dialect.EventStream
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
		e.version = dialect.ServedID(event.Served, e.call.Model)
		e.text, e.thought = nil, nil
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
		if !e.call.CodeParts {
			return e.writeText(event.Text, false)
		}
		return e.writeTextOrCode(event.Text, event.Block)
	case chat.Media:
		return e.writeFile(event.Blob)
	case chat.Cited:
		e.sources = event.Sources
		return nil
	case chat.Called:
		return e.writeCall(event.Call)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

// writeText writes a chunk of one text part: NextChat joins several in one chunk
// with a blank line.
func (e *streamEncoder) writeText(text string, thought bool) error {
	chunk := &e.text
	if thought {
		chunk = &e.thought
	}
	if *chunk == nil {
		*chunk = dialect.NewTemplate(e.newChunk(part{Text: new(string), Thought: thought}, ""), "text")
	}
	e.open()
	e.buf = (*chunk).AppendText(e.buf, text)
	return e.close(false)
}

// writeFile writes a chunk of one whole file, whose base64 is never held whole.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	if err := e.writeCode(e.code.end()); err != nil {
		return err
	}
	e.count.Answer.AddFile()
	e.open()
	if err := e.flush(); err != nil {
		return err
	}
	chunk := e.newChunk(part{Inline: &inlineData{MIME: blob.MIME, Data: dialect.Unfilled()}}, "")
	if _, err := dialect.NewFilledBody(chunk, dialect.Content{{File: blob.Data}}).WriteTo(e.w); err != nil {
		return err
	}
	if e.call.SSE {
		e.buf = append(e.buf, '\n') // the body has ended its line
	}
	return e.flush()
}

// writeTextOrCode writes text, and a code block once it has ended.
func (e *streamEncoder) writeTextOrCode(text string, block chat.Block) error {
	ended, rest := e.code.add(text, block)
	if err := e.writeCode(ended); err != nil || rest == "" {
		return err
	}
	return e.writeText(rest, false)
}

// writeCode writes a chunk of one code block, if there is one.
func (e *streamEncoder) writeCode(made *part) error {
	if made == nil {
		return nil
	}
	e.open()
	e.buf = dialect.AppendJSON(e.buf, e.newChunk(*made, ""))
	return e.close(false)
}

// writeCall writes a chunk of one whole call.
func (e *streamEncoder) writeCall(made *chat.ToolCall) error {
	if err := e.writeCode(e.code.end()); err != nil {
		return err
	}
	e.count.Answer.AddText(made.Name)
	e.count.Answer.AddText(made.Arguments)
	e.open()
	e.buf = dialect.AppendJSON(e.buf, e.newChunk(newCallPart(made, !e.called), ""))
	e.called = true
	return e.close(false)
}

// finish writes the last chunk. It has a part in any case, because clients read
// the first without a check. Only a refusal becomes a blocked prompt.
func (e *streamEncoder) finish(reason chat.FinishReason) error {
	if err := e.writeCode(e.code.end()); err != nil {
		return err
	}
	last := e.newChunk(part{Text: new(string)}, finishReason(reason))
	last.Candidates[0].Finish = finishMessage(reason)
	last.Candidates[0].citations = newCitations(e.sources, e.code.places)
	if reason == chat.Filtered && e.count.IsEmpty() {
		last.Candidates, last.Feedback = nil, &promptFeedback{BlockReason: finishReason(reason)}
	}
	last.Usage = newUsage(e.count.EstimateUsage(e.call))
	e.open()
	e.buf = dialect.AppendJSON(e.buf, last)
	return e.close(true)
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
	e.buf = append(e.buf, '\n')
	return e.flush()
}

// WriteError writes the error as the last chunk.
func (e *streamEncoder) WriteError(failure *chat.Error) error {
	if e.done {
		return nil
	}
	if err := e.writeCode(e.code.end()); err != nil {
		return err
	}
	e.open()
	e.buf = dialect.AppendJSON(e.buf, newErrorBody(failure))
	return e.close(true)
}

// open buffers the beginning of a chunk.
func (e *streamEncoder) open() {
	switch {
	case e.call.SSE:
		e.buf = append(e.buf, "data: "...)
	case e.begun:
		e.buf = append(e.buf, "\n,\r\n"...)
	default:
		e.buf = append(e.buf, '[')
	}
	e.begun = true
}

// close ends a chunk, and with last the stream, and writes the buffer.
func (e *streamEncoder) close(last bool) error {
	e.done = last
	switch {
	case e.call.SSE:
		e.buf = append(e.buf, "\n\n"...)
	case last:
		e.buf = append(e.buf, "\n]\n"...) // as Google ends it: some readers cut its elements there
	}
	return e.flush()
}

// flush hands the buffer to the writer in one Write.
func (e *streamEncoder) flush() error {
	if len(e.buf) == 0 {
		return nil
	}
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}
