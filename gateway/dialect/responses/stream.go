package responses

import (
	"io"
	"strconv"
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
	seq   int    // of the next event
	count dialect.UsageCounter

	// items are the items of the answer, nil while they are being made. One message and
	// one item of thoughts can be open at a time.
	items   []any
	message *openText
	thought *openText

	begun, done bool
}

// openText is an item whose text is being written.
type openText struct {
	place
	delta       *dialect.Template
	text        strings.Builder
	annotations []annotation
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
	case chat.Meta: // a response names the requested model
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.count.Thoughts.AddText(event.Text)
		e.openThought()
		e.addDeltas(e.thought, summaryTextDelta, event.Text)
		return e.flush()
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.count.Answer.AddText(event.Text)
		e.openMessage()
		e.addDeltas(e.message, textDelta, event.Text)
		return e.flush()
	case chat.Media:
		e.count.Answer.AddFile()
		if isPicture(event.Blob) {
			return e.writePicture(event.Blob)
		}
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

// WriteError ends the response as failed. What is there of its items goes with it.
func (e *streamEncoder) WriteError(err *chat.Error) error {
	if e.done {
		return nil
	}
	e.begin()
	e.done = true
	e.abandonItems()
	last := newResponse(e.call)
	last.Status, last.Output, last.Error = failed, e.items, newFailure(err)
	if e.call.Begin != nil && err.Kind == chat.Canceled {
		last.Status, last.Error = cancelled, nil
		last.save(e.call, e.items, false)
		return e.flush() // no event says so
	}
	last.save(e.call, e.items, false)
	return e.writeLarge(responseEvent{e.next(responseFailed), last}, e.items)
}

// finish closes the items that are open and ends the response.
func (e *streamEncoder) finish(reason chat.FinishReason) error {
	e.begin()
	e.closeThought()
	if len(e.items) == 0 {
		e.openMessage()
	}
	last := newResponse(e.call)
	last.finish(e.call, nil, reason, &e.count)
	e.closeMessage(last.Status)
	e.done = true
	last.Output = e.items
	last.save(e.call, e.items, false)
	kind := responseCompleted
	if last.Status == incomplete {
		kind = responseIncomplete
	}
	return e.writeLarge(responseEvent{e.next(kind), last}, e.items)
}

// begin opens the response before anything else.
func (e *streamEncoder) begin() {
	if e.begun {
		return
	}
	e.begun = true
	first := newResponse(e.call)
	e.addEvent(responseEvent{e.next(responseCreated), first})
	e.addEvent(responseEvent{e.next(responseInProgress), first})
}

// next returns the head of the next event.
func (e *streamEncoder) next(kind eventType) eventHead {
	e.seq++
	return eventHead{kind, e.seq - 1}
}

func (e *streamEncoder) addEvent(v event) {
	e.addLine(v.kind())
	e.buf = append(dialect.AppendJSON(e.buf, v), "\n\n"...)
}

// addLine begins an event.
func (e *streamEncoder) addLine(kind eventType) {
	e.buf = append(append(append(e.buf, "event: "...), kind...), "\ndata: "...)
}

// addDeltas adds one event, or several if the text is long.
func (e *streamEncoder) addDeltas(item *openText, kind eventType, text string) {
	if !utf8.ValidString(text) {
		text = string([]rune(text)) // bytes that are no text, joined, could become another one
	}
	item.text.WriteString(text)
	for text != "" {
		var piece string
		piece, text = dialect.CutText(text)
		e.addDelta(item, kind)
		body := len(e.buf)
		e.buf = append(item.delta.AppendText(e.buf, piece), "\n\n"...)
		e.buf[body] = ',' // in place of the brace: the object has begun
	}
}

// addDelta begins an event whose body is a template.
func (e *streamEncoder) addDelta(item *openText, kind eventType) {
	head := e.next(kind)
	e.addLine(kind)
	e.buf = append(append(append(e.buf, `{"type":"`...), kind...), `","sequence_number":`...)
	e.buf = strconv.AppendInt(e.buf, int64(head.Seq), 10)
}

// writeLarge writes what was gathered and an event that may hold pictures.
func (e *streamEncoder) writeLarge(v event, items []any) error {
	e.addLine(v.kind())
	if len(pictures(items)) == 0 {
		e.buf = append(dialect.AppendJSON(e.buf, v), "\n\n"...)
		return e.flush()
	}
	if err := e.flush(); err != nil {
		return err
	}
	if _, err := encodeWith(v, items).WriteTo(e.w); err != nil { // it ends the line
		return err
	}
	e.buf = append(e.buf, '\n')
	return e.flush()
}

// flush hands the buffer to the writer in one Write.
func (e *streamEncoder) flush() error {
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}
