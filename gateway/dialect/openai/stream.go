package openai

import (
	"io"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

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
	Delta        delta   `json:"delta"`
	FinishReason *string `json:"finish_reason"`
}

// delta adds to the message the fields that are set.
type delta struct {
	Annotations []annotation `json:"annotations,omitempty"`
	Role        string       `json:"role,omitempty"`
	Content     *string      `json:"content,omitempty"`
	Reasoning   *string      `json:"reasoning_content,omitempty"`
	// Calls are calls of tools, FunctionCall the older form of one.
	Calls        []callDelta   `json:"tool_calls,omitempty"`
	FunctionCall *functionCall `json:"function_call,omitempty"`
}

// streamEncoder writes an answer as server-sent events, one chunk each.
type streamEncoder struct {
	w       io.Writer
	call    *dialect.Call
	buf     []byte            // reused from event to event
	content *dialect.Template // of a chunk with text
	thought *dialect.Template // of a chunk with a thought; nil before the first
	count   dialect.UsageCounter
	calls   int

	begun, done bool
}

func newEncoder(call *dialect.Call, w io.Writer) dialect.Encoder {
	e := &streamEncoder{w: w, call: call}
	e.content = dialect.NewTemplate(e.newChunk(delta{Content: new(string)}, nil), "content")
	return e
}

func (e *streamEncoder) newChunk(d delta, reason *string) chunk {
	return chunk{
		ID: e.call.ID, Object: "chat.completion.chunk", Created: e.call.Created.Unix(), Model: e.call.Model,
		Choices: []chunkChoice{{Delta: d, FinishReason: reason}},
	}
}

// ContentType returns the media type of server-sent events.
func (e *streamEncoder) ContentType() string { return dialect.EventStream }

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
		if e.thought == nil {
			e.thought = dialect.NewTemplate(e.newChunk(delta{Reasoning: new(string)}, nil), "reasoning_content")
		}
		return e.writeText(e.thought, event.Text)
	case chat.Text:
		if event.Text == "" {
			return nil
		}
		e.count.Answer.AddText(event.Text)
		return e.writeText(e.content, event.Text)
	case chat.Media:
		return e.writeFile(event.Blob)
	case chat.Cited:
		return e.writeSources(event.Sources)
	case chat.Called:
		return e.writeCall(event.Call)
	case chat.Finish:
		return e.finish(event.Reason)
	}
	return nil
}

// writeText writes one chunk, or several in one Write if the text is long.
func (e *streamEncoder) writeText(chunk *dialect.Template, text string) error {
	e.begin()
	for text != "" {
		var piece string
		piece, text = dialect.CutText(text)
		e.addText(chunk, piece)
	}
	return e.flush()
}

// begin opens the answer with a chunk of the role alone before anything else.
func (e *streamEncoder) begin() {
	if e.begun {
		return
	}
	e.begun = true
	e.addEvent(e.newChunk(delta{Role: "assistant", Content: new(string)}, nil))
}

func (e *streamEncoder) addText(chunk *dialect.Template, text string) {
	e.buf = chunk.AppendText(append(e.buf, "data: "...), text)
	e.buf = append(e.buf, "\n\n"...)
}

func (e *streamEncoder) addEvent(v any) {
	e.buf = dialect.AppendJSON(append(e.buf, "data: "...), v)
	e.buf = append(e.buf, "\n\n"...)
}

// writeFile writes a picture as Markdown: a link in one chunk, or a data URL over
// as many chunks as it takes.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	open := dialect.MarkdownOpen(blob)
	if !e.count.Answer.IsEmpty() {
		open = "\n\n" + open
	}
	e.count.Answer.AddFile()
	if link := e.call.LinkTo(blob); link != "" {
		return e.writeText(e.content, open+link+")")
	}
	if err := e.writeText(e.content, open+dialect.DataHead(blob)); err != nil {
		return err
	}
	for piece := range dialect.FilePieces(blob.Data) {
		e.buf = e.content.AppendBase64(append(e.buf, "data: "...), piece)
		e.buf = append(e.buf, "\n\n"...)
		if err := e.flush(); err != nil {
			return err
		}
	}
	e.buf = nil // it has grown beyond the needs of text
	return e.writeText(e.content, ")")
}

// finish writes the closing chunk, the usage if it was asked for, and the end
// mark.
func (e *streamEncoder) finish(reason chat.FinishReason) error {
	e.begin()
	e.done = true
	text := finishReason(e.call, reason)
	last := e.newChunk(delta{}, &text)
	e.addEvent(last)
	if e.call.IncludeUsage {
		total := newUsage(e.count.EstimateUsage(e.call))
		last.Choices, last.Usage = []chunkChoice{}, &total
		e.addEvent(last)
	}
	e.buf = append(e.buf, "data: [DONE]\n\n"...)
	return e.flush()
}

// WritePing writes a comment, which every reader of the format skips.
func (e *streamEncoder) WritePing() error {
	if e.done {
		return nil
	}
	e.buf = append(e.buf, ": ping\n\n"...)
	return e.flush()
}

// WriteError writes the error as an event of its own. No end mark follows: it
// would make the stream look complete.
func (e *streamEncoder) WriteError(failure *chat.Error) error {
	if e.done {
		return nil
	}
	e.done = true
	e.addEvent(newErrorBody(failure))
	return e.flush()
}

// flush hands the buffer to the writer in one Write.
func (e *streamEncoder) flush() error {
	_, err := e.w.Write(e.buf)
	e.buf = e.buf[:0]
	return err
}
