package interactions

import (
	"bytes"

	"io"
	"strings"
	"unicode/utf8"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// streamEncoder writes an answer as server-sent events.
type streamEncoder struct {
	w     io.Writer
	call  *dialect.Call
	buf   []byte // reused from event to event
	count dialect.UsageCounter

	// steps are those of the answer so far. The last one is open if delta is set.
	steps []*step
	delta *dialect.Template // of the text of the open step
	text  strings.Builder   // of the open step

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
	case chat.Meta: // an interaction names the requested model
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.count.Thoughts.AddText(event.Text)
		e.openStep(thought)
		return e.writeText(event.Text)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.count.Answer.AddText(event.Text)
		e.openStep(modelOutput)
		return e.writeText(event.Text)
	case chat.Media:
		e.count.Answer.AddFile()
		return e.writeFile(event.Blob)
	case chat.Cited:
		return e.writeSources(event.Sources)
	case chat.Called:
		return e.writeCall(*event.Call)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

// WritePing writes a comment, which every reader of the format skips.
func (e *streamEncoder) WritePing() error {
	if e.done {
		return nil
	}
	e.buf = append(e.buf, ": ping\n\n"...)
	return e.flush()
}

// WriteError ends the interaction as failed.
func (e *streamEncoder) WriteError(err *chat.Error) error {
	if e.done {
		return nil
	}
	e.begin()
	e.keepText()
	e.done = true
	why := failure{dialect.LookupKind(err.Kind).GeminiStatus, err.Message}
	last := newInteraction(e.call)
	last.Status, last.Steps, last.Errors = failed, e.steps, []failure{why}
	if e.call.Begin != nil && err.Kind == chat.Canceled {
		last.Status, last.Errors = cancelled, nil
		save(e.call, last, false)
		e.addEvent(statusEvent{eventHead{statusUpdate}, last.ID, last.Status})
		return e.flush()
	}
	save(e.call, last, false)
	e.addEvent(errorEvent{eventHead{errorKind}, why})
	return e.flush()
}

// finish closes the step that is open and ends the interaction.
func (e *streamEncoder) finish(reason chat.FinishReason) error {
	if len(e.steps) == 0 {
		e.openStep(modelOutput)
	}
	e.closeStep()
	e.done = true
	last := newInteraction(e.call)
	last.finish(e.call, e.steps, reason, &e.count)
	save(e.call, last, false)
	last.Steps = nil // they have been sent
	e.addEvent(interactionEvent{eventHead{interactionCompleted}, last})
	e.buf = append(e.buf, "event: done\ndata: [DONE]\n\n"...)
	return e.flush()
}

// begin opens the interaction before anything else.
func (e *streamEncoder) begin() {
	if e.begun {
		return
	}
	e.begun = true
	first := newInteraction(e.call)
	e.addEvent(interactionEvent{eventHead{interactionCreated}, first})
	e.addEvent(statusEvent{eventHead{statusUpdate}, first.ID, first.Status})
}

// openStep opens a step that holds text, unless one of that kind is open.
func (e *streamEncoder) openStep(kind string) {
	if e.delta != nil && e.steps[len(e.steps)-1].Type == kind {
		return
	}
	e.begin()
	e.closeStep()
	e.startStep(&step{Type: kind})
	e.steps = append(e.steps, &step{Type: kind})
	if kind == thought {
		e.delta = dialect.NewTemplate(deltaEvent{eventHead{stepDelta}, e.index(), thoughtDelta{"thought_summary", textDelta{Type: "text"}}}, "text")
	} else {
		e.delta = dialect.NewTemplate(deltaEvent{eventHead{stepDelta}, e.index(), textDelta{Type: "text"}}, "text")
	}
}

// index returns that of the last step.
func (e *streamEncoder) index() int { return len(e.steps) - 1 }

// startStep adds the event that opens the next step.
func (e *streamEncoder) startStep(s *step) {
	e.addEvent(startEvent{eventHead{stepStart}, len(e.steps), s})
}

// keepText moves the text of the open step into it.
func (e *streamEncoder) keepText() {
	if e.delta == nil {
		return
	}
	if open := e.steps[e.index()]; open.Type == thought {
		open.Summary = append(open.Summary, newText(e.text.String()))
	} else if e.text.Len() > 0 || len(open.Content) == 0 {
		// In front of the files, as in a whole answer.
		text := newText(e.text.String())
		if len(open.Content) > 0 && open.Content[0].Text != nil { // the sources came before
			text.Annotations, open.Content = open.Content[0].Annotations, open.Content[1:]
		}
		open.Content = append([]content{text}, open.Content...)
	}
	e.text.Reset()
	e.delta = nil
}

func (e *streamEncoder) closeStep() {
	if e.delta == nil {
		return
	}
	e.keepText()
	e.addEvent(stopEvent{eventHead{stepStop}, e.index()})
}

// writeText writes one event, or several if the text is long.
func (e *streamEncoder) writeText(text string) error {
	if !utf8.ValidString(text) {
		text = string([]rune(text)) // bytes that are no text, joined, could become another one
	}
	e.text.WriteString(text)
	for text != "" {
		var piece string
		piece, text = dialect.CutText(text)
		e.addLine(stepDelta)
		e.buf = append(e.delta.AppendText(e.buf, piece), "\n\n"...)
	}
	return e.flush()
}

// writeFile writes a file as a delta of the model's output.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	e.openStep(modelOutput)
	open := e.steps[e.index()]
	file := newFile(blob)
	open.Content = append(open.Content, file)
	if err := e.flush(); err != nil {
		return err
	}
	var event bytes.Buffer
	event.WriteString("event: " + string(stepDelta) + "\ndata: ")
	body := encodeWith(deltaEvent{eventHead{stepDelta}, e.index(), file}, []*step{{Content: []content{file}}})
	if _, err := body.WriteTo(&event); err != nil { // it ends the line
		return err
	}
	event.WriteByte('\n')
	_, err := e.w.Write(event.Bytes())
	return err
}

// writeSources writes the pages that the answer rests on.
func (e *streamEncoder) writeSources(sources []chat.Source) error {
	if len(sources) == 0 {
		return nil
	}
	e.openStep(modelOutput)
	found := newAnnotations(sources)
	open := e.steps[e.index()]
	if len(open.Content) == 0 || open.Content[0].Text == nil {
		open.Content = append([]content{newText("")}, open.Content...)
	}
	open.Content[0].Annotations = append(open.Content[0].Annotations, found...)
	e.addEvent(deltaEvent{eventHead{stepDelta}, e.index(), annotationsDelta{"text_annotation_delta", found}})
	return e.flush()
}

// writeCall writes a call of a tool, which is whole.
func (e *streamEncoder) writeCall(made chat.ToolCall) error {
	e.begin()
	e.closeStep()
	e.count.Answer.AddText(made.Name)
	e.count.Answer.AddText(made.Arguments)
	empty := made
	empty.Arguments = "{}"
	e.startStep(newCallStep(empty))
	e.steps = append(e.steps, newCallStep(made))
	for rest := made.Arguments; rest != ""; {
		var piece string
		piece, rest = dialect.CutText(rest)
		e.addEvent(deltaEvent{eventHead{stepDelta}, e.index(), argumentsDelta{"arguments_delta", piece}})
	}
	e.addEvent(stopEvent{eventHead{stepStop}, e.index()})
	return e.flush()
}

func (e *streamEncoder) addEvent(v event) {
	e.addLine(v.kind())
	e.buf = append(dialect.AppendJSON(e.buf, v), "\n\n"...)
}

// addLine begins an event.
func (e *streamEncoder) addLine(kind eventType) {
	e.buf = append(append(append(e.buf, "event: "...), kind...), "\ndata: "...)
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
