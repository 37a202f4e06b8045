package dialect

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
)

// newCall makes a call with a fresh id.
func newCall(op Operation, model string) *Call {
	return &Call{Op: op, Model: model, ID: rand.Text(), Created: time.Now()}
}

// link is an address for a file of the answer, empty when there is none.
func (c *Call) link(blob *chat.Blob) string {
	if c.Link == nil {
		return ""
	}
	return c.Link(blob)
}

// modelName brings a name to its bare form and refuses what can be no name, so
// that nothing else is ever echoed, counted or looked up. param is the field it
// came from.
func modelName(name, param string) (string, error) {
	for {
		rest, ok := strings.CutPrefix(name, "models/")
		if !ok {
			break
		}
		name = rest
	}
	if name == "" || len(name) > 128 || strings.Trim(name, nameBytes) != "" {
		return "", &chat.Error{Kind: chat.UnknownModel, Param: param, Message: "no model has such a name; the model list names those that are served"}
	}
	return name, nil
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
