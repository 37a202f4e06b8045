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
		more, err := answerParts(message)
		if err != nil {
			return err
		}
		return talk.AddTurn(place, chat.Agent, dialect.NameSpeaker(name, append(parts, more...)))
	case "tool", "function":
		id, err := message.Field("tool_call_id").AsText()
		if err != nil {
			return err
		}
		return talk.AddTurn(place, chat.User, dialect.TitleResult(id, name, parts))
	default:
		return message.Field("role").NewError("must be system, developer, user, assistant, tool or function")
	}
}

// answerParts returns what an earlier answer has beside its content: a refusal,
// and function calls as text, so that a conversation begun with another model
// stays complete.
func answerParts(message dialect.Object) ([]chat.Part, error) {
	refusal, err := message.Field("refusal").AsText()
	if err != nil {
		return nil, err
	}
	parts := []chat.Part{{Text: refusal}}
	for _, name := range []string{"tool_calls", "function_call"} {
		switch n := message.Field(name); {
		case n.Value.IsArray(), n.Value.IsObject():
			parts = append(parts, chat.Part{Text: "Tool calls: " + n.JSONText()})
		case !n.IsAbsent():
			return nil, n.NewError("must be an array or an object")
		}
	}
	return parts, nil
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
		part, err := readPart(n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func readPart(n dialect.Node) (chat.Part, error) {
	fields, err := n.AsObject()
	if err != nil {
		return chat.Part{}, err
	}
	kind, err := fields.Field("type").AsText()
	if err != nil {
		return chat.Part{}, err
	}
	switch kind {
	case "text", "input_text", "output_text":
		text, err := fields.Field("text").AsText()
		return chat.Part{Text: text}, err
	case "refusal":
		text, err := fields.Field("refusal").AsText()
		return chat.Part{Text: text}, err
	case "image_url", "input_image":
		blob, err := readImage(fields.Field("image_url"))
		return chat.Part{Blob: blob}, err
	case "file", "input_file":
		blob, err := readFile(fields)
		return chat.Part{Blob: blob}, err
	case "input_audio":
		blob, err := readAudio(fields.Field("input_audio"))
		return chat.Part{Blob: blob}, err
	default:
		return chat.Part{}, fields.Field("type").NewError("must be text, image_url, input_audio or file")
	}
}

// readImage reads {url} and the bare string of the newer format.
func readImage(n dialect.Node) (*chat.Blob, error) {
	if _, err := n.AsText(); err == nil {
		return dialect.DecodeURL(n)
	}
	fields, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	return dialect.DecodeURL(fields.Field("url"))
}

// readAudio reads {data, format}.
func readAudio(n dialect.Node) (*chat.Blob, error) {
	fields, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	place := fields.Field("format")
	format, err := place.AsText()
	if err != nil {
		return nil, err
	}
	kind, ok := map[string]string{"wav": "audio/wav", "mp3": "audio/mpeg"}[format]
	if !ok {
		return nil, place.NewError("must be wav or mp3")
	}
	return dialect.DecodeInline(fields.Field("data"), kind)
}

// readFile reads a file part. Its fields are in "file", in the newer format in
// the part itself.
func readFile(fields dialect.Object) (*chat.Blob, error) {
	if nested := fields.Field("file"); !nested.IsAbsent() {
		var err error
		if fields, err = nested.AsObject(); err != nil {
			return nil, err
		}
	}
	if id := fields.Field("file_id"); !id.IsAbsent() {
		return nil, id.NewError("is not offered, since no files are kept; send file_data")
	}
	name, err := fields.Field("filename").AsText()
	if err != nil {
		return nil, err
	}
	blob, err := dialect.DecodeURL(fields.Field("file_data"))
	if err != nil {
		return nil, err
	}
	blob.Name = dialect.CleanFileName(name)
	return blob, nil
}
