package toolcall

import (
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
)

// exampleName stands in the place of a tool's name where the form of calls is taught.
const exampleName = "NAME"

// fence opens and closes the block of a call. It is longer than the fences of the
// code that such a block may hold.
const fence = "``````"

// writeRequest returns the request that the provider is asked: the tools are pinned
// text, and earlier calls and results are text of their turns.
func (q *Question) writeRequest() *chat.Request {
	if q.tag == "" {
		return q.client
	}
	asked := *q.client
	asked.Tools, asked.ToolChoice, asked.Format, asked.Stop = nil, chat.ToolChoice{}, chat.Format{}, nil
	asked.System = make([]string, len(q.client.System))
	for i, text := range q.client.System {
		asked.System[i] = q.maskTag(text)
	}
	asked.Turns = make([]chat.Turn, len(q.client.Turns))
	for i, turn := range q.client.Turns {
		asked.Turns[i] = q.writeTurn(turn)
	}
	if q.callsPossible() {
		asked.Verbatim = chat.Verbatim{Label: labelPrefix + q.tag, Text: "--" + q.tag, End: "--" + q.tag + " " + endSection}
	}
	for _, text := range []string{q.describeTools(), q.describeCalls(), q.format.describe()} {
		if text != "" {
			asked.Pinned = append(asked.Pinned, text)
		}
	}
	return &asked
}

// maskedTag stands in the place of the tag in text that came from outside.
const maskedTag = "--------"

// maskTag returns text without the tag, so that no block in it can be taken for a
// call when the model repeats it.
func (q *Question) maskTag(text string) string {
	at := indexFold(text, q.tag)
	if at < 0 {
		return text
	}
	var out strings.Builder
	for ; at >= 0; at = indexFold(text, q.tag) {
		out.WriteString(text[:at] + maskedTag)
		text = text[at+len(q.tag):]
	}
	return out.String() + text
}

// indexFold returns the index of the first lower in text, in letters of either case, -1
// if there is none. All text of a conversation goes through it, so that it jumps from
// one first letter to the next.
func indexFold(text, lower string) int {
	small, large := lower[0], strings.ToUpper(lower[:1])[0]
	nextSmall, nextLarge := 0, 0
	for at := 0; ; at++ {
		nextSmall, nextLarge = seekByte(text, small, nextSmall, at), seekByte(text, large, nextLarge, at)
		at = min(nextSmall, nextLarge)
		if len(text)-at < len(lower) {
			return -1
		}
		if strings.EqualFold(text[at:at+len(lower)], lower) {
			return at
		}
	}
}

// seekByte returns the index of the first c in text from at on, the length of text if
// there is none. known is what it returned last.
func seekByte(text string, c byte, known, at int) int {
	if known > at || known == at && known < len(text) && text[known] == c {
		return known
	}
	if i := strings.IndexByte(text[min(at, len(text)):], c); i >= 0 {
		return at + i
	}
	return len(text)
}

// writeTurn makes text of the calls and of the result of a turn.
func (q *Question) writeTurn(turn chat.Turn) chat.Turn {
	parts := make([]chat.Part, 0, len(turn.Parts)+len(turn.Calls)+1)
	if result := turn.Result; result != nil {
		parts = append(parts, chat.Part{Text: q.maskTag(describeResult(result, q.findTwin(result)))})
	}
	for _, part := range turn.Parts {
		if part.Blob == nil {
			part.Text = q.maskTag(part.Text)
		}
		parts = append(parts, part)
	}
	for _, call := range turn.Calls {
		parts = append(parts, chat.Part{Text: q.writeCall(call)})
	}
	return chat.Turn{Role: turn.Role, Parts: parts}
}

// describeResult is the title of a result, which says of which call it is: results need
// not come in the order of the calls.
// twin is that call, if its function was called several times in one turn: the calls
// do not show their ids, so that its arguments tell which one it was.
func describeResult(result *chat.ToolResult, twin *chat.ToolCall) string {
	title := "Tool result"
	if result.CallID != "" {
		title += " of call " + result.CallID
	}
	if result.Name != "" {
		title += " of function " + result.Name
	}
	if twin != nil {
		title += " with " + twin.Arguments
	}
	if result.Failed {
		title += ", which failed"
	}
	return title + ":"
}

// findTwin returns the call that a result is of if another one in the same turn was of
// the same function, else nil.
func (q *Question) findTwin(result *chat.ToolResult) *chat.ToolCall {
	for _, turn := range slices.Backward(q.client.Turns) {
		i := slices.IndexFunc(turn.Calls, func(c chat.ToolCall) bool { return c.ID == result.CallID })
		if i < 0 || result.CallID == "" {
			continue
		}
		same := func(c chat.ToolCall) bool { return c.Name == turn.Calls[i].Name && c.ID != result.CallID }
		if slices.ContainsFunc(turn.Calls, same) {
			return &turn.Calls[i]
		}
		return nil
	}
	return nil
}

// writeCall writes an earlier call in the form of calls.
func (q *Question) writeCall(call chat.ToolCall) string {
	body := q.maskTag(call.Arguments)
	if call.Freeform {
		body = "--" + q.tag + " input\n" + body + "\n--" + q.tag + " end"
	}
	return fence + "call-" + q.tag + " " + q.maskTag(call.Name) + "\n" + body + "\n" + fence
}

// describeTools lists the signatures of the tools that may be called, in the order of
// the request.
func (q *Question) describeTools() string {
	if !q.callsPossible() {
		return ""
	}
	return q.maskTag(q.engine.signatures.render(q.shownTools()))
}

// toolsHeading stands in front of the signatures of tools.
const toolsHeading = "# Tools\nYou can call the tools below. Their arguments are written as TypeScript types, and the comments explain them.\n"

// shownTools are the tools that may be called, in the order of the request.
func (q *Question) shownTools() []*tool {
	shown := make([]*tool, 0, len(q.tools))
	for _, offered := range q.client.Tools {
		if t := q.tools[offered.Name]; t != nil {
			shown = append(shown, t)
		}
	}
	return shown
}

// describeCalls says how to write a call, and when.
func (q *Question) describeCalls() string {
	if !q.callsPossible() {
		if len(q.client.Tools) > 0 || hasCalls(q.client.Turns) {
			return "No tool can be called in this turn. Answer the last message in text."
		}
		return ""
	}
	open := fence + labelPrefix + q.tag + " " + exampleName + "\n"
	lines := []string{
		"# How to call a tool",
		"To call a tool, write a block of exactly this form, with the name of the tool in the place of " + exampleName + ":",
		open + "{\"argument\": \"value\"}\n" + fence,
		"The block holds one JSON object with the arguments. A long text, such as the content of a file, is better written below the object as it is, without quotes and escapes, and its argument left out of the object:",
		open + "{\"argument\": \"value\"}\n--" + q.tag + " LONGARGUMENT\nany number of lines\n--" + q.tag + " end\n" + fence,
	}
	if q.hasFreeform() {
		lines = append(lines, "A tool that takes text has no object, only that text:",
			open+"--"+q.tag+" input\nany number of lines\n--"+q.tag+" end\n"+fence)
	}
	return strings.Join(append(lines, q.describeChoice()), "\n")
}

func (q *Question) hasFreeform() bool {
	return slices.ContainsFunc(q.client.Tools, func(t chat.OfferedTool) bool { return t.Freeform && q.tools[t.Name] != nil })
}

// describeChoice says whether to call, how often, and that the answer ends there.
func (q *Question) describeChoice() string {
	var out strings.Builder
	switch {
	case q.choice.Mode != chat.ToolsRequired:
		out.WriteString("Call a tool if it is needed for the last message; else answer in text. ")
	case len(q.choice.Only) == 1:
		out.WriteString("You must call the tool " + q.maskTag(q.choice.Only[0]) + " now. ")
	default:
		out.WriteString("You must call a tool now. ")
	}
	if q.choice.Single {
		out.WriteString("Write one block at most. ")
	} else {
		out.WriteString("Calls that do not depend on each other may follow one another, a block each. ")
	}
	out.WriteString("End your answer with the last block: the results come with the next message, so never write one yourself.")
	return out.String()
}
