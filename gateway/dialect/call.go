package dialect

import (
	"cmp"
	"crypto/rand"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
)

// Call is a decoded request.
type Call struct {
	Op Operation
	// Model is the requested name without a "models/" prefix; answers echo it.
	// If Op is Models it is empty for the whole list.
	Model string
	// Chat is the question of all operations but Models; there it is nil.
	Chat *chat.Request
	// Pictures is set for Images and Edits only. With it Model may be empty:
	// then any image model is good enough.
	Pictures *Pictures
	// ID and Created go into the answer. The decoder sets both; the caller may
	// change them before the first answer.
	ID      string
	Created time.Time
	// RequestID is that of the request, for errors in streams; see Dialect.IDHeader.
	RequestID string
	// IncludeUsage asks for the usage at the end of a stream, in dialects that
	// send it on demand only.
	IncludeUsage bool
	// LegacyCalls asks for calls of tools in the older form of the dialect.
	LegacyCalls bool
	// CodeParts asks for code that the model ran and its output in parts of their own,
	// in dialects that have such.
	CodeParts bool
	// SSE asks for a stream of server-sent events, in dialects that have another
	// form of stream too.
	SSE bool
	// Details is what the decoder of a dialect keeps for the encoders of the same one;
	// nil for nothing.
	Details any
	// Records are what the client has stored. The caller sets them before Recall and
	// before the call is answered; nil stores nothing.
	Records Records
	// Recall completes a call that builds on records; nil if this one does not. It is
	// called once, before anything else of the call is used but Op, ID and Created. It
	// reads the disk. The error is a *chat.Error.
	Recall func() error
	// Reply is the answer to Stored, once Recall has returned.
	Reply Body
	// Begin is set if the answer is to be made whether the client stays or not. It stores
	// that the answer has begun and returns what the client is answered at once. The
	// error is a *chat.Error.
	Begin func() (Body, error)
	// Follow, in a call of Stored, is the ID of an answer whose stream the client wants
	// in place of Reply, without the events at its beginning for which Skip is true.
	Follow string
	Skip   func(event []byte) bool
	// FileURL returns an absolute URL under which the client can fetch blob,
	// empty if there is none. Then, and if FileURL is nil, pictures travel as
	// data URLs in dialects without a field for them.
	FileURL func(blob *chat.Blob) string
}

// NewCall returns a call with a fresh ID, created now.
func NewCall(op Operation, model string) *Call {
	return &Call{Op: op, Model: model, ID: rand.Text(), Created: time.Now()}
}

// LinkTo returns the address of a file of the answer, empty if it has none.
func (c *Call) LinkTo(blob *chat.Blob) string {
	if c.FileURL == nil {
		return ""
	}
	return c.FileURL(blob)
}

// Token limits of a model that states none of its own.
const (
	DefaultInputTokens  = 1_048_576
	DefaultOutputTokens = 65_536
)

// ParseModelName returns a name without "models/" prefixes. A name that no model
// can have is an error, so that nothing else is ever echoed, counted or looked
// up.
func ParseModelName(name string) (string, error) {
	for strings.HasPrefix(name, "models/") {
		name = name[len("models/"):]
	}
	if !chat.IsModelName(name) {
		return "", &chat.Error{Kind: chat.UnknownModel, Param: "model", Message: "no model has such a name; the model list names those that are served"}
	}
	return name, nil
}

// ReadCall returns the call of a request whose body names the model, and says with
// stream whether the answer is streamed. prefix begins the ID of the answer; deployment
// is the model of a body that names none, empty if there is none either.
func ReadCall(body Object, prefix, deployment string) (*Call, error) {
	field := body.Field("model")
	name, err := field.AsText()
	if err != nil {
		return nil, err
	}
	if name = cmp.Or(name, deployment); name == "" {
		return nil, field.NewError("must name a model")
	}
	if name, err = ParseModelName(name); err != nil {
		return nil, err
	}
	stream, err := body.Field("stream").AsBool()
	if err != nil {
		return nil, err
	}
	call := NewCall(Generate, name)
	if stream {
		call.Op = Stream
	}
	call.ID = prefix + call.ID
	call.SSE = stream
	call.Chat = &chat.Request{Model: name, Stream: stream}
	return call, nil
}
