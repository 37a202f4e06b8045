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
	if !n.Value.IsObject() {
		return n.NewError("must be an object with parts, or a string")
	}
	content, err := n.AsObject()
	if err != nil {
		return err
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
	role = strings.ToLower(role)
	turn, err := readTurn(place, callingFields[role])
	if err != nil {
		return err
	}
	switch role {
	case "", "user", "function", "tool":
		return talk.AddResults(place, turn.results, turn.parts)
	case "model", "assistant":
		return talk.AddCalls(place, turn.parts, turn.calls)
	case "system":
		return talk.AddInstruction(place, turn.parts)
	default:
		return content.Field("role").NewError("must be user or model")
	}
}

// callingFields are the fields of parts that only contents of one role have a use for.
var callingFields = map[string]string{
	"": responseField, "user": responseField, "function": responseField, "tool": responseField,
	"model": callField, "assistant": callField,
}

const (
	callField     = "functionCall"
	responseField = "functionResponse"
)

// turnParts are the parts of a turn, by what becomes of them.
type turnParts struct {
	parts   []chat.Part
	calls   []chat.ToolCall
	results []dialect.Result
}

func readParts(place dialect.Node) ([]chat.Part, error) {
	turn, err := readTurn(place, "")
	return turn.parts, err
}

// readTurn reads the parts of a turn. calling is the field of calls or of results that
// has an effect there, empty for none.
func readTurn(place dialect.Node, calling string) (turn turnParts, err error) {
	nodes, err := place.AsListOrOne(dialect.MaxParts)
	if err != nil {
		return turn, err
	}
	if len(nodes) == 0 {
		return turn, place.NewError("must hold at least one part")
	}
	for _, n := range nodes {
		if n.Value.IsArray() || n.IsAbsent() {
			return turn, n.NewError("must be an object")
		}
		fields, err := n.AsObject()
		if err != nil {
			return turn, err
		}
		part, err := readPart(fields)
		if err != nil {
			return turn, err
		}
		turn.parts = append(turn.parts, part...)
		if err := turn.readCalling(fields, calling); err != nil {
			return turn, err
		}
	}
	return turn, nil
}

// readCalling reads a call, or the result of one, if the part holds it in the field
// that has an effect.
func (t *turnParts) readCalling(fields dialect.Object, field string) error {
	for _, name := range []string{callField, responseField} {
		n := fields.Field(name)
		switch {
		case n.IsAbsent():
		case name != field:
			n.DropField()
		case name == callField:
			made, err := readCall(n)
			if err != nil {
				return err
			}
			t.calls = append(t.calls, made)
		default:
			result, err := readResult(n)
			if err != nil {
				return err
			}
			t.results = append(t.results, result)
		}
	}
	return nil
}

// records are the fields of a part that are passed on as text.
var records = []struct{ field, title string }{
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
	files, err := readPartFiles(fields)
	return append(parts, files...), err
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
