package interactions

import (
	"slices"

	"github.com/geminid/geminid/gateway/dialect"
)

// fieldTables are the fields of a request, and of what stands in its lists.
var fieldTables = []dialect.FieldTable{
	{Title: "POST /v1beta/interactions", Fields: requestFields},
	{Title: "Steps of input in POST /v1beta/interactions", Fields: stepFields},
	{Title: "Content of steps in POST /v1beta/interactions", Fields: contentFields},
	{Title: "Tools of POST /v1beta/interactions", Fields: toolFields},
	{Title: "Response formats of POST /v1beta/interactions", Fields: formatFields},
}

// The reasons why fields have no effect.
const (
	noKnob    = "the web session has no such setting"
	noStore   = "is not stored"
	noSpeech  = "no speech is made"
	inThought = "earlier thoughts are not sent again"
	asItComes = "a file comes as Gemini makes it"
	asTheyAre = "files go up as they are"
	ownTool   = "belongs to a tool of Google's own"
)

var requestFields = dialect.Fields{
	dialect.Honor("model", "a name of the model list"),
	dialect.Honor("input", "a text, content, a list of content, or [steps](#steps-of-input-in-post-v1betainteractions)"),
	dialect.Honor("system_instruction", "a text, for this interaction alone"),
	dialect.Honor("stream", ""),
	dialect.Honor("store", "the interaction is stored unless this is false, for as long as `answers_max_age` says"),
	dialect.Honor("previous_interaction_id", "the interaction that this one goes on with"),
	dialect.Honor("background", "the answer is made whether the client stays or not; needs store"),
	dialect.Honor("tools", "see [below](#tools-of-post-v1betainteractions)"),
	dialect.Honor("response_format", "one or a list, see [below](#response-formats-of-post-v1betainteractions); or a JSON Schema"),
	dialect.Honor("response_mime_type", "`text/plain` or `application/json`"),
	dialect.Honor("generation_config", "",
		dialect.Honor("tool_choice", "`auto`, `any`, `none`, `validated`, or `allowed_tools`",
			dialect.Honor("allowed_tools", "",
				dialect.Honor("mode", "one of these words"),
				dialect.Honor("tools", "names"))),
		dialect.Honor("thinking_level", "standard or extended thinking"),
		dialect.Honor("thinking_summaries", "`auto` shows the thoughts"),
		dialect.Honor("stop_sequences", "the answer ends in front of one"),
		dialect.Honor("image_config", "",
			dialect.Honor("aspect_ratio", "is said in the prompt"),
			dialect.Honor("image_size", "is said in the prompt")),
		dialect.Ignore("max_output_tokens", noKnob, dialect.IsCount),
		dialect.Ignore("seed", noKnob, dialect.IsNumber),
		dialect.Ignore("temperature", noKnob, dialect.IsNumber),
		dialect.Ignore("top_p", noKnob, dialect.IsNumber),
		dialect.Ignore("speech_config", noSpeech, nil),
		dialect.Ignore("transcription_config", noKnob, nil),
		dialect.Ignore("video_config", asItComes, nil)),
	dialect.Ignore("response_modalities", "the model decides whether it makes a picture", dialect.ListOf(dialect.IsText)),
	dialect.Ignore("safety_settings", noKnob, nil),
	dialect.Ignore("labels", noStore, nil),
	dialect.Ignore("service_tier", noKnob, nil, "standard"),
	dialect.Refuse("webhook_config", "is not offered; ask with stream"),
	dialect.Refuse("agent", "is not offered; name a model"),
	dialect.Refuse("agent_config", "is not offered; name a model"),
	dialect.Refuse("environment", "is not offered; the model has no computer of its own"),
	dialect.Refuse("cached_content", "is not offered, since nothing is cached; use previous_interaction_id, or send the whole conversation"),
	dialect.Refuse("continuation_token", "is not offered, since an answer comes whole"),
}

// contentFields are those of content of any type.
var contentFields = slices.Concat(dialect.Fields{
	dialect.Honor("text", ""),
	dialect.Ignore("annotations", "belong to an earlier answer", nil),
	dialect.Ignore("resolution", asTheyAre, nil),
	dialect.Ignore("channels", asTheyAre, nil),
	dialect.Ignore("sample_rate", asTheyAre, nil),
	dialect.Ignore("processing", asTheyAre, nil),
}, dialect.ObjectFields(dialect.SnakeNames, 3))

// stepFields are those of steps of any type, and of content in the place of steps.
var stepFields = func() dialect.Fields {
	own := dialect.Fields{
		dialect.Honor("content", "a text, or a list, see [below](#content-of-steps-in-post-v1betainteractions)"),
		dialect.Honor("id", "of a call"),
		dialect.Honor("call_id", "joins a result to its call"),
		dialect.Honor("arguments", "of a call"),
		dialect.Honor("result", "of a call: a text, a list of content, or any JSON"),
		dialect.Honor("is_error", "the call failed"),
		dialect.Honor("signature", "opaque"),
		dialect.Ignore("summary", inThought, nil),
		dialect.Ignore("error", "belongs to an earlier answer", nil),
		dialect.Ignore("search_type", ownTool, nil),
	}
	for _, field := range contentFields {
		if !slices.ContainsFunc(own, func(f dialect.Field) bool { return f.Name == field.Name }) {
			own = append(own, field)
		}
	}
	return own
}()

// kindFields are the fields that steps of a type have a use for.
var kindFields = func() map[string][]string {
	said := []string{"content"}
	for _, field := range contentFields {
		if field.Use == dialect.Honored {
			said = append(said, field.Name)
		}
	}
	return map[string][]string{
		userInput: said, modelOutput: said,
		thought:        {"type", "signature"},
		functionCall:   {"type", "id", "name", "arguments", "signature"},
		functionResult: {"type", "call_id", "name", "result", "is_error", "signature"},
	}
}()

var toolFields = dialect.Fields{
	dialect.Honor("type", "`function`; `google_search`, `url_context` and `code_execution` are what Gemini does by itself; others are ignored"),
	dialect.Honor("name", ""),
	dialect.Honor("description", ""),
	dialect.Honor("parameters", "a JSON Schema"),
	dialect.Ignore("search_types", "Gemini decides by itself", nil),
}

var formatFields = dialect.Fields{
	dialect.Honor("type", "`text` or `image`"),
	dialect.Honor("mime_type", "of text: `text/plain` or `application/json`"),
	dialect.Honor("schema", "a JSON Schema; the answer is valid under it, or an error"),
	dialect.Honor("aspect_ratio", "of a picture; is said in the prompt"),
	dialect.Honor("image_size", "of a picture; is said in the prompt"),
	dialect.Ignore("delivery", asItComes, nil),
	dialect.Ignore("sample_rate", noSpeech, nil),
	dialect.Ignore("bit_rate", noSpeech, nil),
	dialect.Ignore("duration", asItComes, nil),
	dialect.Ignore("resolution", asItComes, nil),
	dialect.Ignore("gcs_uri", asItComes, nil),
}
