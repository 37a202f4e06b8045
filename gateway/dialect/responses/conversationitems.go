package responses

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// listItems answers GET /v1/conversations/ID/items.
func listItems(r *http.Request, id, _ string) (*dialect.Call, error) {
	page, err := readPage(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		c, err := loadConversation(records, id)
		if err != nil {
			return dialect.Body{}, err
		}
		return page.encodeList(c.Items)
	}), nil
}

// addItems answers POST /v1/conversations/ID/items.
func addItems(r *http.Request, id, _ string) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, conversationFields)
	if err != nil {
		return nil, err
	}
	raw, err := readItems(body)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 {
		return nil, body.Field("items").NewError("must hold at least one item")
	}
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		var added []json.RawMessage
		_, err := changeConversation(records, id, func(c *conversation) error {
			for _, item := range raw {
				added = append(added, c.addItem(item))
			}
			return nil
		})
		if err != nil {
			return dialect.Body{}, err
		}
		return page{limit: len(added), ascending: true}.encodeList(added)
	}), nil
}

func errNoItem() *chat.Error {
	return chat.NewError(chat.UnknownRecord, "the conversation has no item with that ID")
}

func (c *conversation) indexOf(item string) int {
	return slices.IndexFunc(c.Items, func(raw json.RawMessage) bool { return gjson.GetBytes(raw, "id").Str == item })
}

// retrieveItem answers GET /v1/conversations/ID/items/ID.
func retrieveItem(_ *http.Request, id, item string) (*dialect.Call, error) {
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		c, err := loadConversation(records, id)
		if err != nil {
			return dialect.Body{}, err
		}
		i := c.indexOf(item)
		if i < 0 {
			return dialect.Body{}, errNoItem()
		}
		return dialect.NewBody(c.Items[i]), nil
	}), nil
}

// removeItem answers DELETE /v1/conversations/ID/items/ID with the conversation.
func removeItem(_ *http.Request, id, item string) (*dialect.Call, error) {
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		c, err := changeConversation(records, id, func(c *conversation) error {
			i := c.indexOf(item)
			if i < 0 {
				return errNoItem()
			}
			c.Items = slices.Delete(c.Items, i, i+1)
			return nil
		})
		if err != nil {
			return dialect.Body{}, err
		}
		return c.encode(), nil
	}), nil
}
