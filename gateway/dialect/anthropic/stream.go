package anthropic

import (
	"io"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// streamEncoder writes an answer as server-sent events: the message begins, each of
// its blocks begins, grows and ends, and the message ends.
type streamEncoder struct {
	w      io.Writer
	call   *dialect.Call
	buf    []byte            // reused from event to event
	open   string            // the type of the open block, empty for none
	blocks int               // that were begun
	grow   *dialect.Template // of the delta of the open block
	count  dialect.UsageCounter

	begun, done bool
}

func newEncoder(call *dialect.Call, w io.Writer) dialect.Encoder {
	return &streamEncoder{w: w, call: call}
}

// ContentType returns the media type of server-sent events.
func (e *streamEncoder) ContentType() string { return dialect.EventStream }

// WriteEvent implements [dialect.Encoder].
func (e *streamEncoder) WriteEvent(event chat.Event) error {
	if e.done {
		return nil
	}
	switch event.Kind {
	case chat.Meta: // the message names the requested model
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.count.Thoughts.AddText(event.Text)
		return e.writeText(thinkingBlock, event.Text)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.count.Answer.AddText(event.Text)
		return e.writeText(textBlock, event.Text)
	case chat.Media:
		return e.writeFile(event.Blob)
	case chat.Cited:
		return e.writeSources(event.Sources)
	case chat.Called:
		return e.writeCall(event.Call)
	case chat.Finish:
		return e.finish(event)
	}
	return nil
}

// writeText adds text to a block of that type, and begins one if none is open.
func (e *streamEncoder) writeText(block, text string) error {
	e.openText(block)
	for text != "" {
		var piece string
		piece, text = dialect.CutText(text)
		e.buf = e.grow.AppendText(append(e.buf, "event: "+blockDelta+"\ndata: "...), piece)
		e.buf = append(e.buf, "\n\n"...)
	}
	return e.flush()
}

// openText begins a block of text or of thoughts, unless one is open.
func (e *streamEncoder) openText(block string) {
	if e.open == block {
		return
	}
	if block == thinkingBlock {
		e.openBlock(block, thinkingContent{Type: block})
		e.grow = dialect.NewTemplate(e.newDelta(delta{Type: "thinking_delta", Thinking: new(string)}), block)
		return
	}
	e.openBlock(block, textContent{Type: block, Citations: []citation{}})
	e.grow = dialect.NewTemplate(e.newDelta(delta{Type: "text_delta", Text: new(string)}), block)
}

// openBlock ends the block before and begins another.
func (e *streamEncoder) openBlock(block string, content any) {
	e.begin()
	e.closeBlock()
	e.open = block
	e.addEvent(blockStart, blockEvent{Type: blockStart, Index: e.blocks, Content: content})
	e.blocks++
}

// newDelta returns the event that adds to the open block.
func (e *streamEncoder) newDelta(d delta) blockEvent {
	return blockEvent{Type: blockDelta, Index: e.blocks - 1, Delta: &d}
}

// closeBlock ends the open block, if there is one. Thoughts are signed before.
func (e *streamEncoder) closeBlock() {
	if e.open == "" {
		return
	}
	if e.open == thinkingBlock {
		e.addEvent(blockDelta, e.newDelta(delta{Type: "signature_delta", Signature: signThinking(e.call)}))
	}
	e.open = ""
	e.addEvent(blockStop, blockEvent{Type: blockStop, Index: e.blocks - 1})
}

// begin opens the message.
func (e *streamEncoder) begin() {
	if e.begun {
		return
	}
	e.begun = true
	message := newMessageBody(e.call)
	message.Usage.Input = chat.EstimateTokens(e.call.Chat)
	e.addEvent(messageStart, struct {
		Type    string        `json:"type"`
		Message answerMessage `json:"message"`
	}{messageStart, message})
}

// writeFile writes a picture as Markdown: a link, or a data URL over as many events as
// it takes.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	open := dialect.MarkdownOpen(blob)
	if !e.count.Answer.IsEmpty() {
		open = "\n\n" + open
	}
	e.count.Answer.AddFile()
	if link := e.call.LinkTo(blob); link != "" {
		return e.writeText(textBlock, open+link+")")
	}
	if err := e.writeText(textBlock, open+dialect.DataHead(blob)); err != nil {
		return err
	}
	for piece := range dialect.FilePieces(blob.Data) {
		e.buf = e.grow.AppendBase64(append(e.buf, "event: "+blockDelta+"\ndata: "...), piece)
		e.buf = append(e.buf, "\n\n"...)
		if err := e.flush(); err != nil {
			return err
		}
	}
	e.buf = nil // it has grown beyond the needs of text
	return e.writeText(textBlock, ")")
}

// writeSources adds the pages that the text rests on to its block.
func (e *streamEncoder) writeSources(sources []chat.Source) error {
	if len(sources) == 0 {
		return nil
	}
	e.openText(textBlock)
	for _, cited := range newCitations(sources) {
		e.addEvent(blockDelta, e.newDelta(delta{Type: "citations_delta", Citation: &cited}))
	}
	return e.flush()
}

// writeCall writes a call as a block of its own.
func (e *streamEncoder) writeCall(made *chat.ToolCall) error {
	e.count.Answer.AddText(made.Name)
	e.count.Answer.AddText(made.Arguments)
	e.openBlock(toolUseBlock, newToolUse(made, "{}"))
	for piece, rest := dialect.CutText(made.Arguments); piece != ""; piece, rest = dialect.CutText(rest) {
		e.addEvent(blockDelta, e.newDelta(delta{Type: "input_json_delta", JSON: &piece}))
	}
	e.closeBlock()
	return e.flush()
}

// finish ends the message. It has a block in any case, because some clients read the
// first without a check.
func (e *streamEncoder) finish(event chat.Event) error {
	if e.blocks == 0 {
		e.openText(textBlock)
	}
	e.closeBlock()
	e.done = true
	end := endEvent{Type: messageDelta}
	end.Delta.StopReason, end.Delta.StopSequence = stopReason(event.Reason, event.StopText)
	total := newUsage(e.count.EstimateUsage(e.call))
	end.Usage = deltaUsage{Input: total.Input, Output: total.Output, Details: total.Details}
	e.addEvent(messageDelta, end)
	e.addBare(messageStop)
	return e.flush()
}

// WritePing writes an event that every reader of the format skips. The message begins
// before it, as clients expect.
func (e *streamEncoder) WritePing() error {
	if e.done {
		return nil
	}
	e.begin()
	e.addBare(ping)
	return e.flush()
}

// WriteError writes the error as an event of its own. The message does not end, so that
// it does not look complete.
func (e *streamEncoder) WriteError(failure *chat.Error) error {
	if e.done {
		return nil
	}
	e.done = true
	e.addEvent("error", newErrorBody(failure, e.call.RequestID))
	return e.flush()
}

func (e *streamEncoder) addEvent(name string, v any) {
	e.buf = append(append(append(e.buf, "event: "...), name...), "\ndata: "...)
	e.buf = append(dialect.AppendJSON(e.buf, v), "\n\n"...)
}

// addBare adds an event that says nothing but its type.
func (e *streamEncoder) addBare(name string) {
	e.addEvent(name, struct {
		Type string `json:"type"`
	}{name})
}

// flush hands the buffer to the writer in one Write.
func (e *streamEncoder) flush() error {
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}
