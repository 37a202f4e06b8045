package dialect

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

func openaiDecode(r *http.Request, param func(string) string) (*Call, error) {
	switch strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/openai"), "/v1") {
	case "/chat/completions":
		return openaiChat(r)
	case "/images/generations":
		return openaiDraw(r)
	case "/images/edits":
		return openaiEdit(r)
	}
	if r.Method != http.MethodGet { // Gemini's verbs make it a route
		return nil, wrongMethod(http.MethodGet)
	}
	name := strings.Trim(param("call"), "/")
	if name == "" {
		return newCall(Models, ""), nil
	}
	name, err := modelName(name, "model")
	if err != nil {
		return nil, err
	}
	return newCall(Models, name), nil
}

func openaiChat(r *http.Request) (*Call, error) {
	body, err := readBody(r, exact)
	if err != nil {
		return nil, err
	}
	call, err := openaiCall(body)
	if err != nil {
		return nil, err
	}
	for _, check := range []func(*chat.Request, object) error{
		openaiKnobs, openaiForm, openaiTools, openaiEffort, openaiMessages,
	} {
		if err := check(call.Chat, body); err != nil {
			return nil, err
		}
	}
	return call, nil
}

// openaiCall reads what makes the call: model, stream and stream_options.
func openaiCall(body object) (*Call, error) {
	field := body.at("model")
	name, err := field.text()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, field.bad("must name a model")
	}
	if name, err = modelName(name, "model"); err != nil {
		return nil, err
	}
	stream, err := body.at("stream").flag()
	if err != nil {
		return nil, err
	}
	options, err := body.at("stream_options").object()
	if err != nil {
		return nil, err
	}
	usage, err := options.at("include_usage").flag()
	if err != nil {
		return nil, err
	}
	call := newCall(Generate, name)
	if stream {
		call.Op = Stream
	}
	call.ID = "chatcmpl-" + call.ID
	call.SSE, call.IncludeUsage = stream, usage
	call.Chat = &chat.Request{Model: name, Stream: stream}
	return call, nil
}

// openaiForms are the fields that clients send and that change nothing: the web
// session has no such knobs.
var openaiForms = forms{
	{"temperature", aNumber}, {"top_p", aNumber}, {"presence_penalty", aNumber}, {"frequency_penalty", aNumber},
	{"max_tokens", aCount}, {"max_completion_tokens", aCount}, {"seed", aNumber}, {"n", aCount},
	{"stop", oneOrMore}, {"logit_bias", anObject}, {"metadata", anObject},
	{"user", aText}, {"store", aFlag}, {"parallel_tool_calls", aFlag},
}

// openaiKnobs checks what is ignored, and refuses several choices.
func openaiKnobs(_ *chat.Request, body object) error {
	if err := openaiForms.check(body); err != nil {
		return err
	}
	if n := body.at("n"); n.value.Num > 1 {
		return n.bad("must be 1; only one choice is made")
	}
	return nil
}

func openaiForm(_ *chat.Request, body object) error {
	form, err := body.at("response_format").object()
	if err != nil {
		return err
	}
	kind := form.at("type")
	if text, err := kind.text(); err != nil {
		return err
	} else if text != "" && text != "text" {
		return body.at("response_format").bad("must be of type text; the session can not be held to a format. Ask for JSON in the prompt instead")
	}
	return nil
}

// openaiTools notes that tools are ignored, and refuses to ignore them when the
// client insists on a call. Functions are what tools were called before.
func openaiTools(req *chat.Request, body object) error {
	for _, name := range []string{"tools", "functions"} {
		tools, err := body.at(name).list(maxTurns)
		if err != nil {
			return err
		}
		if len(tools) > 0 {
			req.Ignored = append(req.Ignored, name)
		}
	}
	for _, name := range []string{"tool_choice", "function_call"} {
		choice := body.at(name)
		switch {
		case choice.absent():
		case choice.value.Type == gjson.String && choice.value.Str != "required":
		case choice.value.Get("allowed_tools.mode").Str == "auto":
		default:
			return choice.bad("must be none or auto; functions can not be called, so no call can be promised")
		}
	}
	return nil
}

// openaiEffort decides about thoughts. The format has no switch for showing
// them; clients that know reasoning_content expect it unasked, the others skip
// it, so only an effort of none turns it off.
func openaiEffort(req *chat.Request, body object) error {
	effort, err := body.at("reasoning_effort").text()
	req.Thoughts = effort != "none"
	return err
}
