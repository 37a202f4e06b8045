package gemini

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readTools reads tools and toolConfig.
func readTools(call *dialect.Call, body dialect.Object) error {
	req := call.Chat
	tools, err := body.Field("tools").AsListOrOne(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range tools {
		fields, err := n.AsObject()
		if err != nil {
			return err
		}
		if err := noteSettings(fields); err != nil {
			return err
		}
		call.CodeParts = call.CodeParts || !fields.Field("codeExecution").IsAbsent()
		functions, err := fields.Field("functionDeclarations").AsListOrOne(dialect.MaxTools)
		if err != nil {
			return err
		}
		for _, n := range functions {
			if err := readFunction(req, n); err != nil {
				return err
			}
		}
	}
	return readToolConfig(req, body.Field("toolConfig"))
}

// noteSettings reads the tools that Gemini has by itself, so that their settings, which
// have no effect, are named.
func noteSettings(tool dialect.Object) error {
	for _, name := range []string{"googleSearch", "googleSearchRetrieval", "urlContext", "codeExecution"} {
		if n := tool.Field(name); n.Value.IsObject() {
			if _, err := n.AsObject(); err != nil {
				return err
			}
		}
	}
	return nil
}

func readFunction(req *chat.Request, n dialect.Node) error {
	fields, err := n.AsObject()
	if err != nil {
		return err
	}
	var tool chat.OfferedTool
	if tool.Name, err = fields.Field("name").AsText(); err != nil {
		return err
	}
	if tool.Description, err = fields.Field("description").AsText(); err != nil {
		return err
	}
	if tool.Schema, tool.Field, err = readSchema(fields.Field("parametersJsonSchema"), fields.Field("parameters")); err != nil {
		return err
	}
	return dialect.AddTool(req, fields.Field("name"), tool)
}

// readSchema reads a schema from one of two fields: a JSON Schema, or one in the older
// form of this API.
func readSchema(plain, own dialect.Node) (schema, field string, err error) {
	if !plain.IsAbsent() {
		schema, err = dialect.ReadSchema(plain)
		return schema, plain.Path, err
	}
	if schema, err = dialect.ReadSchema(own); schema != "" {
		schema = convertSchema(own.Value)
	}
	return schema, own.Path, err
}

// callingModes are the words of functionCallingConfig.mode. VALIDATED promises what is
// kept in any case: each call is valid under its schema.
var callingModes = map[string]chat.ToolMode{
	"": chat.ToolsAuto, "MODE_UNSPECIFIED": chat.ToolsAuto, "AUTO": chat.ToolsAuto, "VALIDATED": chat.ToolsAuto,
	"ANY": chat.ToolsRequired, "NONE": chat.ToolsNone,
}

func readToolConfig(req *chat.Request, place dialect.Node) error {
	config, err := place.AsObject()
	if err != nil {
		return err
	}
	calling, err := config.Field("functionCallingConfig").AsObject()
	if err != nil {
		return err
	}
	mode := calling.Field("mode")
	word, err := mode.AsText()
	if err != nil {
		return err
	}
	var ok bool
	if req.ToolChoice.Mode, ok = callingModes[strings.ToUpper(word)]; !ok {
		return mode.NewError("must be AUTO, ANY, NONE or VALIDATED")
	}
	allowed := calling.Field("allowedFunctionNames")
	names, err := allowed.AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range names {
		name, err := n.AsText()
		if err != nil {
			return err
		}
		req.ToolChoice.Only = append(req.ToolChoice.Only, name)
	}
	if len(names) > 0 {
		mode = allowed
	}
	return dialect.RequireTools(req, mode)
}

// readFormat reads the form that the answer must have, from either place for it.
func readFormat(req *chat.Request, config dialect.Object) error {
	form, err := config.Field("responseFormat").AsObject()
	if err != nil {
		return err
	}
	text, err := form.Field("text").AsObject()
	if err != nil {
		return err
	}
	place, plain := config.Field("responseMimeType"), config.Field("responseJsonSchema")
	if plain.IsAbsent() {
		plain = config.Field("ResponseJsonSchema")
	}
	if place.IsAbsent() {
		place = text.Field("mimeType")
	}
	if plain.IsAbsent() {
		plain = text.Field("schema")
	}
	schema, field, err := readSchema(plain, config.Field("responseSchema"))
	if err != nil {
		return err
	}
	return setFormat(req, place, schema, field)
}

func setFormat(req *chat.Request, place dialect.Node, schema, field string) error {
	kind, err := place.AsText()
	if err != nil {
		return err
	}
	switch kind {
	case "application/json", "text/x.enum":
	case "", "text/plain":
		if schema != "" {
			return &chat.Error{Kind: chat.BadRequest, Param: field, Message: field + " needs a responseMimeType of application/json or text/x.enum"}
		}
		return nil
	default:
		return place.NewError("must be text/plain, application/json or text/x.enum")
	}
	req.Format = chat.Format{Kind: chat.JSONValue, Schema: schema, Field: field, Bare: kind == "text/x.enum"}
	if schema != "" {
		req.Format.Kind = chat.JSONSchema
	}
	return nil
}

// readCall reads an earlier call.
func readCall(n dialect.Node) (call chat.ToolCall, err error) {
	fields, err := n.AsObject()
	if err != nil {
		return call, err
	}
	if call.ID, err = fields.Field("id").AsText(); err != nil {
		return call, err
	}
	if call.Name, err = fields.Field("name").AsText(); err != nil {
		return call, err
	}
	arguments := fields.Field("args")
	switch {
	case arguments.IsAbsent():
		call.Arguments = "{}"
	case !arguments.Value.IsObject():
		return call, arguments.NewError("must be an object")
	default:
		call.Arguments = arguments.JSONText()
	}
	return call, nil
}

// readResult reads the result of a call: {id, name, response, parts}. The files in
// parts become files; the rest is passed on as text.
func readResult(n dialect.Node) (result dialect.Result, err error) {
	if _, err := n.AsObject(); err != nil { // notes what has no effect
		return result, err
	}
	text, rest, err := n.CutField("parts")
	if err != nil {
		return result, err
	}
	result.CallID, result.Name = n.Value.Get("id").String(), n.Value.Get("name").String()
	response := n.Value.Get("response")
	if response.Exists() {
		text, result.Failed = response.Raw, response.Get("error").Exists()
	}
	result.Parts = []chat.Part{{Text: strings.ToValidUTF8(strings.Clone(text), "\ufffd")}}
	if rest.IsAbsent() {
		return result, nil
	}
	more, err := readParts(rest.AsTable(partFields))
	result.Parts = append(result.Parts, more...)
	return result, err
}

// functionCall is a call in an answer.
type functionCall struct {
	ID   string          `json:"id"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args"`
}

// newCallPart returns the part of a call. The first of an answer has a signature,
// without which some clients refuse it.
func newCallPart(made *chat.ToolCall, first bool) part {
	p := part{Call: &functionCall{ID: made.ID, Name: made.Name, Args: json.RawMessage(made.Arguments)}}
	if first {
		p.Signature = base64.StdEncoding.EncodeToString([]byte(made.ID))
	}
	return p
}
