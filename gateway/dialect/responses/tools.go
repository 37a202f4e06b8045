package responses

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

func readTools(req *chat.Request, told *details, body dialect.Object) error {
	return readToolList(req, told, body.Field("tools"))
}

func readToolList(req *chat.Request, told *details, place dialect.Node) error {
	tools, err := place.AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range tools {
		if err := readTool(req, told, n); err != nil {
			return err
		}
	}
	return nil
}

// readTool reads a tool, or a namespace of tools. The search of the web is what Gemini
// does by itself; other tools of OpenAI's own servers are not offered.
func readTool(req *chat.Request, told *details, n dialect.Node) error {
	if err := dialect.IsObject(n); err != nil {
		return err
	}
	kind := n.Value.Get("type")
	if kind.Exists() && kind.Type != gjson.String {
		return n.NewError("must have a type that is a string")
	}
	switch {
	case kind.Str == "" || kind.Str == "function":
		return dialect.AddFunction(req, n.AsTable(toolFields), "")
	case kind.Str == "custom":
		return dialect.AddCustom(req, n.AsTable(toolFields), "")
	case kind.Str == "namespace":
		return readNamespace(req, told, n.AsTable(toolFields))
	case !strings.HasPrefix(kind.Str, "web_search"):
		n.DropField()
		return nil
	}
	_, err := n.AsTable(toolFields).AsObject() // names the settings, which have no effect
	return err
}

// readNamespace reads a namespace. The model knows its tools by names with that of the
// namespace in front, and the first one tells what the namespace is for.
func readNamespace(req *chat.Request, told *details, n dialect.Node) error {
	fields, err := n.AsObject()
	if err != nil {
		return err
	}
	name, err := fields.Field("name").AsText()
	if err != nil {
		return err
	}
	if name == "" {
		return fields.Field("name").NewError("must name the namespace")
	}
	about, err := fields.Field("description").AsText()
	if err != nil {
		return err
	}
	tools, err := fields.Field("tools").AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	first := len(req.Tools)
	for _, inner := range tools {
		add := dialect.AddFunction
		if inner.Value.Get("type").Str == "custom" {
			add = dialect.AddCustom
		}
		if err := add(req, inner.AsTable(toolFields), name+"."); err != nil {
			return err
		}
		known := req.Tools[len(req.Tools)-1].Name
		told.spaced[known] = spacedName{name, strings.TrimPrefix(known, name+".")}
	}
	if about != "" && len(req.Tools) > first {
		tool := &req.Tools[first]
		tool.Description = strings.TrimSpace(tool.Description + "\nAll tools that begin with " + name + ": " + about)
	}
	return nil
}

// readToolChoice reads tool_choice and parallel_tool_calls, once all tools are known.
func readToolChoice(req *chat.Request, told *details, body dialect.Object) error {
	parallel := body.Field("parallel_tool_calls")
	if allowed, err := parallel.AsBool(); err != nil {
		return err
	} else if !parallel.IsAbsent() {
		req.ToolChoice.Single, told.serial = !allowed, !allowed
	}
	place := body.Field("tool_choice")
	if place.IsAbsent() {
		return nil
	}
	if err := readChoice(req, told, place); err != nil {
		return err
	}
	return dialect.RequireTools(req, place)
}

func readChoice(req *chat.Request, told *details, place dialect.Node) error {
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
	switch kind := place.Value.Get("type").Str; {
	case kind == "allowed_tools":
		return readAllowed(req, told, place)
	case strings.HasPrefix(kind, "web_search"):
		place.DropField() // Gemini decides by itself
		return nil
	}
	name := told.knownName(req, place.Value)
	if name == "" {
		return place.NewError(`must name a tool, as {"type": "function", "name": "NAME"} does`)
	}
	req.ToolChoice.Mode, req.ToolChoice.Only = chat.ToolsRequired, []string{name}
	return nil
}

func readAllowed(req *chat.Request, told *details, place dialect.Node) error {
	mode, ok := dialect.ToolModes[place.Value.Get("mode").Str]
	if !ok || mode == chat.ToolsNone {
		return place.NewError("must have mode auto or required")
	}
	req.ToolChoice.Mode = mode
	for _, tool := range place.Value.Get("tools").Array() {
		if strings.HasPrefix(tool.Get("type").Str, "web_search") {
			continue
		}
		name := told.knownName(req, tool)
		if name == "" {
			return place.NewError("must name each tool in tools")
		}
		req.ToolChoice.Only = append(req.ToolChoice.Only, name)
	}
	return nil
}

// knownName is the name by which the model knows the tool that an object names, or the
// name in the object if there is no such tool.
func (d *details) knownName(req *chat.Request, tool gjson.Result) string {
	name := strings.Clone(tool.Get("name").String())
	if space := tool.Get("namespace").Str; space != "" {
		return space + "." + name
	}
	if slices.ContainsFunc(req.Tools, func(t chat.OfferedTool) bool { return t.Name == name }) {
		return name
	}
	for _, t := range req.Tools {
		if d.spaced[t.Name].name == name {
			return t.Name
		}
	}
	return name
}
