package dialect

import "github.com/geminid/geminid/chat"

// ReadContent reads the content of a message: a string, null, or an array of parts.
// kinds names the types of parts that the API knows, for errors.
func ReadContent(place Node, kinds string) ([]chat.Part, error) {
	if text, err := place.AsText(); err == nil {
		if text == "" {
			return nil, nil
		}
		return []chat.Part{{Text: text}}, nil
	}
	nodes, err := place.AsList(MaxParts)
	if err != nil {
		return nil, place.NewError("must be a string or an array of at most 4096 parts")
	}
	var parts []chat.Part
	for _, n := range nodes {
		if text, err := n.AsText(); err == nil && !n.IsAbsent() {
			parts = append(parts, chat.Part{Text: text})
			continue
		}
		more, err := ReadPart(n, kinds)
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// ReadPart reads a part of a message. It may hold text and files, whatever its type says.
// kinds is that of [ReadContent].
func ReadPart(n Node, kinds string) ([]chat.Part, error) {
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
	files, err := ReadObjectFiles(fields)
	if err != nil {
		return nil, err
	}
	if parts = append(parts, files...); len(parts) > 0 {
		return parts, nil
	}
	switch kind {
	case "text", "input_text", "output_text", "summary_text", "reasoning_text", "refusal", "thinking", "redacted_thinking", "reasoning":
		return nil, nil
	case "image_url", "input_image", "image", "video_url", "input_video", "audio_url", "input_audio", "file", "input_file", "document":
		return nil, fields.Field(kind).NewError("holds no file; send an https address or a data: URL with base64")
	default:
		return nil, fields.Field("type").NewError("must be " + kinds)
	}
}
