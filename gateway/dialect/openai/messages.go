package openai

import (
	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

func readMessages(req *chat.Request, body dialect.Object) error {
	place := body.Field("messages")
	messages, err := place.AsList(dialect.MaxTurns)
	if err != nil {
		return err
	}
	if len(messages) == 0 {
		return place.NewError("must hold at least one message")
	}
	talk := new(dialect.Conversation)
	for _, n := range messages {
		if err := readMessage(talk, n); err != nil {
			return err
		}
	}
	return talk.FillRequest(req, place)
}

// roleFields are the fields that messages of a role have beside those for files.
var roleFields = map[string][]string{
	"system": {"role", "content", "name"}, "developer": {"role", "content", "name"}, "user": {"role", "content", "name"},
	"assistant": {"role", "content", "name", "refusal", "tool_calls", "function_call"},
	"tool":      {"role", "content", "name", "tool_call_id"}, "function": {"role", "content", "name", "tool_call_id"},
}

func readMessage(talk *dialect.Conversation, n dialect.Node) error {
	if n.IsAbsent() {
		return n.NewError("must be an object")
	}
	message, err := n.AsObject()
	if err != nil {
		return err
	}
	role, err := message.Field("role").AsText()
	if err != nil {
		return err
	}
	place := message.Field("content")
	parts, err := dialect.ReadContent(place, "text, image_url, input_audio, video_url or file")
	if err != nil {
		return err
	}
	files, err := dialect.ReadFileFields(message)
	if err != nil {
		return err
	}
	parts = append(parts, files...)
	name, err := message.Field("name").AsText()
	if err != nil {
		return err
	}
	if names, known := roleFields[role]; known {
		if err := message.DropOthers(true, names...); err != nil {
			return err
		}
	}
	switch role {
	case "system", "developer":
		return talk.AddInstruction(place, dialect.NameSpeaker(name, parts))
	case "user":
		return talk.AddTurn(place, chat.User, dialect.NameSpeaker(name, parts))
	case "assistant":
		refusal, err := message.Field("refusal").AsText()
		if err != nil {
			return err
		}
		calls, err := readCalls(message)
		if err != nil {
			return err
		}
		return talk.AddCalls(place, dialect.NameSpeaker(name, append(parts, chat.Part{Text: refusal})), calls)
	case "tool", "function":
		id, err := message.Field("tool_call_id").AsText()
		if err != nil {
			return err
		}
		return talk.AddResult(place, chat.ToolResult{CallID: id, Name: name}, parts)
	default:
		return message.Field("role").NewError("must be system, developer, user, assistant, tool or function")
	}
}
