package anthropic

import (
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readConversation reads system and messages.
func readConversation(body dialect.Object) (*dialect.Conversation, error) {
	talk := new(dialect.Conversation)
	if err := readSystem(talk, body.Field("system")); err != nil {
		return nil, err
	}
	place := body.Field("messages")
	nodes, err := place.AsList(dialect.MaxTurns)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, place.NewError("must hold at least one message")
	}
	messages := make([]message, len(nodes))
	for i, n := range nodes {
		if messages[i], err = newMessage(n); err != nil {
			return nil, err
		}
	}
	for _, m := range orderMessages(messages) {
		if err := m.addTo(talk); err != nil {
			return nil, err
		}
	}
	return talk, nil
}

// billingHeader begins a text in which Claude Code says something to Anthropic's own
// servers. It changes with each conversation and means nothing to a model.
const billingHeader = "x-anthropic-billing-header:"

func readSystem(talk *dialect.Conversation, place dialect.Node) error {
	content, err := readContent(place)
	if err != nil {
		return err
	}
	if len(content.calls)+len(content.results) > 0 {
		return place.NewError("holds a tool_use or a tool_result, which only messages may have")
	}
	parts := content.parts[:0]
	for _, part := range content.parts {
		if strings.HasPrefix(part.Text, billingHeader) {
			billing := place
			billing.Path += "." + strings.TrimSuffix(billingHeader, ":")
			billing.DropField()
			continue
		}
		parts = append(parts, part)
	}
	return talk.AddInstruction(place, parts)
}

// message is a message whose role is known.
type message struct {
	role   string
	fields dialect.Object
}

// The roles. A system message in the middle of a conversation holds what the program
// wants to say beside its user.
const (
	roleUser      = "user"
	roleAssistant = "assistant"
	roleSystem    = "system"
)

func newMessage(n dialect.Node) (m message, err error) {
	if n.IsAbsent() {
		return m, n.NewError("must be an object")
	}
	if m.fields, err = n.AsObject(); err != nil {
		return m, err
	}
	place := m.fields.Field("role")
	if m.role, err = place.AsText(); err != nil {
		return m, err
	}
	switch m.role {
	case roleUser, roleAssistant, roleSystem:
		return m, nil
	default:
		return m, place.NewError("must be user, assistant or system")
	}
}

// orderMessages returns the messages with the system's in front of the user's that they
// follow, so that the question stays the end of the conversation.
func orderMessages(messages []message) []message {
	ordered := make([]message, 0, len(messages))
	for i := 0; i < len(messages); i++ {
		end := i + 1
		for messages[i].role == roleUser && end < len(messages) && messages[end].role == roleSystem {
			end++
		}
		ordered = append(append(ordered, messages[i+1:end]...), messages[i])
		i = end - 1
	}
	return ordered
}

func (m message) addTo(talk *dialect.Conversation) error {
	place := m.fields.Field("content")
	content, err := readContent(place)
	if err != nil {
		return err
	}
	switch {
	case m.role != roleAssistant && len(content.calls) > 0:
		return place.NewError("holds a tool_use, which only the assistant may have")
	case m.role != roleUser && len(content.results) > 0:
		return place.NewError("holds a tool_result, which only the user may have")
	case m.role == roleSystem:
		return talk.AddInstruction(place, content.parts)
	case m.role == roleAssistant:
		return talk.AddCalls(place, content.parts, content.calls)
	default:
		return talk.AddResults(place, content.results, content.parts)
	}
}

// content is what a message holds, by what becomes of it.
type content struct {
	parts   []chat.Part
	calls   []chat.ToolCall
	results []dialect.Result
}

// readContent reads content: a string, null, or an array of blocks.
func readContent(place dialect.Node) (content, error) {
	var c content
	if text, err := place.AsText(); err == nil {
		if text != "" {
			c.parts = []chat.Part{{Text: text}}
		}
		return c, nil
	}
	if !place.Value.IsArray() {
		return c, place.NewError("must be a string or an array of blocks")
	}
	nodes, err := place.AsList(dialect.MaxParts)
	if err != nil {
		return c, err
	}
	for _, n := range nodes {
		if err := c.addBlock(n); err != nil {
			return c, err
		}
	}
	return c, nil
}
