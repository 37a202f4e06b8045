package interactions

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// record is an interaction as it is stored, with the steps that were its input.
type record struct {
	Interaction json.RawMessage   `json:"interaction"`
	Input       []json.RawMessage `json:"input"`
}

// errNoInteraction is the error of an ID without an interaction.
func errNoInteraction() *chat.Error {
	return chat.NewError(chat.UnknownRecord, "no interaction with that ID is stored under your key; it was never stored, was deleted, or is older than the server keeps interactions")
}

// loadRecord returns a stored interaction.
func loadRecord(records dialect.Records, id string) (*record, error) {
	missing := errNoInteraction()
	if !strings.HasPrefix(id, idPrefix) {
		return nil, missing
	}
	data, err := records.LoadRecord(id)
	if err != nil {
		return nil, dialect.RecordError(err, missing)
	}
	r := new(record)
	if json.Unmarshal(data, r) != nil || !gjson.ValidBytes(r.Interaction) {
		return nil, missing // it is of no use
	}
	return r, nil
}

// save stores the interaction of a call that is to be stored. An error was logged by the
// store; the answer goes out all the same.
func save(call *dialect.Call, whole interaction) {
	told := detailsOf(call)
	if !told.store || call.Records == nil {
		return
	}
	var text bytes.Buffer
	if _, err := encodeWith(whole, whole.Steps).WriteTo(&text); err != nil {
		return
	}
	if data, err := json.Marshal(record{text.Bytes(), told.input}); err == nil {
		_ = call.Records.SaveRecord(call.ID, data)
	}
}

// maxChain bounds the interactions that one goes back to.
const maxChain = 1024

// recallHistory returns the steps of the interactions that a new one goes on with, oldest
// first.
func recallHistory(records dialect.Records, previous string, place dialect.Node) ([]json.RawMessage, error) {
	var turns [][]json.RawMessage
	for id := previous; id != ""; {
		r, err := loadRecord(records, id)
		switch {
		case err != nil && chat.AsError(err).Kind != chat.UnknownRecord:
			return nil, err
		case err != nil && len(turns) == 0:
			return nil, place.NewError("names an interaction that is not stored under your key; it was never stored, was deleted, or is older than the server keeps interactions")
		case err != nil:
			return nil, place.NewError("names an interaction that goes back to one that is stored no longer; send the whole conversation as input")
		case len(turns) == maxChain:
			return nil, place.NewError("goes back over more than " + strconv.Itoa(maxChain) + " interactions; send the whole conversation as input")
		}
		said := gjson.ParseBytes(r.Interaction)
		turn := r.Input
		for _, s := range said.Get("steps").Array() {
			turn = append(turn, json.RawMessage(s.Raw))
		}
		turns = append(turns, turn)
		id = said.Get("previous_interaction_id").Str
	}
	var steps []json.RawMessage
	for i := len(turns) - 1; i >= 0; i-- {
		steps = append(steps, turns[i]...)
	}
	return steps, nil
}
