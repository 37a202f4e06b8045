package dialect

import (
	"github.com/geminid/geminid/chat"
)

func openaiMessages(req *chat.Request, body object) error {
	place := body.at("messages")
	messages, err := place.list(maxTurns)
	if err != nil {
		return err
	}
	if len(messages) == 0 {
		return place.bad("must hold at least one message")
	}
	talk := new(conversation)
	for _, n := range messages {
		if err := openaiMessage(talk, n); err != nil {
			return err
		}
	}
	return talk.into(req, place)
}

func openaiMessage(talk *conversation, n node) error {
	if n.absent() {
		return n.bad("must be an object")
	}
	message, err := n.object()
	if err != nil {
		return err
	}
	role, err := message.at("role").text()
	if err != nil {
		return err
	}
	place := message.at("content")
	parts, err := openaiContent(place)
	if err != nil {
		return err
	}
	switch role {
	case "system", "developer":
		return talk.instruct(place, parts)
	case "user":
		return talk.say(place, chat.User, parts)
	case "assistant":
		return talk.say(place, chat.Agent, append(parts, openaiCalls(message)...))
	case "tool", "function":
		if parts = spoken(parts); len(parts) == 0 {
			parts = []chat.Part{{Text: "(empty)"}} // many tools have nothing to say
		}
		return talk.say(place, chat.User, append([]chat.Part{{Text: "Tool result:"}}, parts...))
	default:
		return message.at("role").bad("must be system, developer, user, assistant, tool or function")
	}
}

// openaiCalls tells earlier function calls as text, so that a conversation begun
// with another model keeps its thread.
func openaiCalls(message object) []chat.Part {
	var parts []chat.Part
	for _, name := range []string{"tool_calls", "function_call"} {
		if n := message.at(name); n.value.IsArray() || n.value.IsObject() {
			parts = append(parts, chat.Part{Text: "Tool calls: " + n.told()})
		}
	}
	return parts
}

// openaiContent reads content: a string, null, or an array of parts.
func openaiContent(place node) ([]chat.Part, error) {
	if text, err := place.text(); err == nil {
		if text == "" {
			return nil, nil
		}
		return []chat.Part{{Text: text}}, nil
	}
	nodes, err := place.list(maxParts)
	if err != nil {
		return nil, place.bad("must be a string or an array of at most 4096 parts")
	}
	var parts []chat.Part
	for _, n := range nodes {
		if text, err := n.text(); err == nil && !n.absent() {
			parts = append(parts, chat.Part{Text: text})
			continue
		}
		part, err := openaiPart(n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func openaiPart(n node) (chat.Part, error) {
	fields, err := n.object()
	if err != nil {
		return chat.Part{}, err
	}
	kind, err := fields.at("type").text()
	if err != nil {
		return chat.Part{}, err
	}
	switch kind {
	case "text", "input_text", "output_text":
		text, err := fields.at("text").text()
		return chat.Part{Text: text}, err
	case "refusal":
		text, err := fields.at("refusal").text()
		return chat.Part{Text: text}, err
	case "image_url", "input_image":
		blob, err := openaiImage(fields.at("image_url"))
		return chat.Part{Blob: blob}, err
	case "file", "input_file":
		blob, err := openaiFile(fields)
		return chat.Part{Blob: blob}, err
	case "input_audio":
		blob, err := openaiAudio(fields.at("input_audio"))
		return chat.Part{Blob: blob}, err
	default:
		return chat.Part{}, fields.at("type").bad("must be text, image_url, input_audio or file")
	}
}

// openaiImage reads {url} and the bare string of the newer format.
func openaiImage(n node) (*chat.Blob, error) {
	if _, err := n.text(); err == nil {
		return located(n)
	}
	fields, err := n.object()
	if err != nil {
		return nil, err
	}
	return located(fields.at("url"))
}

// openaiAudio reads {data, format}.
func openaiAudio(n node) (*chat.Blob, error) {
	fields, err := n.object()
	if err != nil {
		return nil, err
	}
	place := fields.at("format")
	format, err := place.text()
	if err != nil {
		return nil, err
	}
	kind, ok := map[string]string{"wav": "audio/wav", "mp3": "audio/mpeg"}[format]
	if !ok {
		return nil, place.bad("must be wav or mp3")
	}
	return inline(fields.at("data"), kind)
}

// openaiFile reads a file part. Its fields stand in "file", or in the part
// itself in the newer format.
func openaiFile(fields object) (*chat.Blob, error) {
	if nested := fields.at("file"); !nested.absent() {
		var err error
		if fields, err = nested.object(); err != nil {
			return nil, err
		}
	}
	if id := fields.at("file_id"); !id.absent() {
		return nil, id.bad("is not offered, since no files are kept; send file_data")
	}
	name, err := fields.at("filename").text()
	if err != nil {
		return nil, err
	}
	blob, err := located(fields.at("file_data"))
	if err != nil {
		return nil, err
	}
	blob.Name = fileName(name)
	return blob, nil
}
