package openai

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	switch strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/openai"), "/v1") {
	case "/chat/completions":
		return decodeChat(r, param(dialect.DeploymentParam))
	case "/images/generations":
		return decodePictureJSON(r, dialect.Images, param(dialect.DeploymentParam))
	case "/images/edits":
		return decodeEdit(r, param(dialect.DeploymentParam))
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

// decodeChat reads POST /v1/chat/completions. deployment is the model of a body that
// names none.
func decodeChat(r *http.Request, deployment string) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, chatFields)
	if err != nil {
		return nil, err
	}
	call, err := newChatCall(body, deployment)
	if err != nil {
		return nil, err
	}
	call.LegacyCalls = body.Field("tools").IsAbsent() && !body.Field("functions").IsAbsent()
	call.Chat.ToolChoice.Single = call.LegacyCalls // the older form has room for one
	for _, read := range []func(*chat.Request, dialect.Object) error{
		readStop, checkCount, readFormat, readTools, readToolChoice, readThinking, readMessages, readImageConfig,
	} {
		if err := read(call.Chat, body); err != nil {
			return nil, err
		}
	}
	call.Chat.Ignored = body.Ignored()
	return call, nil
}

// newChatCall reads the fields that shape the call: model, stream and
// stream_options.
func newChatCall(body dialect.Object, deployment string) (*dialect.Call, error) {
	field := body.Field("model")
	name, err := field.AsText()
	if err != nil {
		return nil, err
	}
	if name = cmp.Or(name, deployment); name == "" {
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
	call.Chat = &chat.Request{Model: name, Stream: stream, Tool: dialect.ReadModality(body.Field("modalities"))}
	return call, nil
}

// readStop reads stop: a text, or several.
func readStop(req *chat.Request, body dialect.Object) (err error) {
	req.Stop, err = body.Field("stop").AsTexts(dialect.MaxStops)
	return err
}

// checkCount refuses more than one choice.
func checkCount(_ *chat.Request, body dialect.Object) error {
	n := body.Field("n")
	if n.IsAbsent() {
		return nil
	}
	if err := dialect.IsCount(n); err != nil {
		return err
	}
	if n.Value.Num > 1 {
		return n.NewError("must be 1; only one choice is made")
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

// readImageConfig adds the wishes for a picture to the question.
func readImageConfig(req *chat.Request, body dialect.Object) error {
	config, err := body.Field("image_config").AsObject()
	if err != nil {
		return err
	}
	return dialect.AddLooks(req, config.Field("aspect_ratio"), config.Field("image_size"))
}
