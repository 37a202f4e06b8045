package gemini

import (
	"strings"

	"github.com/tidwall/gjson"

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
	if n.IsAbsent() {
		return nil
	}
	if text, err := n.AsText(); err == nil {
		return talk.AddInstruction(n, []chat.Part{{Text: text}})
	}
	content, err := n.AsObject()
	if err != nil {
		return n.NewError("must be an object with parts, or a string")
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

// records are the fields of a part that are passed on as text.
var records = []struct{ field, title string }{
	{"functionCall", "Function call: "},
	{"executableCode", "Code: "},
	{"codeExecutionResult", "Code result: "},
	{"toolCall", "Tool call: "},
	{"toolResponse", "Tool response: "},
	{"audioTranscription", "Transcription: "},
}

// readPart reads one part. Some clients put a file and the text about it into the
// same one: these become two, text first.
func readPart(fields dialect.Object) ([]chat.Part, error) {
	parts, err := readText(fields)
	if err != nil {
		return nil, err
	}
	for _, record := range records {
		if n := fields.Field(record.field); !n.IsAbsent() {
			parts = append(parts, chat.Part{Text: record.title + n.JSONText()})
		}
	}
	response, err := readResponse(fields.Field("functionResponse"))
	if err != nil {
		return nil, err
	}
	files, err := readPartFiles(fields)
	return append(append(parts, response...), files...), err
}

// readText reads the text of a part. A thought sent back is dropped.
func readText(fields dialect.Object) ([]chat.Part, error) {
	place := fields.Field("text")
	text, err := place.AsText()
	if err != nil {
		return nil, err
	}
	switch thought, err := fields.Field("thought").AsBool(); {
	case err != nil:
		return nil, err
	case text == "":
		return nil, nil
	case thought:
		fields.Field("thought").DropField()
		return nil, nil
	}
	return []chat.Part{{Text: text}}, nil
}

// readResponse reads {id, name, response, parts}. The files in parts become files;
// the rest is passed on as text.
func readResponse(n dialect.Node) ([]chat.Part, error) {
	if n.IsAbsent() {
		return nil, nil
	}
	text, rest, err := n.CutField("parts")
	if err != nil {
		return nil, err
	}
	parts := []chat.Part{{Text: "Function response: " + text}}
	files, err := rest.AsTable(partFields).AsListOrOne(dialect.MaxParts)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		fields, err := file.AsObject()
		if err != nil {
			return nil, err
		}
		more, err := readPart(fields)
		if err != nil {
			return nil, err
		}
		parts = append(parts, more...)
	}
	return parts, nil
}

// readPartFiles reads the files of a part. Files of Google's Files API have an
// address too, but cannot be read with it.
func readPartFiles(fields dialect.Object) ([]chat.Part, error) {
	for _, name := range []string{"fileData", "inlineData"} {
		if n := fields.Field(name); n.Value.Type != gjson.Null && !n.Value.IsObject() {
			return nil, n.NewError("must be an object")
		}
	}
	return dialect.ReadFileFields(fields)
}
