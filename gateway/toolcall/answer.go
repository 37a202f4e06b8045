package toolcall

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Answer asks the question and returns the events of the answer, calls among them. If
// the model makes a mistake, it is asked once more, with what was wrong. Each answer
// of the provider is read as it comes, and ended when nothing of it is wanted any
// more.
func (q *Question) Answer(ctx context.Context, ask Ask) iter.Seq2[chat.Event, error] {
	return chat.StopAt(q.readAnswer(ctx, ask), q.client.Stop)
}

func (q *Question) readAnswer(ctx context.Context, ask Ask) iter.Seq2[chat.Event, error] {
	asked := q.writeRequest()
	if !q.callsPossible() && q.format == nil {
		return ask(ctx, asked)
	}
	return func(yield func(chat.Event, error) bool) {
		first := newAttempt(q, yield)
		if !first.run(ask(ctx, asked)) {
			return
		}
		if first.scan.mistake == "" {
			yield(first.finishEvent(), nil)
			return
		}
		second := newAttempt(q, yield)
		second.again, second.scan.again, second.calls = true, true, first.calls
		if !second.run(ask(ctx, first.correct(asked))) {
			return
		}
		if second.scan.mistake != "" {
			q.engine.count(Failed)
			yield(q.endMistaken(second.scan.mistake))
			return
		}
		yield(second.finishEvent(), nil)
	}
}

// attempt is one answer of the provider.
type attempt struct {
	q     *Question
	yield func(chat.Event, error) bool
	scan  scanner

	again    bool       // it is the second one: its text was sent with the first
	calls    int        // sent, those of the first attempt included
	block    chat.Block // of the text that is read
	left     bool       // the reader wants no more
	document strings.Builder
	reason   chat.FinishReason
	finished bool
}

func newAttempt(q *Question, yield func(chat.Event, error) bool) *attempt {
	a := &attempt{q: q, yield: yield}
	a.scan = scanner{q: q, text: a.takeText, call: a.takeCall}
	return a
}

// run reads the events of one answer to its end. It reports whether the client still
// wants an answer and has not had an error.
func (a *attempt) run(events iter.Seq2[chat.Event, error]) bool {
	for event, err := range events {
		if err != nil {
			a.yield(chat.Event{}, err)
			return false
		}
		if !a.takeEvent(event) {
			break
		}
	}
	if a.left {
		return false
	}
	if !a.finished && !a.scan.done {
		a.yield(chat.Event{}, chat.NewError(chat.Upstream, "Gemini's answer broke off before its end; ask again"))
		return false
	}
	a.end()
	return !a.left
}

// takeEvent takes an event of the provider. It reports whether more is wanted.
func (a *attempt) takeEvent(event chat.Event) bool {
	switch event.Kind {
	case chat.Text:
		a.block, a.scan.altered = event.Block, event.Altered
		if a.q.callsPossible() {
			return a.scan.write(event.Text)
		}
		a.scan.done = !a.takeText(event.Text)
		return !a.scan.done
	case chat.Finish:
		a.finished, a.reason = true, event.Reason
		return true
	case chat.Meta, chat.Media, chat.Cited:
		if a.again {
			return true
		}
	case chat.Thought, chat.Called:
	}
	return a.send(event)
}

func (a *attempt) send(event chat.Event) bool {
	if !a.yield(event, nil) {
		a.left, a.scan.done = true, true
	}
	return !a.left
}

// takeText takes text of the answer, calls cut out. It reports whether more is wanted.
func (a *attempt) takeText(text string) bool {
	switch {
	case text == "":
		return true
	case a.q.format != nil:
		a.document.WriteString(text)
		if a.document.Len() > maxDocumentBytes {
			a.scan.fail("the answer must not be longer than 4 MiB")
			return false
		}
		return true
	case a.again:
		return true
	}
	return a.send(chat.Event{Kind: chat.Text, Text: text, Block: a.block})
}

func (a *attempt) takeCall(call chat.ToolCall) bool {
	a.calls++
	return a.send(chat.Event{Kind: chat.Called, Call: &call})
}

// end looks at the whole of the answer once it is over.
func (a *attempt) end() {
	if a.q.callsPossible() {
		a.scan.finish()
	}
	if a.scan.unfinished && a.reason == chat.Length {
		a.scan.mistake = "" // the call was cut off, and is not made
		return
	}
	if a.left || a.scan.mistake != "" || a.calls > 0 {
		return
	}
	switch {
	case a.reason == chat.Filtered:
	case a.q.choice.Mode == chat.ToolsRequired && a.q.callsPossible():
		a.scan.mistake = "the answer calls no tool, and it must call one"
	case a.q.format != nil:
		document, wrong := a.q.format.read(a.document.String())
		if a.scan.mistake = wrong; wrong == "" {
			a.send(chat.Event{Kind: chat.Text, Text: document})
		}
	}
}

func (a *attempt) finishEvent() chat.Event {
	event := chat.Event{Kind: chat.Finish, Reason: a.reason}
	switch {
	case a.calls > 0 && !a.scan.unfinished:
		event.Reason = chat.CallTools
	case event.Reason == "":
		event.Reason = chat.Stop // it was ended by us
	}
	return event
}

// maxRepeatedBytes bounds the block that the model is shown again when it was wrong.
const maxRepeatedBytes = 64 << 10

// correct returns the request that asks once more, with what was wrong.
func (a *attempt) correct(first *chat.Request) *chat.Request {
	asked := *first
	asked.Turns = slices.Clone(first.Turns)
	wrong := a.document.String()
	if a.scan.open != nil {
		wrong = a.scan.open.rebuild()
	}
	if wrong != "" && len(wrong) <= maxRepeatedBytes {
		asked.Turns = append(asked.Turns, chat.Turn{Role: chat.Agent, Parts: []chat.Part{{Text: wrong}}})
	}
	text := "That answer could not be used: " + string(a.scan.mistake) + ". Answer again, in the form that was described." + a.q.wholeSignature(a.scan.open, first.Pinned)
	asked.Turns = append(asked.Turns, chat.Turn{Role: chat.User, Parts: []chat.Part{{Text: a.q.maskTag(text)}}})
	return &asked
}

// endMistaken ends an answer that was of no use a second time.
func (q *Question) endMistaken(wrong mistake) (chat.Event, error) {
	if q.client.EndMalformed && q.callsPossible() {
		return chat.Event{Kind: chat.Finish, Reason: chat.MalformedCall}, nil
	}
	return chat.Event{}, &chat.Error{
		Kind: chat.Upstream, Private: true,
		Message: "Gemini did not keep to the form of answers that the request asks for, when asked once more too: " + string(wrong) + "; ask again, or ask for something simpler",
	}
}
