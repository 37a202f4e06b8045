package dialect

import (
	"errors"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// Records are what one client has stored with the server, each under an ID that is its
// alone. They are safe for concurrent use.
type Records interface {
	// LoadRecord returns a record. The error is ErrNoRecord if there is none.
	LoadRecord(id string) ([]byte, error)
	// SaveRecord stores a record in place of the one with that ID. An error was logged;
	// the old record is still there.
	SaveRecord(id string, record []byte) error
	// ChangeRecord puts what change makes of a record in its place, and lets no other
	// change come in between. An error of change is returned as it is.
	ChangeRecord(id string, change func(record []byte) ([]byte, error)) error
	// DeleteRecord removes a record. The error is ErrNoRecord if there is none.
	DeleteRecord(id string) error
	// IsAnswering reports whether the answer that is stored under id is being made.
	IsAnswering(id string) bool
	// StopAnswer ends the making of that answer, if it is being made, and waits until
	// how it ended is stored.
	StopAnswer(id string)
}

// ErrNoRecord is the error of an ID without a record.
var ErrNoRecord = errors.New("nothing is stored under that ID")

// NoRecords are the records of a server that stores nothing.
type NoRecords struct{}

// LoadRecord implements [Records].
func (NoRecords) LoadRecord(string) ([]byte, error) { return nil, ErrNoRecord }

// SaveRecord implements [Records].
func (NoRecords) SaveRecord(string, []byte) error { return ErrNoRecord }

// ChangeRecord implements [Records].
func (NoRecords) ChangeRecord(string, func([]byte) ([]byte, error)) error { return ErrNoRecord }

// DeleteRecord implements [Records].
func (NoRecords) DeleteRecord(string) error { return ErrNoRecord }

// IsAnswering implements [Records].
func (NoRecords) IsAnswering(string) bool { return false }

// StopAnswer implements [Records].
func (NoRecords) StopAnswer(string) {}

// RecordError returns the error for the client if a record could not be read or removed.
// missing is the error if there is no such record.
func RecordError(err error, missing *chat.Error) *chat.Error {
	if errors.Is(err, ErrNoRecord) {
		return missing
	}
	return &chat.Error{Kind: chat.Unavailable, Message: "what is stored cannot be read for now; try again in a moment", Err: err}
}

// StoredNode returns the node of JSON that was a part of a request when it was stored,
// for the reader of requests. Errors name it by path.
func StoredNode(text, path string, names NameMapping) Node {
	return Node{Value: gjson.Parse(text), Path: path, names: names}
}
