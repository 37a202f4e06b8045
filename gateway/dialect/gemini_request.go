package dialect

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/geminid/geminid/chat"
)

// verbs are the operations after the last colon of models/M:verb.
var verbs = map[string]struct {
	op     Operation
	decode func(call *Call, body object) error
}{
	"generateContent":       {Generate, geminiGenerate},
	"streamGenerateContent": {Stream, geminiGenerate},
	"countTokens":           {CountTokens, geminiCount},
	"predict":               {Images, geminiPredict},
	"editImage":             {Edits, geminiEdit},
}

// unserved are Google's other verbs, so that a client learns that the operation
// is understood and not offered here.
var unserved = map[string]bool{
	"embedContent": true, "batchEmbedContents": true, "asyncBatchEmbedContent": true,
	"predictLongRunning": true, "batchGenerateContent": true,
	"generateAnswer": true, "generateText": true, "generateMessage": true, "embedText": true,
	"batchEmbedText": true, "countTextTokens": true, "countMessageTokens": true, "bidiGenerateContent": true,
}

func geminiDecode(r *http.Request, param func(string) string) (*Call, error) {
	target := strings.Trim(param("call"), "/")
	if plain, err := url.PathUnescape(target); err == nil {
		target = plain
	}
	name, verb, hasVerb := cutLast(target, ":")
	switch {
	case r.Method == http.MethodGet && hasVerb:
		return nil, wrongMethod(http.MethodPost)
	case r.Method == http.MethodGet && target == "":
		return newCall(Models, ""), nil
	case r.Method != http.MethodGet && !hasVerb:
		return nil, wrongMethod(http.MethodGet)
	}
	name, err := modelName(name, "model")
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodGet {
		return newCall(Models, name), nil
	}
	return geminiVerb(r, name, verb)
}

// served names the verbs for errors.
const served = "generateContent, streamGenerateContent, countTokens, predict or editImage"

func geminiVerb(r *http.Request, name, verb string) (*Call, error) {
	how, ok := verbs[verb]
	switch {
	case !ok && unserved[verb]:
		return nil, chat.NewError(chat.Unsupported, verb+" is not offered; use "+served)
	case !ok:
		return nil, chat.NewError(chat.UnknownPath, "no such operation on a model; use "+served)
	}
	body, err := readBody(r, camel)
	if err != nil {
		return nil, err
	}
	call := newCall(how.op, name)
	query := r.URL.Query()
	call.SSE = query.Get("alt") == "sse" || query.Get("$alt") == "sse"
	call.Chat = &chat.Request{Model: name, Stream: how.op == Stream}
	if err := how.decode(call, body); err != nil {
		return nil, err
	}
	return call, nil
}

func geminiGenerate(call *Call, body object) error {
	if err := geminiForms.check(body); err != nil {
		return err
	}
	config, err := geminiConfig(call.Chat, body.at("generationConfig"))
	if err != nil {
		return err
	}
	if err := geminiTools(call.Chat, body); err != nil {
		return err
	}
	talk, err := geminiContents(body)
	if err != nil {
		return err
	}
	if err := talk.into(call.Chat, body.at("contents")); err != nil {
		return err
	}
	return geminiFormat(call, config)
}

// geminiCount reads contents as they are or inside generateContentRequest. What
// is counted need not be a question, so the last turn may be anybody's.
func geminiCount(call *Call, body object) error {
	if wrapped := body.at("generateContentRequest"); !wrapped.absent() {
		var err error
		if body, err = wrapped.object(); err != nil {
			return err
		}
	}
	talk, err := geminiContents(body)
	if err != nil {
		return err
	}
	if len(talk.turns) == 0 && len(talk.system) == 0 {
		return body.at("contents").bad("must hold at least one turn")
	}
	call.Chat.System, call.Chat.Turns = talk.system, talk.turns
	return nil
}

// The fields that clients send and that change nothing: the web session has no
// such knobs.
var (
	geminiForms       = forms{{"safetySettings", listOf(anObject)}}
	geminiConfigForms = forms{
		{"temperature", inQuotes(aNumber)}, {"topP", inQuotes(aNumber)}, {"topK", inQuotes(aNumber)},
		{"presencePenalty", inQuotes(aNumber)}, {"frequencyPenalty", inQuotes(aNumber)},
		{"maxOutputTokens", inQuotes(aCount)}, {"candidateCount", inQuotes(aCount)}, {"seed", inQuotes(aNumber)},
		{"stopSequences", listOf(aText)}, {"responseModalities", listOf(aText)},
	}
	geminiThinkingForms = forms{{"thinkingBudget", inQuotes(aNumber)}, {"thinkingLevel", aText}}
)

// geminiConfig refuses what would change the answer's form and can not be done.
func geminiConfig(req *chat.Request, place node) (config object, err error) {
	config, err = place.object()
	if err != nil {
		return config, err
	}
	if err := geminiConfigForms.check(config); err != nil {
		return config, err
	}
	if count := config.at("candidateCount"); count.value.Int() > 1 {
		return config, count.bad("must be 1; only one candidate is made")
	}
	form := config.at("responseMimeType")
	if text, err := form.text(); err != nil {
		return config, err
	} else if text != "" && text != "text/plain" {
		return config, form.bad("must be text/plain; the session can not be held to a format. Ask for JSON in the prompt instead")
	}
	for _, name := range []string{"responseSchema", "responseJsonSchema"} {
		if schema := config.at(name); !schema.absent() {
			return config, schema.bad("is not offered; the session can not be held to a schema. Ask for JSON in the prompt instead")
		}
	}
	thinking, err := config.at("thinkingConfig").object()
	if err != nil {
		return config, err
	}
	if err := geminiThinkingForms.check(thinking); err != nil {
		return config, err
	}
	req.Thoughts, err = thinking.at("includeThoughts").flag()
	return config, err
}

// geminiTools notes that tools are ignored, and refuses to ignore them when the
// client insists on a call.
func geminiTools(req *chat.Request, body object) error {
	tools, err := body.at("tools").some(maxTurns)
	if err != nil {
		return err
	}
	if len(tools) > 0 {
		req.Ignored = append(req.Ignored, "tools")
	}
	config, err := body.at("toolConfig").object()
	if err != nil {
		return err
	}
	calling, err := config.at("functionCallingConfig").object()
	if err != nil {
		return err
	}
	mode := calling.at("mode")
	if word, err := mode.text(); err != nil {
		return err
	} else if strings.EqualFold(word, "ANY") {
		return mode.bad("must not be ANY; functions can not be called, so no call can be promised")
	}
	return nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func wrongMethod(allow string) *chat.Error {
	return &chat.Error{Kind: chat.MethodNotAllowed, Message: "this path does not take the method; use " + allow, Err: allowed(allow)}
}
