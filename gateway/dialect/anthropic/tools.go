package anthropic

import (
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// ownTools are the tools of Anthropic's servers that Gemini has by itself, by the
// beginning of their type.
var ownTools = []string{"web_search_", "web_fetch_", "code_execution_"}

// readTools reads tools. Others of Anthropic's own are not offered, but for the search
// among tools: all of them are shown at once.
func readTools(req *chat.Request, body dialect.Object) error {
	nodes, err := body.Field("tools").AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if n.IsAbsent() {
			return n.NewError("must be an object")
		}
		kind := n.Value.Get("type").Str
		switch {
		case kind == "" || kind == "custom":
			err = readTool(req, n)
		case hasOwnTool(kind):
			_, err = n.AsObject() // names the settings, which have no effect
		default:
			n.DropField()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func hasOwnTool(kind string) bool {
	for _, prefix := range ownTools {
		if strings.HasPrefix(kind, prefix) {
			return true
		}
	}
	return strings.HasPrefix(kind, "tool_search_tool_")
}

func readTool(req *chat.Request, n dialect.Node) error {
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
	place := fields.Field("input_schema")
	if tool.Schema, err = dialect.ReadSchema(place); err != nil {
		return err
	}
	tool.Field = place.Path
	return dialect.AddTool(req, fields.Field("name"), tool)
}

// choices are the types of tool_choice.
var choices = map[string]chat.ToolMode{
	"": chat.ToolsAuto, "auto": chat.ToolsAuto, "any": chat.ToolsRequired, "tool": chat.ToolsRequired, "none": chat.ToolsNone,
}

// readChoice reads tool_choice.
func readChoice(req *chat.Request, body dialect.Object) error {
	place := body.Field("tool_choice")
	choice, err := place.AsObject()
	if err != nil {
		return err
	}
	kind, err := choice.Field("type").AsText()
	if err != nil {
		return err
	}
	var ok bool
	if req.ToolChoice.Mode, ok = choices[kind]; !ok {
		return choice.Field("type").NewError("must be auto, any, tool or none")
	}
	if req.ToolChoice.Single, err = choice.Field("disable_parallel_tool_use").AsBool(); err != nil {
		return err
	}
	if kind == "tool" {
		name, err := choice.Field("name").AsText()
		if err != nil {
			return err
		}
		req.ToolChoice.Only = []string{name}
	}
	return dialect.RequireTools(req, place)
}
