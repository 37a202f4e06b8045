package interactions

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// The types of steps that are told apart.
const (
	userInput      = "user_input"
	modelOutput    = "model_output"
	thought        = "thought"
	functionCall   = "function_call"
	functionResult = "function_result"
)

const (
	contentKinds = "text, image, audio, video or document"
	stepKinds    = "user_input, model_output, thought, function_call, function_result or another type of steps of the Interactions API"
)

// isContent reports whether a value is content, and no step.
func isContent(value gjson.Result) bool {
	switch value.Get("type").Str {
	case "text", "image", "audio", "video", "document":
		return true
	}
	return value.Type == gjson.String
}

// stepReader makes turns of steps.
type stepReader struct {
	dialect.Conversation
	told *details

	// The model's turn that is being read: what it said, and the calls that follow.
	place dialect.Node
	parts []chat.Part
	calls []chat.ToolCall
}

// endTurn ends the model's turn.
func (r *stepReader) endTurn() error {
	if r.parts == nil && r.calls == nil {
		return nil
	}
	parts, calls := r.parts, r.calls
	r.parts, r.calls = nil, nil
	return r.AddCalls(r.place, parts, calls)
}

// readInput reads the input in each of its forms, and keeps it as steps.
func (r *stepReader) readInput(place dialect.Node) error {
	if isContent(place.Value) {
		return r.readContents(place, []dialect.Node{place})
	}
	if place.Value.IsObject() {
		return r.readOwnStep(place)
	}
	list, err := place.AsList(dialect.MaxTurns)
	if err != nil {
		return place.NewError("must be a text, content, or an array of at most 4096 of content or of steps")
	}
	for len(list) > 0 {
		n := 0
		for n < len(list) && isContent(list[n].Value) {
			n++
		}
		if n > 0 {
			err = r.readContents(place, list[:n])
		} else {
			n, err = 1, r.readOwnStep(list[0])
		}
		if err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// userStep is what the user gives, as it is stored.
type userStep struct {
	Type    string            `json:"type"`
	Content []json.RawMessage `json:"content"`
}

// readContents reads content that stands in the place of a step of the user.
func (r *stepReader) readContents(place dialect.Node, contents []dialect.Node) error {
	var parts []chat.Part
	step := userStep{Type: userInput}
	for _, n := range contents {
		if n.Value.Type == gjson.String {
			text, err := n.AsText()
			if err != nil {
				return err
			}
			parts = append(parts, chat.Part{Text: text})
			step.Content = append(step.Content, dialect.AppendJSON(nil, content{Type: "text", Text: &text}))
			continue
		}
		more, err := dialect.ReadPart(n.AsTable(contentFields), contentKinds)
		if err != nil {
			return err
		}
		parts = append(parts, more...)
		step.Content = append(step.Content, json.RawMessage(n.JSONText()))
	}
	if r.told.store {
		r.told.input = append(r.told.input, dialect.AppendJSON(nil, step))
	}
	if err := r.endTurn(); err != nil {
		return err
	}
	return r.AddTurn(place, chat.User, parts)
}

// readOwnStep reads a step of the request itself.
func (r *stepReader) readOwnStep(n dialect.Node) error {
	if r.told.store && n.Value.IsObject() {
		r.told.input = append(r.told.input, json.RawMessage(n.JSONText()))
	}
	return r.readStep(n.AsTable(stepFields))
}

// readStep reads a step of any type.
func (r *stepReader) readStep(n dialect.Node) error {
	if err := dialect.IsObject(n); err != nil {
		return err
	}
	kind := n.Value.Get("type")
	if strings.HasSuffix(kind.Str, "_call") && kind.Str != functionCall || strings.HasSuffix(kind.Str, "_result") && kind.Str != functionResult {
		n.DropField() // of one of Google's own tools, in an earlier answer
		return nil
	}
	step, err := n.AsObject()
	if err != nil {
		return err
	}
	if names, ok := kindFields[kind.Str]; ok {
		if err := step.DropOthers(false, names...); err != nil {
			return err
		}
	}
	switch kind.Str {
	case userInput, modelOutput:
		return r.readSaid(step, kind.Str == modelOutput)
	case thought:
		return nil
	case functionCall:
		return r.readCall(step)
	case functionResult:
		return r.readResult(step)
	}
	return step.Field("type").NewError("must be " + stepKinds)
}

// readSaid reads what the user gave, or the model said.
func (r *stepReader) readSaid(step dialect.Object, model bool) error {
	place := step.Field("content")
	parts, err := dialect.ReadContent(place.AsTable(contentFields), contentKinds)
	if err != nil {
		return err
	}
	if text, err := step.Field("text").AsText(); err != nil {
		return err
	} else if text != "" {
		parts = append(parts, chat.Part{Text: text})
	}
	files, err := dialect.ReadObjectFiles(step)
	if err != nil {
		return err
	}
	parts = append(parts, files...)
	if model && len(r.calls) == 0 {
		r.place, r.parts = place, append(r.parts, parts...)
		return nil
	}
	if err := r.endTurn(); err != nil {
		return err
	}
	if model {
		r.place, r.parts = place, parts
		return nil
	}
	return r.AddTurn(place, chat.User, parts)
}

func (r *stepReader) readCall(step dialect.Object) error {
	var made chat.ToolCall
	for name, text := range map[string]*string{"id": &made.ID, "name": &made.Name} {
		var err error
		if *text, err = step.Field(name).AsText(); err != nil {
			return err
		}
	}
	place := step.Field("arguments")
	switch {
	case place.IsAbsent():
		made.Arguments = "{}"
	case place.Value.IsObject():
		made.Arguments = place.JSONText()
	default:
		return place.NewError("must be an object")
	}
	r.place, r.calls = place, append(r.calls, made)
	return nil
}

func (r *stepReader) readResult(step dialect.Object) (err error) {
	var result chat.ToolResult
	for name, text := range map[string]*string{"call_id": &result.CallID, "name": &result.Name} {
		if *text, err = step.Field(name).AsText(); err != nil {
			return err
		}
	}
	if result.Failed, err = step.Field("is_error").AsBool(); err != nil {
		return err
	}
	place := step.Field("result")
	var parts []chat.Part
	if place.Value.Type == gjson.String || place.IsAbsent() || place.Value.IsArray() && isContent(place.Value.Get("0")) {
		parts, err = dialect.ReadContent(place.AsTable(contentFields), contentKinds)
	} else {
		parts = []chat.Part{{Text: place.JSONText()}}
	}
	if err != nil {
		return err
	}
	if err := r.endTurn(); err != nil {
		return err
	}
	return r.AddResult(place, result, parts)
}
