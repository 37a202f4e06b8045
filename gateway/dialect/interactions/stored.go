package interactions

import (
	"encoding/json"
	"net/url"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// newStoredCall returns a call that is answered from the interaction with an ID.
func newStoredCall(id string, reply func(dialect.Records, *record) (dialect.Body, error)) *dialect.Call {
	call := dialect.NewCall(dialect.Stored, "")
	call.Recall = func() (err error) {
		if call.Records == nil {
			call.Records = dialect.NoRecords{}
		}
		r, err := loadRecord(call.Records, id)
		if err == nil {
			call.Reply, err = reply(call.Records, r)
		}
		return err
	}
	return call
}

// retrieve answers GET /v1beta/interactions/ID.
func retrieve(query url.Values, id string) (*dialect.Call, error) {
	if query.Get("stream") == "true" {
		return nil, dialect.Node{Path: "stream"}.NewError("is not offered for interactions that are stored; get them whole")
	}
	input := query.Get("include_input") == "true"
	return newStoredCall(id, func(_ dialect.Records, r *record) (dialect.Body, error) {
		if !input {
			return dialect.NewBody(r.Interaction), nil
		}
		fields := make(map[string]json.RawMessage)
		if json.Unmarshal(r.Interaction, &fields) != nil {
			return dialect.Body{}, errNoInteraction()
		}
		fields["input"] = dialect.AppendJSON(nil, r.Input)
		return dialect.NewBody(fields), nil
	}), nil
}

// remove answers DELETE /v1beta/interactions/ID.
func remove(id string) *dialect.Call {
	return newStoredCall(id, func(records dialect.Records, _ *record) (dialect.Body, error) {
		if err := records.DeleteRecord(id); err != nil {
			return dialect.Body{}, dialect.RecordError(err, errNoInteraction())
		}
		return dialect.NewBody(struct{}{}), nil
	})
}

// cancel answers POST /v1beta/interactions/ID/cancel.
func cancel(id string) *dialect.Call {
	return newStoredCall(id, func(dialect.Records, *record) (dialect.Body, error) {
		return dialect.Body{}, chat.NewError(chat.BadRequest, "the interaction has ended; only one that runs in the background can be cancelled")
	})
}
