package dialect

import (
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/geminid/geminid/chat"
)

// Operation is the purpose of a call, the same in every dialect. Its text is
// the metrics label "route".
type Operation string

// The operations.
const (
	Generate    Operation = "generate"
	Stream      Operation = "stream"
	CountTokens Operation = "count_tokens"
	Models      Operation = "models"
	Images      Operation = "images"
	Edits       Operation = "edits"
	Stored      Operation = "stored" // reads or changes what is stored, and asks no model
	Files       Operation = "files"
	Status      Operation = "status"
	Other       Operation = "other"
)

// Mount is one route. Pattern is an httprouter pattern. If two dialects mount
// the same one, Dialect.Claims decides request by request.
type Mount struct {
	Method, Pattern string
	// Op is the usual operation of the route. It names a call that could not be
	// decoded; of a decoded one Call.Op is the truth.
	Op Operation
}

// Dialect is one API format. All functions are safe for concurrent use, and all
// fields are required.
type Dialect struct {
	// Name is the metrics label "dialect".
	Name string
	// Mounts are the routes, under every prefix.
	Mounts []Mount
	// Unmounted are the operations that share a route with another one and are
	// therefore not the Op of any Mount.
	Unmounted []Operation
	// Claims reports whether r is of this dialect, judged by its path and, if
	// dialects share the path, by its key header. It reads neither body nor
	// route.
	Claims func(r *http.Request) bool
	// Decode reads the request of a mounted route. The body must be bounded
	// already (http.MaxBytesReader), and a *chat.Error of the body is passed on;
	// param returns the wildcards of the route. Every error is a *chat.Error,
	// ready for EncodeError.
	Decode func(r *http.Request, param func(name string) string) (*Call, error)
	// Tables are the field tables that Decode goes by, for the documents.
	Tables []FieldTable
	// ExplainPath returns the error for a request whose path has no route. It
	// names operations that are known and not offered, and their substitutes.
	ExplainPath func(r *http.Request) *chat.Error

	// EncodeModels and EncodeModel answer Models: the list, and one entry.
	EncodeModels func(call *Call, models []chat.Model) Body
	EncodeModel  func(call *Call, model chat.Model) Body
	// EncodeTokens answers CountTokens.
	EncodeTokens func(call *Call) Body
	// EncodeAnswer answers all other operations but Stream.
	EncodeAnswer func(call *Call, answer chat.Answer) Body
	// EncodeError answers a call that failed before its status was sent. requestID is
	// that of the header IDHeader.
	EncodeError func(err *chat.Error, requestID string) (status int, body Body)
	// BrokenEnd is how the connection of a stream ends behind its error.
	BrokenEnd BrokenEnd
	// IDHeader is the header in which clients look for the ID of a request.
	IDHeader string
	// NewEncoder returns the encoder of one streamed answer to w. It writes
	// nothing yet.
	NewEncoder func(call *Call, w io.Writer) Encoder
}

// BrokenEnd is how the connection of a stream ends behind the event of an error.
type BrokenEnd uint8

// The ways.
const (
	// EndWhole ends the body as that of a whole answer: clients go by the event, and
	// some drop one that they have not read when a connection is cut.
	EndWhole BrokenEnd = iota + 1
	// EndCut cuts the connection: clients do not read such an event, and would take
	// half an answer for a whole one.
	EndCut
)

// Encoder writes one streamed answer. It is not safe for concurrent use. Every
// call hands whole events to its writer, in one Write if the event is of ordinary
// size, so that the owner of the writer may flush after each call. The first
// error of the writer is returned as it is. After Finish or WriteError nothing
// is written any more.
type Encoder interface {
	// ContentType is the media type of the stream.
	ContentType() string
	// WriteEvent writes the event as the client is to see it: nothing for
	// chat.Meta, and nothing for thoughts unless they were asked for.
	// chat.Finish writes all that ends the answer.
	WriteEvent(event chat.Event) error
	// WritePing writes bytes that no client shows, to keep the connection alive.
	WritePing() error
	// WriteError writes err and ends the stream, and Dialect.BrokenEnd says how the
	// connection ends behind it.
	WriteError(err *chat.Error) error
}

// DeploymentParam is the param of [Dialect].Decode with the model that the path of a
// request names beside its operation, as Azure's do; empty in all others.
const DeploymentParam = "deployment"

// EventStream is the media type of server-sent events. It names the charset:
// Python's requests reads text without one as Latin-1.
const EventStream = "text/event-stream; charset=utf-8"

// ServedName names the model behind an answer for X-Geminid-Served-Model. It is empty
// if the upstream did not name one.
func ServedName(served chat.Served) string {
	if served.Name != "" {
		return served.Name
	}
	return served.ID
}

// servedVersion is a name such as "3.6 Flash", of which an id can be made.
var servedVersion = regexp.MustCompile(`^\d[\d.]*( [A-Za-z][A-Za-z-]*)+$`)

// ServedID returns the id of the model behind an answer, such as "gemini-3.6-flash", or
// asked, the one that was asked for, if the upstream named none of a version.
func ServedID(served chat.Served, asked string) string {
	if !servedVersion.MatchString(served.Name) {
		return asked
	}
	return "gemini-" + strings.ToLower(strings.ReplaceAll(served.Name, " ", "-"))
}

// IsUnder reports whether path is prefix or lies below it.
func IsUnder(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/')
}
