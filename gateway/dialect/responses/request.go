package responses

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// details is what a response tells of its request.
type details struct {
	instructions *string
	tools        json.RawMessage // as sent; nil for none
	toolChoice   json.RawMessage
	format       json.RawMessage // text.format
	metadata     json.RawMessage
	effort       *string
	summary      *string
	input        []json.RawMessage // as it is stored; nil if it is not
	previous     string            // the ID of the response that this one goes on with
	conversation string            // the ID of the conversation that it becomes a part of
	store        bool
	background   bool
	serial       bool // calls come one at a time
	sealed       bool // thoughts are sent in a sealed form as well
	// spaced are the tools of namespaces by the names that the model knows them by.
	spaced map[string]spacedName
}

// spacedName is the name of a tool in a namespace.
type spacedName struct{ namespace, name string }

// detailsOf returns what the decoder kept; nothing of a call that was not decoded.
func detailsOf(call *dialect.Call) *details {
	if d, ok := call.Details.(*details); ok {
		return d
	}
	return new(details)
}

// decodeCreate reads POST /v1/responses.
func decodeCreate(r *http.Request, deployment string) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, requestFields)
	if err != nil {
		return nil, err
	}
	call, err := dialect.ReadCall(body, responsePrefix, deployment)
	if err != nil {
		return nil, err
	}
	told := &details{spaced: make(map[string]spacedName)}
	call.Details = told
	for _, read := range []func(*chat.Request, *details, dialect.Object) error{
		readEcho, readState, readReasoning, readFormat, readTools,
	} {
		if err := read(call.Chat, told, body); err != nil {
			return nil, err
		}
	}
	if !told.needsRecords(body) {
		return call, readTalk(call, told, body)
	}
	call.Recall = func() error { return readTalk(call, told, body) }
	return call, nil
}

// readTalk reads the conversation, and what depends on all of it.
func readTalk(call *dialect.Call, told *details, body dialect.Object) error {
	if told.background && call.Records == nil {
		return body.Field("background").NewError("is not offered, since the owner of this server stores no answers (answers_max_age)")
	}
	if call.Records == nil {
		call.Records = dialect.NoRecords{}
	}
	if err := readInput(call, told, body); err != nil {
		return err
	}
	if err := readToolChoice(call.Chat, told, body); err != nil {
		return err
	}
	if told.background {
		call.Begin = func() (dialect.Body, error) { return begin(call) }
	}
	call.Chat.Ignored = body.Ignored()
	return nil
}

// readEcho reads the fields that a response gives back as they were sent.
func readEcho(_ *chat.Request, told *details, body dialect.Object) error {
	place := body.Field("instructions")
	if !place.IsAbsent() {
		text, err := place.AsText()
		if err != nil {
			return err
		}
		told.instructions = &text
	}
	if err := checkMetadata(body.Field("metadata")); err != nil {
		return err
	}
	for name, raw := range map[string]*json.RawMessage{"tools": &told.tools, "tool_choice": &told.toolChoice, "metadata": &told.metadata} {
		var err error
		if *raw, err = keepJSON(body.Field(name)); err != nil {
			return err
		}
	}
	return nil
}

// keepJSON returns a value as it is given back; nil if it is absent.
func keepJSON(n dialect.Node) (json.RawMessage, error) {
	if n.IsAbsent() {
		return nil, nil
	}
	text := n.JSONText()
	if !json.Valid([]byte(text)) {
		return nil, n.NewError("must be valid JSON")
	}
	// Some readers end a line at these, and they can only stand in strings.
	text = strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`).Replace(text)
	return json.RawMessage(text), nil
}

// The bounds of metadata.
const (
	maxPairs     = 16
	maxPairName  = 64  // characters
	maxPairValue = 512 // characters
)

func checkMetadata(n dialect.Node) error {
	if n.IsAbsent() {
		return nil
	}
	if err := dialect.IsObject(n); err != nil {
		return err
	}
	count, ok := 0, true
	n.Value.ForEach(func(name, value gjson.Result) bool {
		count++
		ok = ok && value.Type == gjson.String && utf8.RuneCountInString(name.Str) <= maxPairName && utf8.RuneCountInString(value.Str) <= maxPairValue
		return ok
	})
	if !ok || count > maxPairs {
		return n.NewError("must have at most " + strconv.Itoa(maxPairs) + " names of 64 characters, with texts of 512 characters")
	}
	return nil
}

// readReasoning decides about thinking and thoughts, which are shown if the client asks
// for a summary of them.
func readReasoning(req *chat.Request, told *details, body dialect.Object) error {
	level, off, err := dialect.ReadThinking(body)
	if err != nil {
		return err
	}
	fields, err := body.Field("reasoning").AsObject()
	if err != nil {
		return err
	}
	for name, kept := range map[string]**string{"effort": &told.effort, "generate_summary": &told.summary, "summary": &told.summary} {
		place := fields.Field(name)
		text, err := place.AsText()
		if err != nil {
			return err
		}
		if text != "" && *kept == nil {
			*kept = &text
		}
	}
	req.Thinking, req.Thoughts = level, told.summary != nil && *told.summary != "none" && !off
	included, err := body.Field("include").AsList(dialect.MaxParts)
	if err != nil {
		return err
	}
	for _, n := range included {
		switch text, err := n.AsText(); {
		case err != nil:
			return err
		case text == "reasoning.encrypted_content":
			told.sealed = true
		default:
			n.DropField()
		}
	}
	return nil
}

// readFormat reads text.format.
func readFormat(req *chat.Request, told *details, body dialect.Object) error {
	fields, err := body.Field("text").AsObject()
	if err != nil {
		return err
	}
	place := fields.Field("format")
	form, err := place.AsObject()
	if err != nil {
		return err
	}
	if told.format, err = keepJSON(place); err != nil {
		return err
	}
	kind, err := form.Field("type").AsText()
	if err != nil {
		return err
	}
	switch kind {
	case "", "text":
	case "json_object":
		req.Format.Kind = chat.JSONObject
	case "json_schema":
		schema := form.Field("schema")
		req.Format.Kind, req.Format.Field = chat.JSONSchema, schema.Path
		if req.Format.Schema, err = dialect.ReadSchema(schema); err != nil {
			return err
		}
		if req.Format.Schema == "" {
			req.Format.Kind = chat.JSONObject
		}
	default:
		return form.Field("type").NewError("must be text, json_object or json_schema")
	}
	return nil
}
