// Package dialect speaks the API formats that clients know. Each format is one
// Dialect value in the table All: its routes, how its requests become a
// chat.Request and how answers, streams and errors are spelled. A dialect does
// no I/O of its own beyond reading the request body and writing to the writer
// it is given, and knows nothing of sessions, keys and limits.
package dialect

import (
	"io"
	"net/http"
	"time"

	"github.com/geminid/geminid/chat"
)

// Operation is what a call wants, whatever the dialect. Its text is the metrics
// label "route".
type Operation string

// The operations.
const (
	Generate    Operation = "generate"
	Stream      Operation = "stream"
	CountTokens Operation = "count_tokens"
	Models      Operation = "models"
	Images      Operation = "images"
	Edits       Operation = "edits"
	Files       Operation = "files"
	Status      Operation = "status"
	Other       Operation = "other"
)

// Mount is one route. Pattern is an httprouter pattern; two dialects may mount
// the same one, then For decides request by request.
type Mount struct {
	Method, Pattern string
	// Op is what the route is usually for; it names the operation of a call
	// that could not be decoded. Call.Op is the truth.
	Op Operation
}

// Dialect is one API format. All functions are safe for concurrent use.
type Dialect struct {
	// Name is the metrics label "dialect".
	Name string
	// Mounts are the routes, under every prefix.
	Mounts []Mount
	// Beside are the operations that share a route with another and so are no
	// Mount's.
	Beside []Operation
	// Claims reports whether r speaks this dialect, by its path and, where
	// dialects share a path, by its key header. It reads neither body nor route.
	Claims func(r *http.Request) bool
	// Decode reads the request of a mounted route. The body must already be
	// bounded (http.MaxBytesReader); a *chat.Error of the body is passed on. param yields the route's wildcards. Every
	// error is a *chat.Error, ready for Fail.
	Decode func(r *http.Request, param func(name string) string) (*Call, error)
	// Lost says what to tell a request whose path has no route: operations that
	// are known and not offered are named, with what to use instead.
	Lost func(r *http.Request) *chat.Error

	// List, One, Count, Answer and Fail return values for encoding/json. List
	// and One answer Models, Count answers CountTokens, Answer the others. What
	// holds files is a *Document, which need not be encoded as a whole.
	List   func(call *Call, models []chat.Model) any
	One    func(call *Call, model chat.Model) any
	Count  func(call *Call) any
	Answer func(call *Call, answer chat.Answer) any
	Fail   func(err *chat.Error) any
	// Stream returns the encoder of one streamed answer. It writes nothing yet.
	Stream func(call *Call, w io.Writer) Encoder
}

// Encoder spells one streamed answer. It is not safe for concurrent use. Every
// call hands w whole events, in one Write where the event is of ordinary size,
// so that the owner of w may flush after each Write. The first error of w is
// returned as it is.
type Encoder interface {
	// ContentType is the media type of the stream.
	ContentType() string
	// Event writes what the event means for the client: nothing for Meta and
	// for thoughts nobody asked for. Finish writes all that ends the answer.
	Event(event chat.Event) error
	// Ping writes something that no client shows, to keep the connection warm.
	Ping() error
	// Fail writes the error in the stream, which is then over. Some clients
	// do not read such an event: abort the connection after flushing it.
	Fail(err *chat.Error) error
}

// Call is a decoded request.
type Call struct {
	Op Operation
	// Model is the name asked for, without a "models/" prefix; answers echo it.
	// With Op Models it is empty for the whole list.
	Model string
	// Chat is the question of all operations but Models; there it is nil.
	Chat *chat.Request
	// Pictures is what Images and Edits ask for; else nil. They may leave Model
	// empty: then any image model will do.
	Pictures *Pictures
	// ID and Created go into the answer. Decode sets both, the caller may
	// change them before the first answer.
	ID      string
	Created time.Time
	// IncludeUsage says that an OpenAI stream ends with a usage chunk.
	IncludeUsage bool
	// SSE says that a Gemini stream is an event stream, not a JSON array.
	SSE bool
	// Link returns an absolute URL under which the client can fetch blob, empty
	// when there is none. Then, and when Link is nil, pictures travel as data
	// URLs where a dialect has no field of its own for them.
	Link func(blob *chat.Blob) string
}

// For returns the dialect that r speaks: the first in All that claims it. When
// none does, ok is false and the dialect is the one whose errors most clients
// can read.
func For(r *http.Request) (d *Dialect, ok bool) {
	for i := range All {
		if All[i].Claims(r) {
			return &All[i], true
		}
	}
	return &All[len(All)-1], false
}

// Served names the model behind an answer for X-Geminid-Served-Model and
// modelVersion; empty when the upstream did not say.
func Served(served chat.Served) string {
	if served.Name != "" {
		return served.Name
	}
	return served.ID
}
