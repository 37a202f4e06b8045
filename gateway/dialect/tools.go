package dialect

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/geminid/geminid/chat"
)

// Limits of the tools of one request.
const (
	MaxTools       = 512
	maxToolName    = 256 // bytes
	maxStops       = 64
	maxSchemaBytes = 512 << 10 // bytes of all schemas
)

// AddTool adds a tool to req; name is the place of its name, for errors.
func AddTool(req *chat.Request, name Node, tool chat.OfferedTool) error {
	switch {
	case tool.Name == "":
		return name.NewError("must name the tool")
	case len(tool.Name) > maxToolName:
		return name.NewError("must not be longer than " + strconv.Itoa(maxToolName) + " bytes")
	case strings.ContainsFunc(tool.Name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return name.NewError("must not hold blanks or control characters")
	case slices.ContainsFunc(req.Tools, func(other chat.OfferedTool) bool { return other.Name == tool.Name }):
		return name.NewError("names a tool twice; each needs a name of its own")
	case len(req.Tools) == MaxTools:
		return name.NewError("is that of a tool too many; " + strconv.Itoa(MaxTools) + " are taken")
	}
	size := len(tool.Schema)
	for _, other := range req.Tools {
		size += len(other.Schema)
	}
	if size > maxSchemaBytes {
		return &chat.Error{Kind: chat.BadRequest, Param: tool.Field,
			Message: tool.Field + " takes the schemas of all tools to " + strconv.Itoa(size) + " bytes; " + strconv.Itoa(maxSchemaBytes) + " are taken"}
	}
	req.Tools = append(req.Tools, tool)
	return nil
}

// ReadSchema reads a JSON Schema, an object or a boolean; it is empty if the field is
// absent.
func ReadSchema(place Node) (string, error) {
	switch {
	case place.IsAbsent():
		return "", nil
	case !place.Value.IsObject() && !place.Value.IsBool():
		return "", place.NewError("must be a JSON Schema, which is an object")
	}
	return place.JSONText(), nil
}

// RequireTools checks, once all tools are known, that the choice can be kept: place is
// where it was made.
func RequireTools(req *chat.Request, place Node) error {
	for _, name := range req.ToolChoice.Only {
		if !slices.ContainsFunc(req.Tools, func(t chat.OfferedTool) bool { return t.Name == name }) {
			err := place.NewError("names the tool " + strconv.Quote(name) + ", which the request does not offer")
			err.Private = true
			return err
		}
	}
	if req.ToolChoice.Mode == chat.ToolsRequired && len(req.Tools) == 0 {
		return place.NewError("requires a call, and the request offers no tool that can be called")
	}
	return nil
}

// ToolModes are the words for a choice among tools in OpenAI's APIs.
var ToolModes = map[string]chat.ToolMode{
	"none": chat.ToolsNone, "auto": chat.ToolsAuto, "required": chat.ToolsRequired, "any": chat.ToolsRequired,
}

// AddFunction adds the function that n describes, as OpenAI's APIs do, to req. Its name
// begins with prefix, which is that of the tools it belongs to; empty for none.
func AddFunction(req *chat.Request, n Node, prefix string) error {
	fields, err := n.AsObject()
	if err != nil {
		return err
	}
	tool, err := readNamed(fields, prefix)
	if err != nil {
		return err
	}
	place := fields.Field("parameters")
	if tool.Schema, err = ReadSchema(place); err != nil {
		return err
	}
	tool.Field = place.Path
	return AddTool(req, fields.Field("name"), tool)
}

// AddCustom adds the tool that n describes and that takes text, like [AddFunction]. A
// grammar of that text is for the model to read.
func AddCustom(req *chat.Request, n Node, prefix string) error {
	fields, err := n.AsObject()
	if err != nil {
		return err
	}
	tool, err := readNamed(fields, prefix)
	if err != nil {
		return err
	}
	tool.Freeform = true
	if grammar := fields.Field("format").Value; grammar.Get("type").Str == "grammar" {
		if inner := grammar.Get("grammar"); inner.Exists() {
			grammar = inner
		}
		tool.Description = strings.TrimSpace(tool.Description + "\nThe text follows this grammar (" +
			grammar.Get("syntax").Str + "):\n" + grammar.Get("definition").Str)
	}
	return AddTool(req, fields.Field("name"), tool)
}

func readNamed(fields Object, prefix string) (tool chat.OfferedTool, err error) {
	if tool.Name, err = fields.Field("name").AsText(); err != nil {
		return tool, err
	}
	if tool.Name != "" {
		tool.Name = prefix + tool.Name
	}
	tool.Description, err = fields.Field("description").AsText()
	return tool, err
}
