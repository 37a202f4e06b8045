package gemini

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// verbs are the operations that may follow the last colon of models/M:verb.
var verbs = map[string]struct {
	op     dialect.Operation
	fields dialect.Fields
	decode func(call *dialect.Call, body dialect.Object) error
}{
	"generateContent":       {dialect.Generate, generateFields, decodeGenerate},
	"streamGenerateContent": {dialect.Stream, generateFields, decodeGenerate},
	"countTokens":           {dialect.CountTokens, countFields, decodeCount},
	"predict":               {dialect.Images, predictFields, decodePredict},
	"editImage":             {dialect.Edits, editFields, decodeEdit},
}

// unservedVerbs are Google's other verbs. Their clients learn that the operation
// is known and not offered.
var unservedVerbs = map[string]bool{
	"embedContent": true, "batchEmbedContents": true, "asyncBatchEmbedContent": true,
	"predictLongRunning": true, "batchGenerateContent": true,
	"generateAnswer": true, "generateText": true, "generateMessage": true, "embedText": true,
	"batchEmbedText": true, "countTextTokens": true, "countMessageTokens": true, "bidiGenerateContent": true,
}

func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	target := strings.Trim(param("call"), "/")
	if unescaped, err := url.PathUnescape(target); err == nil {
		target = unescaped
	}
	name, verb, hasVerb := cutLast(target, ":")
	if _, known := verbs[verb]; r.Method == http.MethodGet && !known && !unservedVerbs[verb] {
		name, hasVerb = target, false // the colon is in the model's name
	}
	switch {
	case r.Method == http.MethodGet && hasVerb:
		return nil, dialect.WrongMethod(http.MethodPost)
	case r.Method == http.MethodGet && target == "":
		return dialect.NewCall(dialect.Models, ""), nil
	case r.Method != http.MethodGet && !hasVerb:
		return nil, dialect.WrongMethod(http.MethodGet)
	}
	name, err := dialect.ParseModelName(name)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodGet {
		return dialect.NewCall(dialect.Models, name), nil
	}
	return decodeVerb(r, name, verb)
}

// servedVerbs names the verbs in errors.
const servedVerbs = "generateContent, streamGenerateContent, countTokens, predict or editImage"

func decodeVerb(r *http.Request, name, verb string) (*dialect.Call, error) {
	how, ok := verbs[verb]
	switch {
	case !ok && unservedVerbs[verb]:
		return nil, chat.NewError(chat.Unsupported, verb+" is not offered; use "+servedVerbs)
	case !ok:
		return nil, chat.NewError(chat.UnknownPath, "no such operation on a model; use "+servedVerbs)
	}
	body, err := dialect.ReadBody(r, dialect.CamelNames, how.fields)
	if err != nil {
		return nil, err
	}
	call := dialect.NewCall(how.op, name)
	query := r.URL.Query()
	call.SSE = query.Get("alt") == "sse" || query.Get("$alt") == "sse"
	call.Chat = &chat.Request{Model: name, Stream: how.op == dialect.Stream, EndMalformed: true}
	if err := how.decode(call, body); err != nil {
		return nil, err
	}
	call.Chat.Ignored = body.Ignored()
	return call, nil
}

func decodeGenerate(call *dialect.Call, body dialect.Object) error {
	config, err := readConfig(call.Chat, body.Field("generationConfig"))
	if err != nil {
		return err
	}
	if err := readTools(call, body); err != nil {
		return err
	}
	talk, err := readContents(body)
	if err != nil {
		return err
	}
	if err := talk.FillRequest(call.Chat, body.Field("contents")); err != nil {
		return err
	}
	return addLooks(call.Chat, config)
}

// decodeCount reads contents, which may be inside generateContentRequest.
func decodeCount(call *dialect.Call, body dialect.Object) error {
	if wrapped := body.Field("generateContentRequest"); !wrapped.IsAbsent() {
		var err error
		if body, err = wrapped.AsObject(); err != nil {
			return err
		}
	}
	talk, err := readContents(body)
	if err != nil {
		return err
	}
	return talk.FillCount(call.Chat, body.Field("contents"))
}

// readConfig reads generationConfig and returns it.
func readConfig(req *chat.Request, place dialect.Node) (config dialect.Object, err error) {
	config, err = place.AsObject()
	if err != nil {
		return config, err
	}
	count := config.Field("candidateCount")
	if err := quotedCount(count); err != nil && !count.IsAbsent() {
		return config, err
	}
	if count.Value.Int() > 1 {
		return config, count.NewError("must be 1; only one candidate is made")
	}
	req.Tool = dialect.ReadModality(config.Field("responseModalities"))
	if req.Stop, err = config.Field("stopSequences").AsTexts(dialect.MaxStops); err != nil {
		return config, err
	}
	if err := readFormat(req, config); err != nil {
		return config, err
	}
	thinking, err := config.Field("thinkingConfig").AsObject()
	if err != nil {
		return config, err
	}
	if req.Thinking, _, err = dialect.ReadThinking(config); err != nil {
		return config, err
	}
	req.Thoughts, err = thinking.Field("includeThoughts").AsBool()
	return config, err
}

// addLooks adds the wishes for a picture to the question, in either place for them.
func addLooks(req *chat.Request, config dialect.Object) error {
	image, err := config.Field("imageConfig").AsObject()
	if err != nil {
		return err
	}
	if err := dialect.AddLooks(req, image.Field("aspectRatio"), image.Field("imageSize")); err != nil {
		return err
	}
	form, err := config.Field("responseFormat").AsObject()
	if err != nil {
		return err
	}
	if image, err = form.Field("image").AsObject(); err != nil {
		return err
	}
	return dialect.AddLooks(req, image.Field("aspectRatio"), image.Field("imageSize"))
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
