package openai

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	switch strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/openai"), "/v1") {
	case "/chat/completions":
		return decodeChat(r)
	case "/images/generations":
		return decodeGeneration(r)
	case "/images/edits":
		return decodeEdit(r)
	}
	if r.Method != http.MethodGet { // Gemini's verbs make it a route
		return nil, dialect.WrongMethod(http.MethodGet)
	}
	name := strings.Trim(param("call"), "/")
	if name == "" {
		return dialect.NewCall(dialect.Models, ""), nil
	}
	name, err := dialect.ParseModelName(name)
	if err != nil {
		return nil, err
	}
	return dialect.NewCall(dialect.Models, name), nil
}

func decodeChat(r *http.Request) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.ExactNames)
	if err != nil {
		return nil, err
	}
	call, err := newChatCall(body)
	if err != nil {
		return nil, err
	}
	for _, check := range []func(*chat.Request, dialect.Object) error{
		checkIgnored, checkResponseFormat, readTools, readThinking, readMessages,
	} {
		if err := check(call.Chat, body); err != nil {
			return nil, err
		}
	}
	return call, nil
}

// newChatCall reads the fields that shape the call: model, stream and
// stream_options.
func newChatCall(body dialect.Object) (*dialect.Call, error) {
	field := body.Field("model")
	name, err := field.AsText()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, field.NewError("must name a model")
	}
	if name, err = dialect.ParseModelName(name); err != nil {
		return nil, err
	}
	stream, err := body.Field("stream").AsBool()
	if err != nil {
		return nil, err
	}
	options, err := body.Field("stream_options").AsObject()
	if err != nil {
		return nil, err
	}
	usage, err := options.Field("include_usage").AsBool()
	if err != nil {
		return nil, err
	}
	call := dialect.NewCall(dialect.Generate, name)
	if stream {
		call.Op = dialect.Stream
	}
	call.ID = "chatcmpl-" + call.ID
	call.SSE, call.IncludeUsage = stream, usage
	call.Chat = &chat.Request{Model: name, Stream: stream}
	return call, nil
}

// ignoredFields are fields that clients send and that change nothing, because the
// web session has no such settings.
var ignoredFields = dialect.Rules{
	{"temperature", dialect.IsNumber}, {"top_p", dialect.IsNumber}, {"presence_penalty", dialect.IsNumber}, {"frequency_penalty", dialect.IsNumber},
	{"max_tokens", dialect.IsCount}, {"max_completion_tokens", dialect.IsCount}, {"seed", dialect.IsNumber}, {"n", dialect.IsCount},
	{"stop", dialect.IsTextOrList}, {"logit_bias", dialect.IsObject}, {"metadata", dialect.IsObject},
	{"user", dialect.IsText}, {"store", dialect.IsBool}, {"parallel_tool_calls", dialect.IsBool},
}

// checkIgnored checks the ignored fields, and refuses more than one choice.
func checkIgnored(_ *chat.Request, body dialect.Object) error {
	if err := ignoredFields.CheckFields(body); err != nil {
		return err
	}
	if n := body.Field("n"); n.Value.Num > 1 {
		return n.NewError("must be 1; only one choice is made")
	}
	return nil
}

func checkResponseFormat(_ *chat.Request, body dialect.Object) error {
	form, err := body.Field("response_format").AsObject()
	if err != nil {
		return err
	}
	kind := form.Field("type")
	if text, err := kind.AsText(); err != nil {
		return err
	} else if text != "" && text != "text" {
		return body.Field("response_format").NewError("must be of type text; the session cannot be held to a format. Ask for JSON in the prompt instead")
	}
	return nil
}

// readTools notes that tools are ignored, and refuses the request if the client
// insists on a call. Functions are the older name of tools.
func readTools(req *chat.Request, body dialect.Object) error {
	for _, name := range []string{"tools", "functions"} {
		tools, err := body.Field(name).AsList(dialect.MaxTurns)
		if err != nil {
			return err
		}
		if len(tools) > 0 {
			req.Ignored = append(req.Ignored, name)
		}
	}
	for _, name := range []string{"tool_choice", "function_call"} {
		choice := body.Field(name)
		switch {
		case choice.IsAbsent():
		case choice.Value.Type == gjson.String && choice.Value.Str != "required":
		case choice.Value.Get("allowed_tools.mode").Str == "auto":
		default:
			return choice.NewError("must be none or auto; functions cannot be called, so no call can be promised")
		}
	}
	return nil
}

// readThinking decides about thinking and thoughts. The format has no switch for
// showing thoughts. Clients that know reasoning_content expect it by default and
// others skip it, so only thinking that is switched off turns it off.
func readThinking(req *chat.Request, body dialect.Object) (err error) {
	level, off, err := dialect.ReadThinking(body)
	req.Thinking, req.Thoughts = level, !off
	return err
}
