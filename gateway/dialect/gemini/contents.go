package gemini

import (
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readContents reads systemInstruction and contents.
func readContents(body dialect.Object) (*dialect.Conversation, error) {
	talk := new(dialect.Conversation)
	if err := readSystem(talk, body.Field("systemInstruction")); err != nil {
		return nil, err
	}
	contents, err := body.Field("contents").AsListOrOne(dialect.MaxTurns)
	if err != nil {
		return nil, err
	}
	if len(contents) == 0 {
		return nil, body.Field("contents").NewError("must hold at least one turn")
	}
	for _, n := range contents {
		if err := readContent(talk, n); err != nil {
			return nil, err
		}
	}
	return talk, nil
}

// readSystem reads {parts:[…]}, and the bare string that some clients send.
func readSystem(talk *dialect.Conversation, n dialect.Node) error {
	if text, err := n.AsText(); err == nil {
		return talk.AddInstruction(n, []chat.Part{{Text: text}})
	}
	content, err := n.AsObject()
	if err != nil {
		return n.NewError("must be an dialect.Object with parts, or a string")
	}
	parts, err := readParts(content.Field("parts"))
	if err != nil {
		return err
	}
	return talk.AddInstruction(n, parts)
}

func readContent(talk *dialect.Conversation, n dialect.Node) error {
	content, err := n.AsObject()
	if err != nil {
		return err
	}
	role, err := content.Field("role").AsText()
	if err != nil {
		return err
	}
	place := content.Field("parts")
	parts, err := readParts(place)
	if err != nil {
		return err
	}
	switch strings.ToLower(role) {
	case "", "user", "function":
		return talk.AddTurn(place, chat.User, parts)
	case "model":
		return talk.AddTurn(place, chat.Agent, parts)
	case "system":
		return talk.AddInstruction(place, parts)
	default:
		return content.Field("role").NewError("must be user or model")
	}
}

func readParts(place dialect.Node) ([]chat.Part, error) {
	nodes, err := place.AsListOrOne(dialect.MaxParts)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, place.NewError("must hold at least one part")
	}
	var parts []chat.Part
	for _, n := range nodes {
		if n.Value.IsArray() || n.IsAbsent() {
			return nil, n.NewError("must be an object")
		}
		fields, err := n.AsObject()
		if err != nil {
			return nil, err
		}
		part, err := readPart(fields)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part...)
	}
	return parts, nil
}

// readPart reads one part. Some clients put a file and the text about it into the
// same one: these become two, text first.
func readPart(fields dialect.Object) ([]chat.Part, error) {
	text, err := readText(fields)
	if err != nil {
		return nil, err
	}
	parts := []chat.Part{text}
	for _, file := range []struct {
		field string
		read  func(dialect.Node) (*chat.Blob, error)
	}{{"fileData", readFileData}, {"inlineData", readInlineData}} {
		if n := fields.Field(file.field); !n.IsAbsent() {
			blob, err := file.read(n)
			if err != nil {
				return nil, err
			}
			parts = append(parts, chat.Part{Blob: blob})
		}
	}
	return parts, nil
}

// readText reads the text of a part. Text that is not for the model, such as a
// thought sent back or a lone signature, becomes empty.
func readText(fields dialect.Object) (chat.Part, error) {
	text, err := fields.Field("text").AsText()
	if err != nil {
		return chat.Part{}, err
	}
	thought, err := fields.Field("thought").AsBool()
	switch {
	case err != nil || thought:
		return chat.Part{}, err
	case text != "":
		return chat.Part{Text: text}, nil
	}
	for _, record := range []struct{ field, title string }{
		{"functionCall", "Function call: "},
		{"functionResponse", "Function response: "},
		{"executableCode", "Code: "},
		{"codeExecutionResult", "Code result: "},
	} {
		if n := fields.Field(record.field); !n.IsAbsent() {
			return chat.Part{Text: record.title + n.JSONText()}, nil
		}
	}
	return chat.Part{}, nil
}

// readFileData reads {fileUri}. Files of Google's Files API have such an address
// too, but cannot be read with it.
func readFileData(n dialect.Node) (*chat.Blob, error) {
	fields, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	place := fields.Field("fileUri")
	if text, err := place.AsText(); err != nil || text == "" {
		return nil, place.NewError("must be an https address; send other files as inlineData")
	}
	return dialect.DecodeURL(place)
}

func readInlineData(n dialect.Node) (*chat.Blob, error) {
	fields, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	mediaType, err := fields.Field("mimeType").AsText()
	if err != nil {
		return nil, err
	}
	name, err := fields.Field("displayName").AsText()
	if err != nil {
		return nil, err
	}
	blob, err := dialect.DecodeInline(fields.Field("data"), mediaType)
	if err != nil {
		return nil, err
	}
	blob.Name = dialect.CleanFileName(name)
	return blob, nil
}
