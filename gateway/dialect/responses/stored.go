package responses

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// newStoredCall returns a call that is answered from what is stored.
func newStoredCall(reply func(dialect.Records) (dialect.Body, error)) *dialect.Call {
	call := dialect.NewCall(dialect.Stored, "")
	call.Recall = func() (err error) {
		if call.Records == nil {
			call.Records = dialect.NoRecords{}
		}
		call.Reply, err = reply(call.Records)
		return err
	}
	return call
}

// retrieve answers GET /v1/responses/ID: with the response, or with its stream.
func retrieve(r *http.Request, id, _ string) (*dialect.Call, error) {
	call := newStoredCall(func(records dialect.Records) (dialect.Body, error) { return encodeStored(records, id) })
	if query := r.URL.Query(); query.Get("stream") == "true" {
		call.Follow = id
		if text := query.Get("starting_after"); text != "" {
			after, err := strconv.Atoi(text)
			if err != nil {
				return nil, dialect.Node{Path: "starting_after"}.NewError("must be the sequence_number of an event")
			}
			call.Skip = func(event []byte) bool { return sequenceOf(event) <= after }
		}
	}
	return call, nil
}

func encodeStored(records dialect.Records, id string) (dialect.Body, error) {
	r, err := loadRecord(records, id)
	if err != nil {
		return dialect.Body{}, err
	}
	return dialect.NewBody(r.Response), nil
}

// sequenceOf returns the sequence_number of an event as it is written.
func sequenceOf(event []byte) int {
	_, data, _ := bytes.Cut(event, []byte("\ndata: "))
	return int(gjson.GetBytes(data, "sequence_number").Int())
}

// cancel answers POST /v1/responses/ID/cancel.
func cancel(_ *http.Request, id, _ string) (*dialect.Call, error) {
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		r, err := loadRecord(records, id)
		if err != nil {
			return dialect.Body{}, err
		}
		if !gjson.GetBytes(r.Response, "background").Bool() {
			return dialect.Body{}, chat.NewError(chat.BadRequest, "only a response that was asked for with background can be cancelled")
		}
		records.StopAnswer(id)
		return encodeStored(records, id)
	}), nil
}

// deletion is the answer to a DELETE.
type deletion struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

// remove answers DELETE /v1/responses/ID.
func remove(_ *http.Request, id, _ string) (*dialect.Call, error) {
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		if _, err := loadRecord(records, id); err != nil {
			return dialect.Body{}, err
		}
		records.StopAnswer(id)
		if err := records.DeleteRecord(id); err != nil {
			return dialect.Body{}, dialect.RecordError(err, errNoResponse())
		}
		return dialect.NewBody(deletion{id, "response", true}), nil
	}), nil
}

// listInput answers GET /v1/responses/ID/input_items.
func listInput(r *http.Request, id, _ string) (*dialect.Call, error) {
	page, err := readPage(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		r, err := loadRecord(records, id)
		if err != nil {
			return dialect.Body{}, err
		}
		return page.encodeList(r.Input)
	}), nil
}

// page is a part of a list.
type page struct {
	after     string
	limit     int
	ascending bool
}

// The bounds of a page.
const (
	defaultPage = 20
	maxPage     = 100
)

// readPage reads the query of a list.
func readPage(query url.Values) (page, error) {
	p := page{after: query.Get("after"), limit: defaultPage}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			return p, dialect.Node{Path: "limit"}.NewError("must be a whole number from 1 to 100")
		}
		p.limit = n
	}
	order := query.Get("order")
	p.ascending = order == "asc"
	return p, dialect.RequireOneOf(dialect.Node{Path: "order"}, order, "asc", "desc")
}

// itemList is a page of items.
type itemList struct {
	Object string            `json:"object"`
	Data   []json.RawMessage `json:"data"`
	First  *string           `json:"first_id"`
	Last   *string           `json:"last_id"`
	More   bool              `json:"has_more"`
}

// encodeList encodes the page of items, which are in the order in which they came.
func (p page) encodeList(items []json.RawMessage) (dialect.Body, error) {
	idOf := func(i int) string { return gjson.GetBytes(items[i], "id").Str }
	items = slices.Clone(items)
	if !p.ascending {
		slices.Reverse(items)
	}
	if p.after != "" {
		at := slices.IndexFunc(items, func(item json.RawMessage) bool { return gjson.GetBytes(item, "id").Str == p.after })
		if at < 0 {
			return dialect.Body{}, dialect.Node{Path: "after"}.NewError("names an item that is not in the list")
		}
		items = items[at+1:]
	}
	list := itemList{Object: "list", Data: []json.RawMessage{}, More: len(items) > p.limit}
	items = items[:min(len(items), p.limit)]
	if len(items) > 0 {
		first, last := idOf(0), idOf(len(items)-1)
		list.Data, list.First, list.Last = items, &first, &last
	}
	return dialect.NewBody(list), nil
}
