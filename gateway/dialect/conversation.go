package dialect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Limits of one conversation, in any dialect.
const (
	MaxTurns = 4096
	MaxParts = 4096 // of one turn
	MaxFiles = 64
	MaxStops = 64 // texts at which an answer ends
	// maxAllParts bounds the parts of all turns together. A part takes a hundred times
	// the memory of its text if that is one letter.
	maxAllParts = 4 * MaxParts
)

// Conversation collects the turns of a request under the rules that all dialects
// share. The zero value is empty.
type Conversation struct {
	system []string
	turns  []chat.Turn
	early  []chat.Part // files of the system text, which go into the first turn
	parts  int         // read so far, dropped ones included
	files  int
	// emptyTurn is the place of the turn added last if it was the user's and had
	// no content, else nil.
	emptyTurn *Node
	// called names the calls so far by their IDs.
	called map[string]string
}

// DropBlankParts returns parts without those that are text of white space alone.
// It changes the array of parts.
func DropBlankParts(parts []chat.Part) []chat.Part {
	return slices.DeleteFunc(parts, func(part chat.Part) bool {
		return part.Blob == nil && strings.TrimSpace(part.Text) == ""
	})
}

// AddTurn adds a turn read at place. Blank text is dropped, and a turn of blank
// text alone is dropped whole: clients keep the empty answers of broken streams,
// and the upstream fails on a blank question. Pictures and recordings inside of a
// text become files. A file above MaxFiles is an error, and so is a part above what
// all turns together may have.
func (c *Conversation) AddTurn(place Node, role chat.Role, parts []chat.Part) error {
	return c.addTurn(place, chat.Turn{Role: role, Parts: parts})
}

// AddCalls adds a turn of the model that ends with calls.
func (c *Conversation) AddCalls(place Node, parts []chat.Part, calls []chat.ToolCall) error {
	for _, call := range calls {
		if c.called == nil {
			c.called = make(map[string]string)
		}
		c.called[call.ID] = call.Name
	}
	return c.addTurn(place, chat.Turn{Role: chat.Agent, Parts: parts, Calls: calls})
}

// AddResult adds the result of a call. If it names no tool, it gets the name of the
// earlier call with its ID.
func (c *Conversation) AddResult(place Node, result chat.ToolResult, parts []chat.Part) error {
	if result.CallID, result.Name = joinWords(result.CallID), joinWords(result.Name); result.Name == "" {
		result.Name = c.called[result.CallID]
	}
	if parts = DropBlankParts(parts); len(parts) == 0 {
		parts = []chat.Part{{Text: "(empty)"}} // many tools return nothing
	}
	return c.addTurn(place, chat.Turn{Role: chat.ToolRole, Parts: parts, Result: &result})
}

// Result is the result of a call, with what it holds.
type Result struct {
	chat.ToolResult
	Parts []chat.Part
}

// AddResults adds a turn of the user that may hold results of calls: these first, then
// what the user says beside them.
func (c *Conversation) AddResults(place Node, results []Result, parts []chat.Part) error {
	for _, result := range results {
		if err := c.AddResult(place, result.ToolResult, result.Parts); err != nil {
			return err
		}
	}
	if len(results) > 0 && len(DropBlankParts(parts)) == 0 {
		return nil
	}
	return c.AddTurn(place, chat.User, parts)
}

func (c *Conversation) addTurn(place Node, turn chat.Turn) error {
	if err := c.countParts(place, len(turn.Parts)+len(turn.Calls)); err != nil {
		return err
	}
	return c.appendTurn(place, turn)
}

func (c *Conversation) countParts(place Node, n int) error {
	if c.parts += n; c.parts > maxAllParts {
		return place.NewError("takes the conversation above " + strconv.Itoa(maxAllParts) + " parts")
	}
	return nil
}

// appendTurn adds a turn whose parts are counted.
func (c *Conversation) appendTurn(place Node, turn chat.Turn) error {
	parts, err := liftFiles(place, DropBlankParts(turn.Parts))
	if err != nil {
		return err
	}
	parts, c.early = append(c.early, parts...), nil
	for _, part := range parts {
		if part.Blob != nil {
			c.files++
		}
	}
	if c.files > MaxFiles {
		return tooManyFiles(place)
	}
	c.emptyTurn = nil
	if turn.Parts = parts; len(parts) > 0 || len(turn.Calls) > 0 {
		c.turns = append(c.turns, turn)
	} else if turn.Role == chat.User {
		c.emptyTurn = &place
	}
	return nil
}

func tooManyFiles(place Node) error {
	return place.NewError("takes the conversation above " + strconv.Itoa(MaxFiles) + " files")
}

// AddInstruction adds system text read at place; blank text is dropped. After the
// first turn it becomes a turn of the user, because the position matters: some
// clients end with an instruction ("now sum this up"). Files in front of the first
// turn become part of that one.
func (c *Conversation) AddInstruction(place Node, parts []chat.Part) error {
	if err := c.countParts(place, len(parts)); err != nil {
		return err
	}
	parts = DropBlankParts(parts)
	if len(c.turns) > 0 && len(parts) > 0 {
		return c.appendTurn(place, chat.Turn{Role: chat.User, Parts: parts})
	}
	parts, err := liftFiles(place, parts)
	for _, part := range parts {
		if part.Blob != nil {
			c.early = append(c.early, part)
			continue
		}
		c.system = append(c.system, part.Text)
	}
	return err
}

// continuePrompt asks for the rest of an answer.
const continuePrompt = "Continue your last answer exactly where it breaks off. Repeat nothing of it and do not introduce what follows."

// FillRequest moves the conversation, read at place, into req as a question. If
// it has system text only, the last of it becomes the question. If it ends with
// an answer, the rest of that answer is asked for, because that is how chat
// clients say "continue". An empty conversation, and one whose last turn has no
// content, is an error.
func (c *Conversation) FillRequest(req *chat.Request, place Node) error {
	if len(c.turns) == 0 && c.emptyTurn == nil && len(c.system) > 0 {
		last := len(c.system) - 1
		c.turns = []chat.Turn{{Role: chat.User, Parts: append(c.early, chat.Part{Text: c.system[last]})}}
		c.system, c.early = c.system[:last], nil
	}
	switch {
	case c.emptyTurn != nil:
		return c.emptyTurn.NewError("is empty; the last turn must say something")
	case len(c.turns) == 0:
		return place.NewError("must hold at least one turn of the user")
	case c.turns[len(c.turns)-1].Role == chat.Agent:
		c.turns = append(c.turns, chat.Turn{Role: chat.User, Parts: []chat.Part{{Text: continuePrompt}}})
	}
	req.System, req.Turns = c.system, c.turns
	return nil
}

// FillCount moves the conversation, read at place, into a request whose tokens
// are counted only. The last turn may be anyone's, and only an empty
// conversation is an error.
func (c *Conversation) FillCount(req *chat.Request, place Node) error {
	if len(c.early) > 0 {
		c.turns = append(c.turns, chat.Turn{Role: chat.User, Parts: c.early})
	}
	if len(c.turns) == 0 && len(c.system) == 0 {
		return place.NewError("must hold at least one turn")
	}
	req.System, req.Turns = c.system, c.turns
	return nil
}
