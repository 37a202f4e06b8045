package openai

import (
	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// toolCall is a call in an answer: of a function, or of a tool that takes text.
type toolCall struct {
	ID       string        `json:"id,omitempty"`
	Type     string        `json:"type,omitempty"`
	Function *functionCall `json:"function,omitempty"`
	Custom   *customCall   `json:"custom,omitempty"`
}

type functionCall struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

type customCall struct {
	Name  string `json:"name,omitempty"`
	Input string `json:"input"`
}

func newToolCall(call chat.ToolCall) toolCall {
	if call.Freeform {
		return toolCall{ID: call.ID, Type: "custom", Custom: &customCall{call.Name, call.Arguments}}
	}
	return toolCall{ID: call.ID, Type: "function", Function: &functionCall{call.Name, call.Arguments}}
}

// callDelta is a piece of a call in a stream. Only the first piece has the ID and the
// name.
type callDelta struct {
	Index int `json:"index"`
	toolCall
}

// writeCall writes a call as one chunk, or as several if its arguments are long.
func (e *streamEncoder) writeCall(made *chat.ToolCall) error {
	if e.call.LegacyCalls && e.calls > 0 {
		return nil // the older form has room for one
	}
	e.begin()
	e.count.Answer.AddText(made.Name)
	e.count.Answer.AddText(made.Arguments)
	index, rest := e.calls, made.Arguments
	e.calls++
	piece := *made
	for first := true; first || rest != ""; first = false {
		piece.Arguments, rest = dialect.CutText(rest)
		d := newToolCall(piece)
		if !first {
			d.ID, d.Type = "", ""
		}
		if e.call.LegacyCalls {
			e.addEvent(e.newChunk(delta{FunctionCall: d.Function}, nil))
		} else {
			e.addEvent(e.newChunk(delta{Calls: []callDelta{{index, d}}}, nil))
		}
		piece.Name = ""
	}
	return e.flush()
}
