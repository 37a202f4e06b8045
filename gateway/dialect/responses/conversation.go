package responses

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// conversationPrefix begins the ID of a conversation.
const conversationPrefix = "conv_"

// conversation is a conversation as it is stored.
type conversation struct {
	ID       string            `json:"id"`
	Created  int64             `json:"created_at"`
	Metadata json.RawMessage   `json:"metadata"`
	Items    []json.RawMessage `json:"items"`
	// Added is how many items were ever added: the IDs of items are made of it.
	Added int `json:"added"`
}

// conversationObject is a conversation as it is answered.
type conversationObject struct {
	ID       string          `json:"id"`
	Object   string          `json:"object"`
	Created  int64           `json:"created_at"`
	Metadata json.RawMessage `json:"metadata"`
}

func (c *conversation) encode() dialect.Body {
	return dialect.NewBody(conversationObject{c.ID, "conversation", c.Created, c.Metadata})
}

// addItem adds an item as it came.
func (c *conversation) addItem(raw string) (added json.RawMessage) {
	if added = storedItem(raw, c.ID, c.Added); added != nil {
		c.Items = append(c.Items, added)
		c.Added++
	}
	return added
}

func errNoConversation() *chat.Error {
	return chat.NewError(chat.UnknownRecord, "no conversation with that ID is stored under your key; it was never made, was deleted, or is older than the server keeps conversations")
}

func loadConversation(records dialect.Records, id string) (*conversation, error) {
	if !strings.HasPrefix(id, conversationPrefix) {
		return nil, errNoConversation()
	}
	data, err := records.LoadRecord(id)
	if err != nil {
		return nil, dialect.RecordError(err, errNoConversation())
	}
	return parseConversation(data)
}

func parseConversation(data []byte) (*conversation, error) {
	c := new(conversation)
	if json.Unmarshal(data, c) != nil || c.ID == "" || !gjson.ValidBytes(c.Metadata) {
		return nil, errNoConversation() // it is of no use
	}
	return c, nil
}

// changeConversation changes a stored conversation, one change at a time.
func changeConversation(records dialect.Records, id string, change func(*conversation) error) (c *conversation, err error) {
	if !strings.HasPrefix(id, conversationPrefix) {
		return nil, errNoConversation()
	}
	err = records.ChangeRecord(id, func(data []byte) ([]byte, error) {
		if c, err = parseConversation(data); err != nil {
			return nil, err
		}
		if err := change(c); err != nil {
			return nil, err
		}
		return json.Marshal(c)
	})
	if err != nil {
		return nil, storeError(err, errNoConversation())
	}
	return c, nil
}

// storeError returns the error of what could not be stored.
func storeError(err error, missing *chat.Error) *chat.Error {
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		return refusal // of the change itself
	}
	failure := dialect.RecordError(err, missing)
	if failure.Kind == chat.Unavailable {
		failure.Message = "the conversation cannot be stored: it is too long, or the server's disk takes nothing for now"
	}
	return failure
}

// readItems reads the items of a body, each of which must be one that a response could
// be asked with.
func readItems(body dialect.Object) (raw []string, err error) {
	items, err := body.Field("items").AsList(dialect.MaxTurns)
	if err != nil {
		return nil, err
	}
	call := &dialect.Call{Records: dialect.NoRecords{}}
	check := &itemReader{call: call, req: new(chat.Request), told: &details{spaced: make(map[string]spacedName)}}
	for _, n := range items {
		if err := check.readItem(n.AsTable(itemFields)); err != nil {
			return nil, err
		}
		raw = append(raw, n.JSONText())
	}
	return raw, check.endTurn()
}

// createConversation answers POST /v1/conversations.
func createConversation(r *http.Request, _, _ string) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, conversationFields)
	if err != nil {
		return nil, err
	}
	c := &conversation{ID: conversationPrefix + rand.Text(), Created: time.Now().Unix()}
	if c.Metadata, err = readMetadata(body); err != nil {
		return nil, err
	}
	raw, err := readItems(body)
	if err != nil {
		return nil, err
	}
	for _, item := range raw {
		c.addItem(item)
	}
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		data, err := json.Marshal(c)
		if err == nil {
			err = records.SaveRecord(c.ID, data)
		}
		if err != nil {
			return dialect.Body{}, storeError(err, chat.NewError(chat.Unsupported, "conversations are not offered, since the owner of this server stores no answers (answers_max_age)"))
		}
		return c.encode(), nil
	}), nil
}

func readMetadata(body dialect.Object) (json.RawMessage, error) {
	place := body.Field("metadata")
	if err := checkMetadata(place); err != nil {
		return nil, err
	}
	kept, err := keepJSON(place)
	return rawOr(kept, `{}`), err
}

// retrieveConversation answers GET /v1/conversations/ID.
func retrieveConversation(_ *http.Request, id, _ string) (*dialect.Call, error) {
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		c, err := loadConversation(records, id)
		if err != nil {
			return dialect.Body{}, err
		}
		return c.encode(), nil
	}), nil
}

// updateConversation answers POST /v1/conversations/ID, which changes the metadata.
func updateConversation(r *http.Request, id, _ string) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, conversationFields)
	if err != nil {
		return nil, err
	}
	metadata, err := readMetadata(body)
	if err != nil {
		return nil, err
	}
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		c, err := changeConversation(records, id, func(c *conversation) error {
			c.Metadata = metadata
			return nil
		})
		if err != nil {
			return dialect.Body{}, err
		}
		return c.encode(), nil
	}), nil
}

// removeConversation answers DELETE /v1/conversations/ID.
func removeConversation(_ *http.Request, id, _ string) (*dialect.Call, error) {
	return newStoredCall(func(records dialect.Records) (dialect.Body, error) {
		if _, err := loadConversation(records, id); err != nil {
			return dialect.Body{}, err
		}
		if err := records.DeleteRecord(id); err != nil {
			return dialect.Body{}, dialect.RecordError(err, errNoConversation())
		}
		return dialect.NewBody(deletion{id, "conversation.deleted", true}), nil
	}), nil
}
