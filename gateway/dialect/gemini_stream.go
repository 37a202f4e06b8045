package dialect

import (
	"cmp"
	"encoding/json"
	"io"

	"github.com/geminid/geminid/chat"
)

// geminiStream spells an answer as bare server-sent events, one "data: {json}"
// line and a blank one each, or as the elements of one JSON array. Nothing else
// may stand in the event stream: SDKs choke on comments and on an end mark.
type geminiStream struct {
	w    io.Writer
	call *Call
	buf  []byte // reused from event to event
	tail []byte // what follows the parts of a chunk in the middle
	count
	begun, done bool
}

func geminiEncoder(call *Call, w io.Writer) Encoder {
	e := &geminiStream{w: w, call: call}
	e.version(call.Model)
	return e
}

func (e *geminiStream) ContentType() string {
	if e.call.SSE {
		return "text/event-stream"
	}
	return "application/json"
}

func (e *geminiStream) Event(event chat.Event) error {
	if e.done {
		return nil
	}
	switch event.Kind {
	case chat.Meta:
		e.version(cmp.Or(Served(event.Served), e.call.Model))
		return nil
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.thoughts.AddText(event.Text)
		return e.text(`{"thought":true,"text":`, event.Text)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.answer.AddText(event.Text)
		return e.text(`{"text":`, event.Text)
	case chat.Media:
		return e.media(event.Blob)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

// text writes a chunk of one text part: several in one chunk would be joined by
// a blank line in NextChat.
func (e *geminiStream) text(open, text string) error {
	e.open()
	e.buf = append(e.buf, `{"candidates":[{"content":{"parts":[`...)
	e.buf = append(e.buf, open...)
	e.buf = appendQuoted(e.buf, text)
	e.buf = append(e.buf, e.tail...)
	return e.flush(false)
}

// media writes a chunk of one whole file, spelled while it is written.
func (e *geminiStream) media(blob *chat.Blob) error {
	e.answer.AddFile()
	e.open()
	e.buf = append(e.buf, `{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":`...)
	e.buf = appendQuoted(e.buf, blob.MIME)
	e.buf = append(e.buf, `,"data":"`...)
	out := spelled{w: e.w}
	out.text(e.buf)
	out.base64(blob.Data)
	if out.err != nil {
		return out.err
	}
	e.buf = append(append(e.buf[:0], `"}`...), e.tail...)
	return e.flush(false)
}

// finish writes the last chunk. Its parts are never missing: clients read the
// first one unasked. Nothing but a refusal is told as a blocked prompt.
func (e *geminiStream) finish(reason chat.FinishReason) error {
	e.open()
	if reason == chat.Filtered && e.answer.IsEmpty() && e.thoughts.IsEmpty() {
		e.buf = append(e.buf, `{"promptFeedback":{"blockReason":"`...)
		e.buf = append(e.buf, geminiReason(reason)...)
		e.buf = append(e.buf, `"}`...)
	} else {
		e.buf = append(e.buf, `{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"`...)
		e.buf = append(e.buf, geminiReason(reason)...)
		e.buf = append(e.buf, `","index":0}]`...)
	}
	total, err := json.Marshal(e.usage(e.call).gemini())
	if err != nil {
		return err
	}
	e.buf = append(append(e.buf, `,"usageMetadata":`...), total...)
	e.buf = append(append(e.buf, ','), e.tail[len(middle):]...)
	return e.flush(true)
}

// Ping writes an empty text part, the only heartbeat that every SDK takes; in
// an array, white space.
func (e *geminiStream) Ping() error {
	if e.done {
		return nil
	}
	if e.call.SSE {
		return e.text(`{"text":`, "")
	}
	e.buf = append(e.buf[:0], '\n')
	_, err := e.w.Write(e.buf)
	return err
}

func (e *geminiStream) Fail(failure *chat.Error) error {
	if e.done {
		return nil
	}
	body, err := json.Marshal(geminiFail(failure))
	if err != nil {
		return err
	}
	e.open()
	e.buf = append(e.buf, body...)
	return e.flush(true)
}

// middle closes the parts of a chunk; what names the answer follows it.
const middle = `}],"role":"model"},"index":0}],`

func (e *geminiStream) version(model string) {
	e.tail = append(e.tail[:0], middle+`"modelVersion":`...)
	e.tail = appendQuoted(e.tail, model)
	e.tail = append(e.tail, `,"responseId":`...)
	e.tail = appendQuoted(e.tail, e.call.ID)
	e.tail = append(e.tail, '}')
}

func (e *geminiStream) open() {
	switch {
	case e.call.SSE:
		e.buf = append(e.buf[:0], "data: "...)
	case e.begun:
		e.buf = append(e.buf[:0], "\n,\r\n"...)
	default:
		e.buf = append(e.buf[:0], '[')
	}
	e.begun = true
}

// flush hands over the event in the buffer; last closes the stream.
func (e *geminiStream) flush(last bool) error {
	e.done = last
	switch {
	case e.call.SSE:
		e.buf = append(e.buf, "\n\n"...)
	case last:
		e.buf = append(e.buf, "]\n"...)
	}
	_, err := e.w.Write(e.buf)
	return err
}
