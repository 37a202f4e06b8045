package responses

import (
	"cmp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readCall reads a call of a function, or of a tool that takes text.
func (r *itemReader) readCall(item dialect.Object, freeform bool) error {
	call := chat.ToolCall{Freeform: freeform}
	arguments := "arguments"
	if freeform {
		arguments = "input"
	}
	var namespace string
	for name, text := range map[string]*string{"call_id": &call.ID, "name": &call.Name, "namespace": &namespace} {
		var err error
		if *text, err = item.Field(name).AsText(); err != nil {
			return err
		}
	}
	if namespace != "" {
		call.Name = namespace + "." + call.Name
	}
	place := item.Field(arguments)
	if place.Value.IsObject() {
		call.Arguments = place.JSONText()
	} else {
		var err error
		if call.Arguments, err = place.AsText(); err != nil {
			return err
		}
	}
	r.addCall(place, call)
	return nil
}

// readResult reads the result of a call: a text, or parts.
func (r *itemReader) readResult(item dialect.Object) error {
	id, err := item.Field("call_id").AsText()
	if err != nil {
		return err
	}
	place := item.Field("output")
	parts, err := dialect.ReadContent(place, partKinds)
	if err != nil {
		return err
	}
	return r.addResult(place, id, parts)
}

// readOwnTool reads a call of one of OpenAI's own tools, or its result. The model is
// shown it as a call of a function of that name, with all that it holds.
func (r *itemReader) readOwnTool(n dialect.Node, item dialect.Object, kind string) error {
	id, err := item.Field("call_id").AsText()
	if err != nil {
		return err
	}
	own, err := item.Field("id").AsText()
	if err != nil {
		return err
	}
	id = cmp.Or(id, own)
	if name, ok := strings.CutSuffix(kind, "_output"); ok && strings.HasSuffix(name, "_call") {
		return r.addResult(n, id, []chat.Part{{Text: describeItem(n)}})
	}
	switch name, ok := strings.CutSuffix(kind, "_call"); {
	case ok:
		r.addCall(n, chat.ToolCall{ID: id, Name: name, Arguments: describeItem(n)})
	case kind == "mcp_approval_request", kind == "mcp_approval_response", kind == "tool_search_output", kind == "program", kind == "program_output":
		return r.addResult(n, id, []chat.Part{{Text: describeItem(n)}})
	default:
		return item.Field("type").NewError("must be message, function_call, function_call_output, custom_tool_call, custom_tool_call_output, reasoning or another type of items of the Responses API")
	}
	return nil
}

// describeItem returns what an item holds beside the fields that every item has: JSON,
// or the text itself if it holds one text.
func describeItem(n dialect.Node) string {
	var fields []string
	var only gjson.Result
	n.Value.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "type", "id", "call_id", "status":
		default:
			fields, only = append(fields, name.Raw+":"+value.Raw), value
		}
		return true
	})
	if len(fields) == 1 && only.Type == gjson.String {
		return strings.ToValidUTF8(only.Str, "\ufffd")
	}
	return strings.ToValidUTF8("{"+strings.Join(fields, ",")+"}", "\ufffd")
}
