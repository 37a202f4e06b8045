package anthropic

import (
	"net/http"
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	switch r.URL.Path {
	case messagesPath:
		return decodeQuestion(r, dialect.Generate)
	case countPath:
		return decodeQuestion(r, dialect.CountTokens)
	}
	if r.Method != http.MethodGet { // Gemini's verbs make it a route
		return nil, dialect.WrongMethod(http.MethodGet)
	}
	name := strings.Trim(param("call"), "/")
	if name == "" {
		return dialect.NewCall(dialect.Models, ""), nil
	}
	name, err := dialect.ParseModelName(name)
	if err != nil {
		return nil, err
	}
	return dialect.NewCall(dialect.Models, name), nil
}

// decodeQuestion reads the body of a question, or of one whose tokens are counted.
func decodeQuestion(r *http.Request, op dialect.Operation) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, questionFields)
	if err != nil {
		return nil, err
	}
	call, err := newCall(body, op)
	if err != nil {
		return nil, err
	}
	for _, read := range []func(*chat.Request, dialect.Object) error{readStop, readFormat, readTools, readChoice, readThinking} {
		if err := read(call.Chat, body); err != nil {
			return nil, err
		}
	}
	talk, err := readConversation(body)
	if err != nil {
		return nil, err
	}
	fill := talk.FillRequest
	if op == dialect.CountTokens {
		fill = talk.FillCount
	}
	if err := fill(call.Chat, body.Field("messages")); err != nil {
		return nil, err
	}
	call.Chat.Ignored = body.Ignored()
	return call, nil
}

// newCall reads the fields that shape the call: model and stream.
func newCall(body dialect.Object, op dialect.Operation) (*dialect.Call, error) {
	field := body.Field("model")
	name, err := field.AsText()
	switch {
	case err != nil:
		return nil, err
	case name == "":
		return nil, field.NewError("must name a model")
	}
	if name, err = dialect.ParseModelName(name); err != nil {
		return nil, err
	}
	stream, err := body.Field("stream").AsBool()
	if err != nil {
		return nil, err
	}
	stream = stream && op == dialect.Generate
	if stream {
		op = dialect.Stream
	}
	call := dialect.NewCall(op, name)
	call.ID = "msg_" + call.ID
	call.SSE = stream
	call.Chat = &chat.Request{Model: name, Stream: stream}
	return call, nil
}

// readStop reads stop_sequences.
func readStop(req *chat.Request, body dialect.Object) (err error) {
	req.Stop, err = body.Field("stop_sequences").AsTexts(dialect.MaxStops)
	return err
}

// readFormat reads the form that the answer must have, from either place for it.
func readFormat(req *chat.Request, body dialect.Object) error {
	config, err := body.Field("output_config").AsObject()
	if err != nil {
		return err
	}
	place := config.Field("format")
	if place.IsAbsent() {
		place = body.Field("output_format")
	}
	form, err := place.AsObject()
	if err != nil {
		return err
	}
	kind := form.Field("type")
	switch word, err := kind.AsText(); {
	case err != nil:
		return err
	case word == "" || word == "text":
		return nil
	case word != "json_schema":
		return kind.NewError("must be json_schema")
	}
	schema := form.Field("schema")
	if req.Format.Schema, err = dialect.ReadSchema(schema); err != nil {
		return err
	}
	if req.Format.Schema == "" {
		return schema.NewError("must be a JSON Schema, which is an object")
	}
	req.Format.Kind, req.Format.Field = chat.JSONSchema, schema.Path
	return nil
}

// thinkingKinds are the values of thinking.type that show thoughts.
var thinkingKinds = []string{"enabled", "adaptive", "between_tools"}

// readThinking decides about thinking and thoughts. They are shown only to clients
// that ask for them.
func readThinking(req *chat.Request, body dialect.Object) error {
	level, _, err := dialect.ReadThinking(body)
	if err != nil {
		return err
	}
	thinking, err := body.Field("thinking").AsObject()
	if err != nil {
		return err
	}
	kind, err := thinking.Field("type").AsText()
	if err != nil {
		return err
	}
	display, err := thinking.Field("display").AsText()
	if err != nil {
		return err
	}
	if req.Thinking = level; kind == "disabled" {
		req.Thinking = chat.ThinkingStandard
	}
	req.Thoughts = slices.Contains(thinkingKinds, kind) && display != "omitted"
	return nil
}
