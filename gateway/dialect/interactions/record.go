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
	// Background is set if it is made whether the client stays or not, Pending while it is
	// being made.
	Background bool `json:"background,omitempty"`
	Pending    bool `json:"pending,omitempty"`
}

// errNoInteraction is the error of an ID without an interaction.
func errNoInteraction() *chat.Error {
	return chat.NewError(chat.UnknownRecord, "no interaction with that ID is stored under your key; it was never stored, was deleted, or is older than the server keeps interactions")
}

// loadRecord returns a stored interaction. One that was being made when the server was
// stopped has failed.
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
	if r.Pending && !records.IsAnswering(id) {
		r.Pending = false
		fields := make(map[string]json.RawMessage)
		if err := json.Unmarshal(r.Interaction, &fields); err != nil {
			return nil, missing
		}
		fields["status"] = dialect.AppendJSON(nil, failed)
		fields["errors"] = dialect.AppendJSON(nil, []failure{{"UNAVAILABLE", "the server was stopped, or could not store the interaction, before it was complete; ask again"}})
		r.Interaction = dialect.AppendJSON(nil, fields)
	}
	return r, nil
}

// save stores the interaction of a call that is to be stored, and reports whether it is.
// An error was logged by the store.
func save(call *dialect.Call, whole interaction, pending bool) bool {
	told := detailsOf(call)
	if !told.store || call.Records == nil {
		return false
	}
	var text bytes.Buffer
	if _, err := encodeWith(whole, whole.Steps).WriteTo(&text); err != nil {
		return false
	}
	data, err := json.Marshal(record{text.Bytes(), told.input, told.background, pending})
	return err == nil && call.Records.SaveRecord(call.ID, data) == nil
}

// begin stores that an interaction has begun.
func begin(call *dialect.Call) (dialect.Body, error) {
	first := newInteraction(call)
	if !save(call, first, true) {
		return dialect.Body{}, chat.NewError(chat.Unavailable, "the interaction cannot be stored for now, and one in the background must be; ask without background, or try again later")
	}
	return dialect.NewBody(first), nil
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
		case r.Pending:
			return nil, place.NewError("names an interaction that is not complete yet")
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
