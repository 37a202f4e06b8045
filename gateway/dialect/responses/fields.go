package responses

import (
	"slices"

	"github.com/geminid/geminid/gateway/dialect"
)

// fieldTables are the fields of a request, of the items in it and of its tools, and
// what becomes of them.
var fieldTables = []dialect.FieldTable{
	{Title: "POST /v1/responses", Fields: requestFields},
	{Title: "POST /v1/conversations and below it", Fields: conversationFields},
	{Title: "Items of input in POST /v1/responses", Fields: itemFields},
	{Title: "Tools of POST /v1/responses", Fields: toolFields},
}

// The reasons why fields have no effect.
const (
	noKnob    = "the web session has no such setting"
	noStore   = "there are no users here"
	noCaching = "nothing is cached"
	inThought = "earlier thoughts are not sent again"
	ownTool   = "belongs to a tool of OpenAI's own"
)

var requestFields = dialect.Fields{
	dialect.Honor("model", "a name of the model list"),
	dialect.Honor("input", "a text, or items; see [below](#items-of-input-in-post-v1responses)"),
	dialect.Honor("instructions", "system text"),
	dialect.Honor("stream", ""),
	dialect.Honor("tools", "see [below](#tools-of-post-v1responses)"),
	dialect.Honor("tool_choice", "`none`, `auto`, `required`, a tool, or `allowed_tools`"),
	dialect.Honor("parallel_tool_calls", "false allows one call in an answer"),
	dialect.Honor("text", "",
		dialect.Honor("format", "the answer is valid JSON of this form, or an error",
			dialect.Honor("type", "`text`, `json_object` or `json_schema`"),
			dialect.Honor("schema", "a JSON Schema"),
			dialect.Honor("name", "a label"),
			dialect.Honor("description", "a label"),
			dialect.Honor("strict", "the answer is valid in any case")),
		dialect.Ignore("verbosity", noKnob, dialect.IsText, "medium")),
	dialect.Honor("reasoning", "",
		dialect.Honor("effort", "standard or extended thinking; `none` leaves the thoughts out"),
		dialect.Honor("summary", "shows the thoughts"),
		dialect.Honor("generate_summary", "the older name of summary"),
		dialect.Honor("max_tokens", "of OpenRouter: standard or extended thinking"),
		dialect.Honor("enabled", "of OpenRouter: false leaves the thoughts out"),
		dialect.Ignore("context", inThought, nil, "auto"),
		dialect.Ignore("mode", noKnob, nil, "standard")),
	dialect.Honor("include", "`reasoning.encrypted_content`; others have no effect"),
	dialect.Honor("metadata", "is given back"),

	dialect.Honor("store", "the response is stored unless this is false, for as long as `answers_max_age` says"),
	dialect.Honor("previous_response_id", "the response that this one goes on with"),
	dialect.Honor("conversation", "the stored conversation that the response becomes a part of, as an ID or as an object with one"),
	dialect.Honor("background", "the answer is made whether the client stays or not; needs store"),
	dialect.Refuse("prompt", "is not offered, since no templates are kept; send the text itself as instructions and input"),
	dialect.Ignore("temperature", noKnob, dialect.IsNumber),
	dialect.Ignore("top_p", noKnob, dialect.IsNumber),
	dialect.Ignore("max_output_tokens", noKnob, dialect.IsCount),
	dialect.Ignore("max_tool_calls", noKnob, dialect.IsCount),
	dialect.Ignore("top_logprobs", "the upstream tells no probabilities", dialect.IsNumber, "0"),
	dialect.Ignore("truncation", "a long conversation goes up as a file", nil, "auto", "disabled"),
	dialect.Ignore("context_management", "a long conversation goes up as a file", nil),
	dialect.Ignore("stream_options", "streams have no obfuscation", nil),
	dialect.Ignore("service_tier", noKnob, nil, "auto", "default"),
	dialect.Ignore("user", noStore, dialect.IsText),
	dialect.Ignore("safety_identifier", noStore, nil),
	dialect.Ignore("client_metadata", noStore, nil),
	dialect.Ignore("moderation", noKnob, nil),
	dialect.Ignore("image", noKnob, nil),
	dialect.Ignore("background_options", "belong to background", nil),
	dialect.Ignore("access_programs", noKnob, nil),
	dialect.Ignore("prompt_cache_key", noCaching, nil),
	dialect.Ignore("prompt_cache_options", noCaching, nil),
	dialect.Ignore("prompt_cache_retention", noCaching, nil),
}

var conversationFields = dialect.Fields{
	dialect.Honor("items", "like those of input"),
	dialect.Honor("metadata", "is given back"),
}

// itemFields are those of items of any type.
var itemFields = slices.Concat(dialect.Fields{
	dialect.Honor("type", "`message` if it is missing"),
	dialect.Honor("id", "of an `item_reference`; without effect in other items"),
	dialect.Honor("role", ""),
	dialect.Honor("content", "a text, or parts", partFields...),
	dialect.Honor("call_id", "joins a result to its call"),
	dialect.Honor("name", "of the function"),
	dialect.Honor("namespace", "of the function"),
	dialect.Honor("arguments", "of the function"),
	dialect.Honor("input", "of a custom tool"),
	dialect.Honor("output", "a text, or parts", slices.Concat(partFields, shellFields)...),
	dialect.Honor("tools", "of `additional_tools`"),
	dialect.Honor("result", "the base64 of the picture of an `image_generation_call`"),
	dialect.Ignore("status", "an item is whole", nil, "completed", "in_progress", "incomplete"),
	dialect.Ignore("phase", noKnob, nil),
	dialect.Ignore("summary", inThought, nil),
	dialect.Honor("encrypted_content", inThought+"; only those of this server can be read"),
	dialect.Ignore("async", noKnob, nil),
	dialect.Ignore("caller", noKnob, nil),
	dialect.Ignore("reasoning", "of a `configuration_update`", nil),
	dialect.Ignore("text", "of a `configuration_update`", nil),
	dialect.Ignore("svg_usage", "belongs to an earlier answer", nil),
}, ownItemFields, dialect.FileFields(dialect.SnakeNames))

// kindFields are the fields that items of a type have beside those for files. What
// other types hold is shown to the model as it is, or ignored as a whole.
var kindFields = map[string][]string{
	"": {"type", "id", "role", "content"}, "message": {"type", "id", "role", "content"},
	"item_reference":       {"type", "id"},
	"function_call":        {"type", "id", "call_id", "name", "namespace", "arguments"},
	"custom_tool_call":     {"type", "id", "call_id", "name", "namespace", "input"},
	"function_call_output": {"type", "id", "call_id", "output"}, "custom_tool_call_output": {"type", "id", "call_id", "output"},
	"reasoning":             {"type", "id", "content", "encrypted_content"},
	"image_generation_call": {"type", "id", "result"},
	"additional_tools":      {"type", "id", "role", "tools"},
}

// ownItemFields are the fields of calls of OpenAI's own tools. Such a call is shown to
// the model with all of them.
var ownItemFields = func() (rows dialect.Fields) {
	for _, name := range []string{
		"acknowledged_safety_checks", "action", "actions", "approval_request_id", "approve", "background", "code", "container_id", "environment", "error",
		"execution", "fingerprint", "max_output_length", "operation", "outputs", "output_format", "pending_safety_checks", "quality", "queries", "reason", "results",
		"revised_prompt", "server_label", "size",
	} {
		rows = append(rows, dialect.Honor(name, ownTool+"; shown to the model"))
	}
	return rows
}()

// shellFields are those of the results of a shell.
var shellFields = dialect.Fields{
	dialect.Honor("stdout", ownTool+"; shown to the model"),
	dialect.Honor("stderr", ownTool+"; shown to the model"),
	dialect.Honor("outcome", ownTool+"; shown to the model"),
}

var partFields = slices.Concat(dialect.Fields{
	dialect.Honor("text", ""),
	dialect.Honor("refusal", ""),
	dialect.Ignore("annotations", "belong to an earlier answer", nil),
	dialect.Ignore("logprobs", "belong to an earlier answer", nil),
	dialect.Ignore("prompt_cache_breakpoint", noCaching, nil),
}, dialect.ObjectFields(dialect.SnakeNames, 3))

var toolFields = dialect.Fields{
	dialect.Honor("type", "`function`, `custom` or `namespace`; `web_search` is what Gemini does by itself; others are ignored"),
	dialect.Honor("name", ""),
	dialect.Honor("description", ""),
	dialect.Honor("parameters", "a JSON Schema"),
	dialect.Honor("strict", "calls are valid in any case"),
	dialect.Honor("format", "a grammar is shown to the model"),
	dialect.Honor("tools", "of a namespace, whose name stands in front of theirs"),
	dialect.Ignore("async", noKnob, nil),
	dialect.Ignore("defer_loading", "all tools are shown", nil),
	dialect.Ignore("allowed_callers", noKnob, nil),
	dialect.Ignore("output_schema", noKnob, nil),
}
