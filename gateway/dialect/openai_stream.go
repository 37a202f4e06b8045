package dialect

import (
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/geminid/geminid/chat"
)

// textBytes is how much text goes into one delta. A line is to stay below 64 KiB,
// and every byte may take six when escaped.
const textBytes = 10 << 10

// openaiStream spells an answer as chat completion chunks.
type openaiStream struct {
	w    io.Writer
	call *Call
	buf  []byte // reused from event to event
	head []byte // "data: " and the fields that all chunks share, up to choices
	count
	begun, done bool
}

func openaiEncoder(call *Call, w io.Writer) Encoder {
	head := append([]byte(nil), `data: {"id":`...)
	head = appendQuoted(head, call.ID)
	head = append(head, `,"object":"chat.completion.chunk","created":`...)
	head = strconv.AppendInt(head, call.Created.Unix(), 10)
	head = append(head, `,"model":`...)
	head = appendQuoted(head, call.Model)
	head = append(head, `,"choices":[`...)
	return &openaiStream{w: w, call: call, head: head}
}

func (e *openaiStream) ContentType() string { return "text/event-stream" }

func (e *openaiStream) Event(event chat.Event) error {
	if e.done {
		return nil
	}
	switch event.Kind {
	case chat.Thought:
		if !e.call.Chat.Thoughts || event.Text == "" {
			return nil
		}
		e.thoughts.AddText(event.Text)
		return e.text(`"reasoning_content":`, event.Text)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.answer.AddText(event.Text)
		return e.text(content, event.Text)
	case chat.Media:
		return e.media(event.Blob)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

const content = `"content":`

// text writes one delta, or several in one go when the text is uncommonly long.
func (e *openaiStream) text(field, text string) error {
	e.begin()
	for len(text) > textBytes {
		cut := textBytes
		for cut > textBytes-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		e.delta(field, text[:cut])
		text = text[cut:]
	}
	e.delta(field, text)
	return e.flush()
}

// begin empties the buffer, and opens the answer with the role on its own when
// nothing was said yet.
func (e *openaiStream) begin() {
	e.buf = e.buf[:0]
	if e.begun {
		return
	}
	e.begun = true
	e.buf = append(e.buf, e.head...)
	e.buf = append(e.buf, `{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`+"\n\n"...)
}

func (e *openaiStream) delta(field, text string) {
	e.buf = append(e.buf, e.head...)
	e.buf = append(e.buf, `{"index":0,"delta":{`...)
	e.buf = append(e.buf, field...)
	e.buf = appendQuoted(e.buf, text)
	e.buf = append(e.buf, `},"finish_reason":null}]}`+"\n\n"...)
}

// media writes a picture as Markdown: a link in one delta, or a data URL over
// as many as it takes.
func (e *openaiStream) media(blob *chat.Blob) error {
	open := markdownOpen(blob)
	if !e.answer.IsEmpty() {
		open = "\n\n" + open
	}
	e.answer.AddFile()
	e.begin()
	if link := e.call.link(blob); link != "" {
		e.delta(content, open+link+")")
		return e.flush()
	}
	e.delta(content, open+dataHead(blob))
	for piece := range pieces(blob.Data) {
		if err := e.flush(); err != nil {
			return err
		}
		e.begin()
		e.buf = append(append(e.buf, e.head...), `{"index":0,"delta":{"content":"`...)
		e.buf = append(base64Of(e.buf, piece), `"},"finish_reason":null}]}`+"\n\n"...)
	}
	e.delta(content, ")")
	err := e.flush()
	e.buf = nil // grown beyond what text needs
	return err
}

// finish writes the closing chunk, the usage when asked for, and the end mark.
func (e *openaiStream) finish(reason chat.FinishReason) error {
	e.begin()
	e.done = true
	e.buf = append(e.buf, e.head...)
	e.buf = append(e.buf, `{"index":0,"delta":{},"finish_reason":"`...)
	e.buf = append(e.buf, openaiReason(reason)...)
	e.buf = append(e.buf, `"}]}`+"\n\n"...)
	if e.call.IncludeUsage {
		total, err := json.Marshal(e.usage(e.call).openai())
		if err != nil {
			return err
		}
		e.buf = append(e.buf, e.head...)
		e.buf = append(e.buf, `],"usage":`...)
		e.buf = append(e.buf, total...)
		e.buf = append(e.buf, "}\n\n"...)
	}
	e.buf = append(e.buf, "data: [DONE]\n\n"...)
	return e.flush()
}

// Ping writes a comment, which every reader of the format skips.
func (e *openaiStream) Ping() error {
	if e.done {
		return nil
	}
	e.buf = append(e.buf[:0], ": ping\n\n"...)
	return e.flush()
}

// Fail writes the error as an event of its own. No end mark follows: it would
// make the stream look complete.
func (e *openaiStream) Fail(failure *chat.Error) error {
	if e.done {
		return nil
	}
	e.done = true
	body, err := json.Marshal(openaiFail(failure))
	if err != nil {
		return err
	}
	e.buf = append(append(e.buf[:0], "data: "...), body...)
	e.buf = append(e.buf, "\n\n"...)
	return e.flush()
}

func (e *openaiStream) flush() error {
	_, err := e.w.Write(e.buf)
	return err
}
