package dialect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Limits of one conversation, in any dialect.
const (
	maxTurns = 4096
	maxParts = 4096 // a turn
	maxFiles = 64
)

// conversation gathers the turns of a request under the rules that every
// dialect shares.
type conversation struct {
	system []string
	turns  []chat.Turn
	files  int
	// hollow is the last element read when it held nothing to say.
	hollow *node
}

// spoken leaves out the parts that say nothing: text of white space alone.
func spoken(parts []chat.Part) []chat.Part {
	return slices.DeleteFunc(parts, func(part chat.Part) bool {
		return part.Blob == nil && strings.TrimSpace(part.Text) == ""
	})
}

// say adds a turn at its place n. Blank text is dropped, and with it a turn that
// says nothing else: clients keep the empty answers of broken streams, and the
// upstream fails on a blank question.
func (c *conversation) say(n node, role chat.Role, parts []chat.Part) error {
	parts = spoken(parts)
	for _, part := range parts {
		if part.Blob != nil {
			c.files++
		}
	}
	if c.files > maxFiles {
		return n.bad("brings the conversation over " + strconv.Itoa(maxFiles) + " files")
	}
	c.hollow = nil
	if len(parts) > 0 {
		c.turns = append(c.turns, chat.Turn{Role: role, Parts: parts})
	} else if role == chat.User {
		c.hollow = &n
	}
	return nil
}

// instruct adds system text. Once the conversation runs, an instruction belongs
// where it stands and is said by the user: some clients end with one ("now sum
// this up").
func (c *conversation) instruct(n node, parts []chat.Part) error {
	if len(c.turns) > 0 {
		return c.say(n, chat.User, parts)
	}
	for _, part := range spoken(parts) {
		if part.Blob != nil {
			return n.bad("must hold text only")
		}
		c.system = append(c.system, part.Text)
	}
	return nil
}

// goOn asks for the rest of an answer.
const goOn = "Continue your last answer exactly where it breaks off. Repeat nothing of it and do not introduce what follows."

// into hands the conversation to a request. place is the field it came from. A
// request of system text alone is a question too, and one that ends with an
// answer asks for the rest of it: that is what "continue" in chat clients sends.
func (c *conversation) into(req *chat.Request, place node) error {
	if len(c.turns) == 0 && c.hollow == nil && len(c.system) > 0 {
		last := len(c.system) - 1
		c.turns = []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: c.system[last]}}}}
		c.system = c.system[:last]
	}
	switch {
	case c.hollow != nil:
		return c.hollow.bad("is empty; the last turn must say something")
	case len(c.turns) == 0:
		return place.bad("must hold at least one turn of the user")
	case c.turns[len(c.turns)-1].Role != chat.User:
		c.turns = append(c.turns, chat.Turn{Role: chat.User, Parts: []chat.Part{{Text: goOn}}})
	}
	req.System, req.Turns = c.system, c.turns
	return nil
}
