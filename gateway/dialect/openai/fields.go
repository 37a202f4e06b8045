package openai

import (
	"slices"

	"github.com/geminid/geminid/gateway/dialect"
)

// fieldTables are the fields of each operation, and what becomes of them.
var fieldTables = []dialect.FieldTable{
	{Title: "POST /v1/chat/completions", Fields: chatFields},
	{Title: "POST /v1/images/generations and /v1/images/edits", Fields: pictureFields},
}

// The reasons why fields have no effect.
const (
	noKnob    = "the web session has no such setting"
	noLogs    = "the upstream tells no probabilities"
	noStore   = "nothing is kept"
	noCaching = "nothing is cached"
	noService = "belongs to another service"
	inThought = "earlier thoughts are not sent again"
	asItComes = "the picture comes as Gemini makes it"
)

var chatFields = slices.Concat(dialect.Fields{
	dialect.Honor("model", "a name of the model list"),
	dialect.Honor("messages", "the conversation", messageFields...),
	dialect.Honor("stream", ""),
	dialect.Honor("stream_options", "",
		dialect.Honor("include_usage", ""),
		dialect.Ignore("include_obfuscation", "streams have none", dialect.IsBool)),
	dialect.Honor("stop", "the answer ends in front of it"),
	dialect.Honor("n", "must be 1"),
	dialect.Honor("response_format", "the answer is valid JSON of this form, or an error",
		dialect.Honor("type", "`text`, `json_object` or `json_schema`"),
		dialect.Honor("json_schema", "",
			dialect.Honor("schema", "a JSON Schema"),
			dialect.Honor("name", "a label"),
			dialect.Honor("description", "a label"),
			dialect.Honor("strict", "the answer is valid in any case"))),
	dialect.Honor("tools", "others than these are ignored", slices.Concat(dialect.Fields{
		dialect.Honor("type", "`function` or `custom`; `web_search` is what Gemini does by itself"),
		dialect.Honor("function", "", functionFields...),
		dialect.Honor("custom", "takes text", customFields...),
		dialect.Honor("format", "of a custom tool in the flat form"),
	}, functionFields)...),
	dialect.Honor("functions", "the older form of tools", functionFields...),
	dialect.Honor("tool_choice", "`none`, `auto`, `required`, a tool, or `allowed_tools`"),
	dialect.Honor("function_call", "the older form of tool_choice"),
	dialect.Honor("parallel_tool_calls", "false allows one call in an answer"),
	dialect.Honor("image_config", "of OpenRouter", imageConfigFields...),

	dialect.Ignore("temperature", noKnob, dialect.IsNumber),
	dialect.Ignore("top_p", noKnob, dialect.IsNumber),
	dialect.Ignore("top_k", noKnob, dialect.IsNumber),
	dialect.Ignore("min_p", noKnob, nil),
	dialect.Ignore("top_a", noKnob, nil),
	dialect.Ignore("presence_penalty", noKnob, dialect.IsNumber),
	dialect.Ignore("frequency_penalty", noKnob, dialect.IsNumber),
	dialect.Ignore("repetition_penalty", noKnob, nil),
	dialect.Ignore("max_tokens", noKnob, dialect.IsCount),
	dialect.Ignore("max_completion_tokens", noKnob, dialect.IsCount),
	dialect.Ignore("seed", noKnob, dialect.IsNumber),
	dialect.Ignore("logit_bias", noKnob, dialect.IsObject),
	dialect.Ignore("logprobs", noLogs, dialect.IsBool),
	dialect.Ignore("top_logprobs", noLogs, dialect.IsNumber),
	dialect.Ignore("verbosity", noKnob, dialect.IsText),
	dialect.Ignore("modalities", "the model decides whether it makes a picture", nil),
	dialect.Ignore("audio", "no speech is made", nil),
	dialect.Ignore("prediction", "only saves time where it is offered", nil),
	dialect.Ignore("web_search_options", noKnob, nil),
	dialect.Ignore("service_tier", noKnob, nil, "auto"),
	dialect.Ignore("store", noStore, dialect.IsBool),
	dialect.Ignore("metadata", noStore, dialect.IsObject),
	dialect.Ignore("user", noStore, dialect.IsText),
	dialect.Ignore("safety_identifier", noStore, nil),
	dialect.Ignore("moderation", noKnob, nil),
	dialect.Ignore("prompt_cache_key", noCaching, nil),
	dialect.Ignore("prompt_cache_options", noCaching, nil),
	dialect.Ignore("prompt_cache_retention", noCaching, nil),
	dialect.Ignore("include_reasoning", noKnob, nil),
	dialect.Ignore("provider", noService, nil),
	dialect.Ignore("plugins", noService, nil),
	dialect.Ignore("transforms", noService, nil),
	dialect.Ignore("route", noService, nil),
	dialect.Ignore("models", noService, nil),
	dialect.Ignore("usage", "answers hold the usage anyway", nil),
	dialect.Ignore("options", noService, nil),
	dialect.Ignore("keep_alive", noService, nil),
	dialect.Ignore("safety_settings", noKnob, nil),
	dialect.Refuse("cached_content", "is not offered, since nothing is cached; send the whole conversation"),
}, thinkingFields)

// thinkingFields are the ways in which clients say how long to think.
var thinkingFields = dialect.Fields{
	dialect.Honor("reasoning_effort", "standard or extended thinking; `none` leaves the thoughts out"),
	dialect.Honor("reasoning", "of OpenRouter",
		dialect.Honor("effort", "like reasoning_effort"),
		dialect.Honor("max_tokens", "standard or extended thinking"),
		dialect.Honor("enabled", "false leaves the thoughts out"),
		dialect.Ignore("exclude", noKnob, nil),
		dialect.Ignore("summary", noKnob, nil)),
	dialect.Honor("output_config", "of Anthropic",
		dialect.Honor("effort", "like reasoning_effort")),
	dialect.Honor("thinking", "of Anthropic",
		dialect.Honor("type", "`disabled` leaves the thoughts out"),
		dialect.Honor("budget_tokens", "standard or extended thinking")),
	dialect.Honor("thinking_budget", "standard or extended thinking"),
	dialect.Honor("enable_thinking", "false leaves the thoughts out"),
	dialect.Honor("chat_template_kwargs", "of vLLM",
		dialect.Honor("enable_thinking", "false leaves the thoughts out")),
	dialect.Honor("google", "of the Gemini API", googleFields...),
	dialect.Honor("extra_body", "of the Gemini API",
		dialect.Honor("google", "", googleFields...)),
}

var googleFields = dialect.Fields{
	dialect.Honor("thinking_config", "",
		dialect.Honor("thinking_level", "standard or extended thinking"),
		dialect.Honor("thinking_budget", "standard or extended thinking"),
		dialect.Ignore("include_thoughts", "thoughts are shown unless thinking is off", nil)),
	dialect.Refuse("cached_content", "is not offered, since nothing is cached; send the whole conversation"),
}

var messageFields = slices.Concat(dialect.Fields{
	dialect.Honor("role", ""),
	dialect.Honor("content", "a text, or parts", partFields...),
	dialect.Honor("name", "the speaker's name stands in front of the text"),
	dialect.Honor("tool_call_id", "joins the result to its call"),
	dialect.Honor("tool_calls", "earlier calls", slices.Concat(dialect.Fields{
		dialect.Honor("id", ""),
		dialect.Ignore("type", "the field beside it says so", nil, "function", "custom"),
		dialect.Ignore("index", "the order says so", nil, "0"),
		dialect.Honor("function", "", callFields...),
		dialect.Honor("custom", "", callFields...),
	}, callFields)...),
	dialect.Honor("function_call", "the older form of tool_calls", callFields...),
	dialect.Honor("refusal", "as text"),
	dialect.Ignore("reasoning_content", inThought, nil),
	dialect.Ignore("reasoning", inThought, nil),
	dialect.Ignore("reasoning_details", inThought, nil),
	dialect.Ignore("annotations", "belong to an earlier answer", nil),
	dialect.Ignore("cache_control", noCaching, nil),
	dialect.Ignore("prefix", "an answer at the end is gone on with anyway", nil),
	dialect.Ignore("id", noStore, nil),
	dialect.Ignore("metadata", noStore, nil),
}, dialect.FileFields(dialect.SnakeNames))

var partFields = slices.Concat(dialect.Fields{
	dialect.Honor("text", ""),
	dialect.Honor("refusal", ""),
	dialect.Ignore("thinking", inThought, nil),
	dialect.Ignore("signature", inThought, nil),
	dialect.Ignore("annotations", "belong to an earlier answer", nil),
	dialect.Ignore("prompt_cache_breakpoint", noCaching, nil),
}, dialect.ObjectFields(dialect.SnakeNames, 3))

// functionFields are a function, customFields a tool that takes text, and callFields
// a call of either.
var (
	functionFields = dialect.Fields{
		dialect.Honor("name", ""),
		dialect.Honor("description", ""),
		dialect.Honor("parameters", "a JSON Schema"),
		dialect.Honor("strict", "calls are valid in any case"),
	}
	customFields = dialect.Fields{
		dialect.Honor("name", ""),
		dialect.Honor("description", ""),
		dialect.Honor("format", "a grammar is shown to the model"),
	}
	callFields = dialect.Fields{
		dialect.Honor("name", ""),
		dialect.Honor("arguments", ""),
		dialect.Honor("input", "of a custom tool"),
	}
)

// imageConfigFields are the wishes for a picture in a chat.
var imageConfigFields = dialect.Fields{
	dialect.Honor("aspect_ratio", "is said in the prompt"),
	dialect.Honor("image_size", "is said in the prompt"),
}

// pictureFields are the fields of generations and edits, in JSON or in a form.
var pictureFields = slices.Concat(dialect.Fields{
	dialect.Honor("model", "a model that makes pictures; the first one by default"),
	dialect.Honor("prompt", ""),
	dialect.Honor("n", "1 to 10"),
	dialect.Honor("num_images", "another name of n"),
	dialect.Honor("batch_size", "another name of n"),
	dialect.Honor("size", "`1024x1024`, `1024*1024`, `2K`, `16:9`; is said in the prompt"),
	dialect.Honor("image_size", "like size"),
	dialect.Honor("resolution", "like size"),
	dialect.Honor("width", "with height"),
	dialect.Honor("height", "with width"),
	dialect.Honor("aspect_ratio", "is said in the prompt"),
	dialect.Honor("image_config", "of OpenRouter", imageConfigFields...),
	dialect.Honor("quality", "`hd` and `high` are said in the prompt"),
	dialect.Honor("style", "is said in the prompt"),
	dialect.Honor("negative_prompt", "is said in the prompt"),
	dialect.Honor("response_format", "`b64_json` or `url`"),
	dialect.Honor("stream", "must be false; a picture comes whole"),
	dialect.Refuse("mask", dialect.NoMask),
	dialect.Refuse("mask_image", dialect.NoMask),
	dialect.Refuse("mask_url", dialect.NoMask),
	dialect.Refuse("markup", dialect.NoMask),
	dialect.Ignore("background", asItComes, nil, "auto"),
	dialect.Ignore("output_format", asItComes, nil, "auto"),
	dialect.Ignore("output_compression", asItComes, nil, "auto"),
	dialect.Ignore("input_fidelity", asItComes, nil, "auto"),
	dialect.Ignore("complexity", asItComes, nil, "auto"),
	dialect.Ignore("frame_count", asItComes, nil, "1"),
	dialect.Ignore("frame_duration_ms", asItComes, nil, "0"),
	dialect.Ignore("svg", asItComes, nil),
	dialect.Ignore("moderation", noKnob, nil, "auto"),
	dialect.Ignore("partial_images", "a picture comes whole", nil, "0"),
	dialect.Ignore("user", noStore, nil),
	dialect.Ignore("safety_identifier", noStore, nil),
	dialect.Ignore("seed", noKnob, nil),
	dialect.Ignore("steps", noKnob, nil),
	dialect.Ignore("num_inference_steps", noKnob, nil),
	dialect.Ignore("guidance_scale", noKnob, nil),
	dialect.Ignore("cfg_scale", noKnob, nil),
	dialect.Ignore("watermark", asItComes, nil),
	dialect.Ignore("extra_body", noKnob, nil),
}, dialect.FileFields(dialect.SnakeNames))
