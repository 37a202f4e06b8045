package interactions

import (
	"encoding/json"
	"net/http"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// details is what an interaction tells of its request.
type details struct {
	store      bool
	background bool
	previous   string            // the ID of the interaction that this one goes on with
	input      []json.RawMessage // the steps, as they are stored
}

// detailsOf returns what the decoder kept; nothing of a call that was not decoded.
func detailsOf(call *dialect.Call) *details {
	if d, ok := call.Details.(*details); ok {
		return d
	}
	return new(details)
}

// decodeCreate reads POST /v1beta/interactions.
func decodeCreate(r *http.Request) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, requestFields)
	if err != nil {
		return nil, err
	}
	call, err := dialect.ReadCall(body, idPrefix, "")
	if err != nil {
		return nil, err
	}
	told := &details{store: true}
	call.Details = told
	if place := body.Field("store"); !place.IsAbsent() {
		if told.store, err = place.AsBool(); err != nil {
			return nil, err
		}
	}
	background := body.Field("background")
	if told.background, err = background.AsBool(); err != nil {
		return nil, err
	}
	if told.background && !told.store {
		return nil, background.NewError("needs store, so that the interaction can be fetched")
	}
	if told.previous, err = body.Field("previous_interaction_id").AsText(); err != nil {
		return nil, err
	}
	for _, read := range []func(*chat.Request, dialect.Object) error{readTools, readConfig, readFormats} {
		if err := read(call.Chat, body); err != nil {
			return nil, err
		}
	}
	if told.previous == "" && !told.background {
		return call, readTalk(call, told, body)
	}
	call.Recall = func() error { return readTalk(call, told, body) }
	return call, nil
}

// readTalk reads the conversation.
func readTalk(call *dialect.Call, told *details, body dialect.Object) error {
	if told.background && call.Records == nil {
		return body.Field("background").NewError("is not offered, since the owner of this server stores no answers (answers_max_age)")
	}
	if call.Records == nil {
		call.Records = dialect.NoRecords{}
	}
	history, err := recallHistory(call.Records, told.previous, body.Field("previous_interaction_id"))
	if err != nil {
		return err
	}
	talk := &stepReader{told: told}
	place := body.Field("system_instruction")
	text, err := place.AsText()
	if err != nil {
		return err
	}
	if err := talk.AddInstruction(place, []chat.Part{{Text: text}}); err != nil {
		return err
	}
	for _, raw := range history {
		if err := talk.readStep(dialect.StoredNode(string(raw), "previous_interaction_id", dialect.SnakeNames)); err != nil {
			return err
		}
	}
	input := body.Field("input")
	if err := talk.readInput(input); err != nil {
		return err
	}
	if err := talk.endTurn(); err != nil {
		return err
	}
	if err := talk.FillRequest(call.Chat, input); err != nil {
		return err
	}
	if err := addLooks(call.Chat, body); err != nil {
		return err
	}
	if told.background {
		call.Begin = func() (dialect.Body, error) { return begin(call) }
	}
	call.Chat.Ignored = body.Ignored()
	return nil
}
