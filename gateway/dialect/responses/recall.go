package responses

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readState reads the fields that say what is stored and what the response builds on.
func readState(_ *chat.Request, told *details, body dialect.Object) error {
	var err error
	for name, flag := range map[string]*bool{"store": &told.store, "background": &told.background} {
		if *flag, err = body.Field(name).AsBool(); err != nil {
			return err
		}
	}
	if body.Field("store").IsAbsent() {
		told.store = true
	}
	if told.background && !told.store {
		return body.Field("background").NewError("needs store, so that the response can be fetched")
	}
	if told.previous, err = body.Field("previous_response_id").AsText(); err != nil {
		return err
	}
	place := body.Field("conversation")
	if told.conversation = place.Value.Get("id").Str; place.Value.IsObject() && told.conversation != "" {
		told.conversation = strings.Clone(told.conversation)
	} else if told.conversation, err = place.AsText(); err != nil {
		return place.NewError("must be the ID of a conversation")
	}
	if told.conversation != "" && told.previous != "" {
		return place.NewError("cannot stand beside previous_response_id; send one of them")
	}
	return nil
}

// needsRecords reports whether the input cannot be read without what is stored.
func (d *details) needsRecords(body dialect.Object) bool {
	if d.previous != "" || d.conversation != "" || d.background {
		return true
	}
	refers := false
	body.Field("input").Value.ForEach(func(_, item gjson.Result) bool {
		refers = item.Get("type").Str == "item_reference"
		return !refers
	})
	return refers
}

// maxChain bounds the responses that one goes back to.
const maxChain = 1024

// recallHistory returns the items of the responses that this one goes on with, oldest
// first.
func recallHistory(call *dialect.Call, told *details, body dialect.Object) ([]json.RawMessage, error) {
	if told.conversation != "" {
		c, err := loadConversation(call.Records, told.conversation)
		switch {
		case err == nil:
			return c.Items, nil
		case chat.AsError(err).Kind == chat.UnknownRecord:
			return nil, body.Field("conversation").NewError("names a conversation that is not stored under your key; it was never made, was deleted, or is older than the server keeps conversations")
		}
		return nil, err
	}
	place := body.Field("previous_response_id")
	var turns [][]json.RawMessage
	for id := told.previous; id != ""; {
		r, err := loadRecord(call.Records, id)
		switch {
		case err != nil && chat.AsError(err).Kind != chat.UnknownRecord:
			return nil, err
		case err != nil && len(turns) == 0:
			return nil, place.NewError("names a response that is not stored under your key; it was never stored, was deleted, or is older than the server keeps responses")
		case err != nil:
			return nil, place.NewError("names a response that goes back to one that is stored no longer; send the whole conversation as input")
		case r.Pending:
			return nil, place.NewError("names a response that is not complete yet")
		case len(turns) == maxChain:
			return nil, place.NewError("goes back over more than " + strconv.Itoa(maxChain) + " responses; send the whole conversation as input")
		}
		turns = append(turns, append(r.Input, r.output()...))
		id = r.Previous
	}
	var items []json.RawMessage
	for i := len(turns) - 1; i >= 0; i-- {
		items = append(items, turns[i]...)
	}
	return items, nil
}

// recallItem returns the item that a reference names.
func recallItem(call *dialect.Call, n dialect.Node, id string) (dialect.Node, error) {
	if r, err := loadRecord(call.Records, responseOf(id)); err == nil {
		for _, raw := range append(r.Input, r.output()...) {
			if gjson.GetBytes(raw, "id").Str == id {
				return dialect.StoredNode(string(raw), n.Path, dialect.SnakeNames), nil
			}
		}
	} else if chat.AsError(err).Kind != chat.UnknownRecord {
		return n, err
	}
	return n, n.NewError("refers to an item that is not stored under your key; send the item itself")
}
