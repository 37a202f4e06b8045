package responses

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// record is a response as it is stored, with what it was asked.
type record struct {
	Response json.RawMessage   `json:"response"`
	Input    []json.RawMessage `json:"input"`
	// Previous is the ID of the response that this one goes on with.
	Previous string `json:"previous,omitempty"`
	// Pending is set in what is stored while the answer is being made.
	Pending bool `json:"pending,omitempty"`
}

// errNoResponse is the error of an ID without a response.
func errNoResponse() *chat.Error {
	return chat.NewError(chat.UnknownRecord, "no response with that ID is stored under your key; it was never stored, was deleted, or is older than the server keeps responses")
}

// loadRecord returns a stored response. One that was being made when the server was
// stopped has failed.
func loadRecord(records dialect.Records, id string) (*record, error) {
	missing := errNoResponse()
	if !strings.HasPrefix(id, responsePrefix) {
		return nil, missing
	}
	data, err := records.LoadRecord(id)
	if err != nil {
		return nil, dialect.RecordError(err, missing)
	}
	r := new(record)
	if json.Unmarshal(data, r) != nil || !gjson.ValidBytes(r.Response) {
		return nil, missing // it is of no use
	}
	if r.Pending && !records.IsAnswering(id) {
		r.Pending = false
		fields := make(map[string]json.RawMessage)
		if err := json.Unmarshal(r.Response, &fields); err != nil {
			return nil, missing
		}
		fields["status"] = json.RawMessage(dialect.AppendJSON(nil, failed))
		fields["error"] = json.RawMessage(dialect.AppendJSON(nil, failure{"server_error", "the server was stopped, or could not store the response, before it was complete; ask again"}))
		r.Response = dialect.AppendJSON(nil, fields)
	}
	return r, nil
}

// output returns the items of the answer.
func (r *record) output() (items []json.RawMessage) {
	for _, item := range gjson.GetBytes(r.Response, "output").Array() {
		items = append(items, json.RawMessage(item.Raw))
	}
	return items
}

// save stores the response of a call, and makes it a part of its conversation, as far as
// that is wanted. What cannot be stored the response says of itself: it is answered all
// the same.
func (r *response) save(call *dialect.Call, items []any, pending bool) {
	told := detailsOf(call)
	wanted := r.Store
	if !wanted && r.Conversation == nil || call.Records == nil {
		return
	}
	r.Store = false
	var text bytes.Buffer
	shown := *r
	shown.Store = wanted
	if _, err := encodeWith(shown, items).WriteTo(&text); err != nil {
		return
	}
	kept := record{Response: text.Bytes(), Input: told.input, Previous: told.previous, Pending: pending}
	if r.Conversation != nil && (r.Status == completed || r.Status == incomplete) {
		if _, err := changeConversation(call.Records, r.Conversation.ID, func(c *conversation) error {
			c.Items = slices.Concat(c.Items, told.input, kept.output())
			return nil
		}); err != nil {
			r.Conversation = nil
		}
	}
	if wanted {
		data, err := json.Marshal(kept)
		r.Store = err == nil && call.Records.SaveRecord(call.ID, data) == nil
	}
}

// begin stores that a response has begun.
func begin(call *dialect.Call) (dialect.Body, error) {
	first := newResponse(call)
	if first.save(call, nil, true); !first.Store {
		return dialect.Body{}, chat.NewError(chat.Unavailable, "the response cannot be stored for now, and one in the background must be; ask without background, or try again later")
	}
	return dialect.NewBody(first), nil
}

// ownIDLength is the length of the random part of an ID.
const ownIDLength = 26

// responseOf returns the ID of the response that an item belongs to, empty if the ID of
// the item is not one of ours.
func responseOf(item string) string {
	_, rest, ok := strings.Cut(item, "_")
	if !ok || len(rest) <= ownIDLength {
		return ""
	}
	return responsePrefix + rest[:ownIDLength]
}

// inputKinds are the beginnings of the IDs of items that clients send without one.
var inputKinds = map[string]string{
	"message": "msg_", "function_call": "fc_", "function_call_output": "fco_", "custom_tool_call": "ctc_", "custom_tool_call_output": "ctco_",
	"reasoning": "rs_", "image_generation_call": "ig_",
}

// storedItem returns an item of the input as it is stored and listed: with an ID, a type
// and a status. Its ID is made of that of what it belongs to and of its place.
func storedItem(raw string, owner string, index int) json.RawMessage {
	fields := make(map[string]json.RawMessage)
	if json.Unmarshal([]byte(raw), &fields) != nil {
		return nil
	}
	item := gjson.Parse(raw)
	kind := item.Get("type").Str
	if kind == "" {
		kind = "message"
	}
	set := func(name string, value any) { fields[name] = dialect.AppendJSON(nil, value) }
	set("type", kind)
	if item.Get("id").Str == "" {
		prefix := inputKinds[kind]
		if prefix == "" {
			prefix = "item_"
		}
		_, suffix, _ := strings.Cut(owner, "_")
		set("id", prefix+suffix+"i"+strconv.Itoa(index))
	}
	if item.Get("status").Str == "" {
		set("status", completed)
	}
	if content := item.Get("content"); kind == "message" && content.Type == gjson.String {
		if item.Get("role").Str == "assistant" {
			set("content", []textPart{newTextPart(content.Str, nil)})
		} else {
			set("content", []summaryPart{{"input_text", content.Str}})
		}
	}
	return dialect.AppendJSON(nil, fields)
}
