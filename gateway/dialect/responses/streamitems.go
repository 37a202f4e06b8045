package responses

import (
	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// newPlace takes the next place among the items.
func (e *streamEncoder) newPlace(kind itemKind) place {
	e.begin()
	e.items = append(e.items, nil)
	index := len(e.items) - 1
	return place{Item: itemID(e.call, kind, index), Index: index}
}

// addItem adds the event that opens or closes an item.
func (e *streamEncoder) addItem(kind eventType, index int, item any) {
	if kind == itemDone {
		e.items[index] = item
	}
	e.addEvent(itemEvent{e.next(kind), index, item})
}

// openThought opens an item of thoughts, if none is open.
func (e *streamEncoder) openThought() {
	if e.thought != nil {
		return
	}
	p := e.newPlace(thoughtKind)
	e.thought = &openText{place: p, delta: dialect.NewTemplate(summaryDeltaBody{place: p}, "delta")}
	e.addItem(itemAdded, p.Index, newThought(e.call, p.Item, inProgress))
	e.addEvent(summaryPartEvent{e.next(summaryPartAdded), p, 0, summaryPart{Type: "summary_text"}})
}

func (e *streamEncoder) closeThought() {
	open := e.thought
	if open == nil {
		return
	}
	e.thought = nil
	part := summaryPart{"summary_text", open.text.String()}
	e.addEvent(summaryTextEvent{e.next(summaryTextDone), open.place, 0, part.Text})
	e.addEvent(summaryPartEvent{e.next(summaryPartDone), open.place, 0, part})
	e.addItem(itemDone, open.Index, newThought(e.call, open.Item, completed, part))
}

// openMessage closes the thoughts and opens a message, if none is open.
func (e *streamEncoder) openMessage() {
	e.closeThought()
	if e.message != nil {
		return
	}
	p := e.newPlace(messageKind)
	e.message = &openText{place: p, delta: dialect.NewTemplate(textDeltaBody{place: p, Logprobs: []struct{}{}}, "delta")}
	e.addItem(itemAdded, p.Index, newMessage(p.Item, inProgress))
	e.addEvent(partEvent{e.next(partAdded), p, 0, newTextPart("", nil)})
}

func (e *streamEncoder) closeMessage(state status) {
	open := e.message
	if open == nil {
		return
	}
	e.message = nil
	part := newTextPart(open.text.String(), open.annotations)
	e.addEvent(textDoneEvent{e.next(textDone), open.place, 0, part.Text, part.Logprobs})
	e.addEvent(partEvent{e.next(partDone), open.place, 0, part})
	e.addItem(itemDone, open.Index, newMessage(open.Item, state, part))
}

// abandonItems ends the items that are open without a word.
func (e *streamEncoder) abandonItems() {
	if open := e.thought; open != nil {
		e.items[open.Index] = newThought(e.call, open.Item, incomplete, summaryPart{"summary_text", open.text.String()})
	}
	if open := e.message; open != nil {
		e.items[open.Index] = newMessage(open.Item, incomplete, newTextPart(open.text.String(), open.annotations))
	}
	e.thought, e.message = nil, nil
	if e.items == nil {
		e.items = []any{}
	}
}

// writeSources writes the pages that the answer rests on.
func (e *streamEncoder) writeSources(sources []chat.Source) error {
	if len(sources) == 0 {
		return nil
	}
	e.openMessage()
	for _, a := range newAnnotations(sources) {
		e.addEvent(annotationEvent{e.next(annotationAdded), e.message.place, 0, len(e.message.annotations), a})
		e.message.annotations = append(e.message.annotations, a)
	}
	return e.flush()
}

// writeCall writes a call of a tool, which is whole.
func (e *streamEncoder) writeCall(made chat.ToolCall) error {
	e.closeThought()
	e.closeMessage(completed)
	e.count.Answer.AddText(made.Name)
	e.count.Answer.AddText(made.Arguments)
	kind, delta, done := functionKind, argumentsDelta, argumentsDone
	if made.Freeform {
		kind, delta, done = customKind, customInputDelta, customInputDone
	}
	p := e.newPlace(kind)
	empty := made
	empty.Arguments = ""
	e.addItem(itemAdded, p.Index, newCallItem(e.call, p.Index, empty, inProgress))
	for rest := made.Arguments; rest != ""; {
		var piece string
		piece, rest = dialect.CutText(rest)
		e.addEvent(argumentsEvent{eventHead: e.next(delta), place: p, Delta: &piece})
	}
	whole := newCallItem(e.call, p.Index, made, completed)
	end := argumentsEvent{eventHead: e.next(done), place: p, Arguments: whole.Arguments, Input: whole.Input}
	if !made.Freeform {
		end.Name = whole.Name
	}
	e.addEvent(end)
	e.addItem(itemDone, p.Index, whole)
	return e.flush()
}

// writePicture writes a picture as an item of its own.
func (e *streamEncoder) writePicture(blob *chat.Blob) error {
	e.closeThought()
	p := e.newPlace(pictureKind)
	e.addItem(itemAdded, p.Index, newPictureItem(p.Item, inProgress, nil))
	for _, kind := range []eventType{pictureInProgress, pictureGenerating, pictureCompleted} {
		e.addEvent(placeEvent{e.next(kind), p})
	}
	whole := newPictureItem(p.Item, completed, blob)
	e.items[p.Index] = whole
	err := e.writeLarge(itemEvent{e.next(itemDone), p.Index, whole}, []any{whole})
	e.buf = nil // it has grown beyond the needs of text
	return err
}

// writeFile writes a file that is no picture as text.
func (e *streamEncoder) writeFile(blob *chat.Blob) error {
	e.openMessage()
	text := fileText(e.call, blob)
	if e.message.text.Len() > 0 {
		text = "\n\n" + text
	}
	e.addDeltas(e.message, textDelta, text)
	return e.flush()
}
