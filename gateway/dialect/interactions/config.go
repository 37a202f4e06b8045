package interactions

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readTools reads the tools. Those of Google's own that the web app has it uses by
// itself; the others are not offered.
func readTools(req *chat.Request, body dialect.Object) error {
	tools, err := body.Field("tools").AsList(dialect.MaxTools)
	if err != nil {
		return err
	}
	for _, n := range tools {
		if err := dialect.IsObject(n); err != nil {
			return err
		}
		kind := n.Value.Get("type")
		if kind.Exists() && kind.Type != gjson.String {
			return n.NewError("must have a type that is a string")
		}
		switch n = n.AsTable(toolFields); kind.Str {
		case "", "function":
			err = dialect.AddFunction(req, n, "")
		case "google_search", "url_context", "code_execution":
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

// readConfig reads generation_config, once the tools are known.
func readConfig(req *chat.Request, body dialect.Object) error {
	config, err := body.Field("generation_config").AsObject()
	if err != nil {
		return err
	}
	if req.Thinking, _, err = dialect.ReadThinking(config); err != nil {
		return err
	}
	place := config.Field("thinking_summaries")
	word, err := place.AsText()
	if err != nil {
		return err
	}
	req.Thoughts = word != "" && word != "none"
	if req.Stop, err = config.Field("stop_sequences").AsTexts(dialect.MaxStops); err != nil {
		return err
	}
	req.Tool = dialect.ReadModality(body.Field("response_modalities"))
	return readChoice(req, config.Field("tool_choice"))
}

// modes are the words for a choice among tools. What validated promises is kept in any
// case: each call is valid under its schema.
var modes = map[string]chat.ToolMode{
	"": chat.ToolsAuto, "auto": chat.ToolsAuto, "validated": chat.ToolsAuto, "any": chat.ToolsRequired, "none": chat.ToolsNone,
}

func readChoice(req *chat.Request, place dialect.Node) error {
	mode := place
	if place.Value.IsObject() {
		choice, err := place.AsObject()
		if err != nil {
			return err
		}
		allowed, err := choice.Field("allowed_tools").AsObject()
		if err != nil {
			return err
		}
		mode = allowed.Field("mode")
		names := allowed.Field("tools")
		if req.ToolChoice.Only, err = names.AsTexts(dialect.MaxTools); err != nil {
			return err
		}
		if len(req.ToolChoice.Only) > 0 {
			place = names
		}
	}
	word, err := mode.AsText()
	if err != nil {
		return err
	}
	var known bool
	if req.ToolChoice.Mode, known = modes[strings.ToLower(word)]; !known {
		return mode.NewError("must be auto, any, none or validated")
	}
	return dialect.RequireTools(req, place)
}
