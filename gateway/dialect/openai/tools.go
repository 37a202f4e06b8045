package openai

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readTools reads tools, and functions, which is their older name.
func readTools(req *chat.Request, body dialect.Object) error {
	tools, err := body.Field("tools").AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range tools {
		if err := readTool(req, n); err != nil {
			return err
		}
	}
	functions, err := body.Field("functions").AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range functions {
		if err := dialect.AddFunction(req, n, ""); err != nil {
			return err
		}
	}
	return nil
}

// readTool reads an element of tools. Tools of the API's own servers are not offered,
// but for the search of the web, which Gemini does by itself.
func readTool(req *chat.Request, n dialect.Node) error {
	fields, err := n.AsObject()
	if err != nil {
		return err
	}
	kind, err := fields.Field("type").AsText()
	switch {
	case err != nil:
		return err
	case kind == "" || kind == "function":
		return dialect.AddFunction(req, nested(fields, n, "function"), "")
	case kind == "custom":
		return dialect.AddCustom(req, nested(fields, n, "custom"), "")
	case !strings.HasPrefix(kind, "web_search"):
		n.DropField()
	}
	return nil
}

// nested returns the field of that name, or the node itself if it has none: some
// clients send the flat form of the newer API.
func nested(fields dialect.Object, n dialect.Node, name string) dialect.Node {
	if inner := fields.Field(name); !inner.IsAbsent() {
		return inner
	}
	return n
}

// readToolChoice reads tool_choice, function_call, its older name, and
// parallel_tool_calls.
func readToolChoice(req *chat.Request, body dialect.Object) error {
	parallel := body.Field("parallel_tool_calls")
	if allowed, err := parallel.AsBool(); err != nil {
		return err
	} else if !parallel.IsAbsent() {
		req.ToolChoice.Single = !allowed
	}
	for _, name := range []string{"tool_choice", "function_call"} {
		place := body.Field(name)
		if place.IsAbsent() {
			continue
		}
		if err := readChoice(req, place); err != nil {
			return err
		}
		if err := dialect.RequireTools(req, place); err != nil {
			return err
		}
	}
	return nil
}

func readChoice(req *chat.Request, place dialect.Node) error {
	if place.Value.Type == gjson.String {
		mode, ok := dialect.ToolModes[place.Value.Str]
		if !ok {
			return place.NewError("must be none, auto, required, or name a tool")
		}
		req.ToolChoice.Mode = mode
		return nil
	}
	if !place.Value.IsObject() {
		return place.NewError("must be none, auto, required, or name a tool")
	}
	if allowed := place.Value.Get("allowed_tools"); allowed.IsObject() {
		return readAllowed(req, place, allowed)
	}
	name := toolName(place.Value)
	if name == "" {
		return place.NewError("must name a tool, as {\"type\": \"function\", \"function\": {\"name\": \"NAME\"}} does")
	}
	req.ToolChoice.Mode, req.ToolChoice.Only = chat.ToolsRequired, []string{name}
	return nil
}

func readAllowed(req *chat.Request, place dialect.Node, allowed gjson.Result) error {
	mode, ok := dialect.ToolModes[allowed.Get("mode").Str]
	if !ok || mode == chat.ToolsNone {
		return place.NewError("must have allowed_tools.mode auto or required")
	}
	req.ToolChoice.Mode = mode
	for _, tool := range allowed.Get("tools").Array() {
		name := toolName(tool)
		if name == "" {
			return place.NewError("must name each tool in allowed_tools.tools")
		}
		req.ToolChoice.Only = append(req.ToolChoice.Only, name)
	}
	return nil
}

// toolName is the name in an object that names a tool.
func toolName(v gjson.Result) string {
	for _, path := range []string{"function.name", "custom.name", "name"} {
		if name := v.Get(path); name.Type == gjson.String && name.Str != "" {
			return strings.Clone(name.Str)
		}
	}
	return ""
}

// readFormat reads response_format.
func readFormat(req *chat.Request, body dialect.Object) error {
	place := body.Field("response_format")
	form, err := place.AsObject()
	if err != nil {
		return err
	}
	kind, err := form.Field("type").AsText()
	if err != nil {
		return err
	}
	switch kind {
	case "", "text":
	case "json_object":
		req.Format.Kind = chat.JSONObject
	case "json_schema":
		nested, err := form.Field("json_schema").AsObject()
		if err != nil {
			return err
		}
		schema := nested.Field("schema")
		req.Format.Kind, req.Format.Field = chat.JSONSchema, schema.Path
		if req.Format.Schema, err = dialect.ReadSchema(schema); err != nil {
			return err
		}
		if req.Format.Schema == "" {
			req.Format.Kind = chat.JSONObject
		}
	default:
		return form.Field("type").NewError("must be text, json_object or json_schema")
	}
	return nil
}

// readCalls reads the calls of a message of the assistant.
func readCalls(message dialect.Object) ([]chat.ToolCall, error) {
	nodes, err := message.Field("tool_calls").AsList(dialect.MaxParts)
	if err != nil {
		return nil, err
	}
	var calls []chat.ToolCall
	for _, n := range nodes {
		fields, err := n.AsObject()
		if err != nil {
			return nil, err
		}
		call, err := readCall(nested(fields, n, "function"), "arguments")
		if custom := fields.Field("custom"); !custom.IsAbsent() {
			call, err = readCall(custom, "input")
			call.Freeform = true
		}
		if err != nil {
			return nil, err
		}
		if call.ID, err = fields.Field("id").AsText(); err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
	if legacy := message.Field("function_call"); !legacy.IsAbsent() {
		call, err := readCall(legacy, "arguments")
		if err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
	return calls, nil
}

// readCall reads a call, whose arguments are text in the field of that name. Some
// clients send the object itself.
func readCall(n dialect.Node, arguments string) (call chat.ToolCall, err error) {
	fields, err := n.AsObject()
	if err != nil {
		return call, err
	}
	if call.Name, err = fields.Field("name").AsText(); err != nil {
		return call, err
	}
	place := fields.Field(arguments)
	if place.Value.IsObject() {
		call.Arguments = place.JSONText()
		return call, nil
	}
	call.Arguments, err = place.AsText()
	return call, err
}
