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
	decode func(call *dialect.Call, body dialect.Object) error
}{
	"generateContent":       {dialect.Generate, decodeGenerate},
	"streamGenerateContent": {dialect.Stream, decodeGenerate},
	"countTokens":           {dialect.CountTokens, decodeCount},
	"predict":               {dialect.Images, decodePredict},
	"editImage":             {dialect.Edits, decodeEdit},
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
	body, err := dialect.ReadBody(r, dialect.CamelNames)
	if err != nil {
		return nil, err
	}
	call := dialect.NewCall(how.op, name)
	query := r.URL.Query()
	call.SSE = query.Get("alt") == "sse" || query.Get("$alt") == "sse"
	call.Chat = &chat.Request{Model: name, Stream: how.op == dialect.Stream}
	if err := how.decode(call, body); err != nil {
		return nil, err
	}
	return call, nil
}

func decodeGenerate(call *dialect.Call, body dialect.Object) error {
	if err := ignoredFields.CheckFields(body); err != nil {
		return err
	}
	config, err := readConfig(call.Chat, body.Field("generationConfig"))
	if err != nil {
		return err
	}
	if err := readTools(call.Chat, body); err != nil {
		return err
	}
	talk, err := readContents(body)
	if err != nil {
		return err
	}
	if err := talk.FillRequest(call.Chat, body.Field("contents")); err != nil {
		return err
	}
	return addAspectRatio(call, config)
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

// quotedNumber is a number that may be in a string.
var quotedNumber, quotedCount = dialect.MayBeQuoted(dialect.IsNumber), dialect.MayBeQuoted(dialect.IsCount)

// The fields that clients send and that change nothing, because the web session
// has no such settings.
var (
	ignoredFields = dialect.Rules{{"safetySettings", dialect.ListOf(dialect.IsObject)}}
	ignoredConfig = dialect.Rules{
		{"temperature", quotedNumber}, {"topP", quotedNumber}, {"topK", quotedNumber},
		{"presencePenalty", quotedNumber}, {"frequencyPenalty", quotedNumber}, {"seed", quotedNumber},
		{"maxOutputTokens", quotedCount}, {"candidateCount", quotedCount},
		{"stopSequences", dialect.ListOf(dialect.IsText)}, {"responseModalities", dialect.ListOf(dialect.IsText)},
	}
)

// readConfig returns generationConfig. It refuses fields that would change the
// form of the answer, because the session cannot be held to a form.
func readConfig(req *chat.Request, place dialect.Node) (config dialect.Object, err error) {
	config, err = place.AsObject()
	if err != nil {
		return config, err
	}
	if err := ignoredConfig.CheckFields(config); err != nil {
		return config, err
	}
	if count := config.Field("candidateCount"); count.Value.Int() > 1 {
		return config, count.NewError("must be 1; only one candidate is made")
	}
	form := config.Field("responseMimeType")
	if text, err := form.AsText(); err != nil {
		return config, err
	} else if text != "" && text != "text/plain" {
		return config, form.NewError("must be text/plain; the session cannot be held to a format. Ask for JSON in the prompt instead")
	}
	for _, name := range []string{"responseSchema", "responseJsonSchema"} {
		if schema := config.Field(name); !schema.IsAbsent() {
			return config, schema.NewError("is not offered; the session cannot be held to a schema. Ask for JSON in the prompt instead")
		}
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

// readTools notes that tools are ignored, and refuses the request if the client
// insists on a call.
func readTools(req *chat.Request, body dialect.Object) error {
	tools, err := body.Field("tools").AsListOrOne(dialect.MaxTurns)
	if err != nil {
		return err
	}
	if len(tools) > 0 {
		req.Ignored = append(req.Ignored, "tools")
	}
	config, err := body.Field("toolConfig").AsObject()
	if err != nil {
		return err
	}
	calling, err := config.Field("functionCallingConfig").AsObject()
	if err != nil {
		return err
	}
	mode := calling.Field("mode")
	if word, err := mode.AsText(); err != nil {
		return err
	} else if strings.EqualFold(word, "ANY") {
		return mode.NewError("must not be ANY; functions cannot be called, so no call can be promised")
	}
	return nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
