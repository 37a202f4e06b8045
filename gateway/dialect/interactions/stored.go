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
	if query.Get("last_event_id") != "" {
		return nil, dialect.Node{Path: "last_event_id"}.NewError("is not offered; a stream begins with its first event")
	}
	input := query.Get("include_input") == "true"
	call := newStoredCall(id, func(_ dialect.Records, r *record) (dialect.Body, error) {
		if !input {
			return dialect.NewBody(r.Interaction), nil
		}
		fields := make(map[string]json.RawMessage)
		if json.Unmarshal(r.Interaction, &fields) != nil {
			return dialect.Body{}, errNoInteraction()
		}
		fields["input"] = dialect.AppendJSON(nil, r.Input)
		return dialect.NewBody(fields), nil
	})
	if query.Get("stream") == "true" {
		call.Follow = id
	}
	return call, nil
}

// remove answers DELETE /v1beta/interactions/ID.
func remove(id string) *dialect.Call {
	return newStoredCall(id, func(records dialect.Records, _ *record) (dialect.Body, error) {
		records.StopAnswer(id)
		if err := records.DeleteRecord(id); err != nil {
			return dialect.Body{}, dialect.RecordError(err, errNoInteraction())
		}
		return dialect.NewBody(struct{}{}), nil
	})
}

// cancel answers POST /v1beta/interactions/ID/cancel.
func cancel(id string) *dialect.Call {
	return newStoredCall(id, func(records dialect.Records, r *record) (dialect.Body, error) {
		if !r.Background {
			return dialect.Body{}, chat.NewError(chat.BadRequest, "only an interaction that was asked for with background can be cancelled")
		}
		records.StopAnswer(id)
		r, err := loadRecord(records, id)
		if err != nil {
			return dialect.Body{}, err
		}
		return dialect.NewBody(r.Interaction), nil
	})
}
