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
	parts, err := readContent(place)
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

// readContent reads content: a string, null, or an array of parts.
func readContent(place dialect.Node) ([]chat.Part, error) {
	if text, err := place.AsText(); err == nil {
		if text == "" {
			return nil, nil
		}
		return []chat.Part{{Text: text}}, nil
	}
	nodes, err := place.AsList(dialect.MaxParts)
	if err != nil {
		return nil, place.NewError("must be a string or an array of at most 4096 parts")
	}
	var parts []chat.Part
	for _, n := range nodes {
		if text, err := n.AsText(); err == nil && !n.IsAbsent() {
			parts = append(parts, chat.Part{Text: text})
			continue
		}
		more, err := readPart(n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// readPart reads a part. It may hold text and files, whatever its type says.
func readPart(n dialect.Node) ([]chat.Part, error) {
	fields, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	kind, err := fields.Field("type").AsText()
	if err != nil {
		return nil, err
	}
	var parts []chat.Part
	for _, name := range []string{"text", "refusal"} {
		text, err := fields.Field(name).AsText()
		if err != nil {
			return nil, err
		}
		if text != "" {
			parts = append(parts, chat.Part{Text: text})
		}
	}
	files, err := dialect.ReadObjectFiles(fields)
	if err != nil {
		return nil, err
	}
	if parts = append(parts, files...); len(parts) > 0 {
		return parts, nil
	}
	switch kind {
	case "text", "input_text", "output_text", "refusal", "thinking", "redacted_thinking", "reasoning":
		return nil, nil
	case "image_url", "input_image", "image", "video_url", "input_video", "audio_url", "input_audio", "file", "input_file", "document":
		return nil, fields.Field(kind).NewError("holds no file; send an https address or a data: URL with base64")
	default:
		return nil, fields.Field("type").NewError("must be text, image_url, input_audio, video_url or file")
	}
}
