package api

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/budget"
	"github.com/geminid/geminid/gateway/dialect"
)

// door is the way a request came in.
type door bool

const (
	street   door = false // the TCP listener
	backDoor door = true  // the unix socket: admin rights without a key
)

// exchange is one request on its way through the surface: the ResponseWriter
// that every handler gets, and what the log, the metrics and the request list
// are told of it in the end. It is used by one goroutine at a time; a stream's
// heartbeat takes the stream's lock first.
type exchange struct {
	http.ResponseWriter
	control *http.ResponseController
	api     *API
	live    *settings
	door    door
	dialect *dialect.Dialect // nil on the routes that are no dialect's
	op      dialect.Operation
	method  string
	id      string
	client  netip.Addr
	role    auth.Role
	key     auth.Digest // that let it in, zero if none did
	payer   string      // whom its memory counts for
	opened  sync.Once
	share   *budget.Share // nil while it holds nothing; see reserve
	started time.Time

	model     string // a known one, else empty
	account   string
	counted   bool       // a well-formed question for a known model
	asked     int        // tokens of a counted question, estimated
	said      chat.Tally // what was answered so far
	streaming bool       // answered as it is made
	status    int        // 0 until the header is written
	failure   *chat.Error
	evidence  cookie.Evidence // what the failure says of the session
	inStream  bool            // the failure came after the status had gone out
	first     time.Duration   // until the first piece of a streamed answer; 0 while none came
	extended  time.Time       // when the write deadline was last moved
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write gives the write a deadline, so that a reader who takes nothing frees its
// place.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	x.extend()
	return x.ResponseWriter.Write(p)
}

// tally counts what a whole answer said.
func (x *exchange) tally(answer chat.Answer) {
	x.said.AddText(answer.Text)
	x.said.AddText(answer.Thoughts)
	for range answer.Media {
		x.said.AddFile()
	}
}

const (
	// writePatience is how long a reader may take none of what is written before
	// its connection is given up.
	writePatience = 30 * time.Second
	// extendEvery keeps a stream of small pieces from moving its deadline with
	// each of them.
	extendEvery = 2 * time.Second
)

// extend moves the write deadline ahead of a write.
func (x *exchange) extend() {
	if now := time.Now(); now.Sub(x.extended) >= extendEvery {
		x.extended = now
		_ = x.control.SetWriteDeadline(now.Add(writePatience)) // not every writer has deadlines
	}
}

// writeBody answers with an encoded body.
func (x *exchange) writeBody(status int, body dialect.Body) {
	x.Header().Set("Content-Type", "application/json")
	x.Header().Set("Content-Length", strconv.FormatInt(body.Len(), 10))
	x.WriteHeader(status)
	_, _ = body.WriteTo(x) // an error means that the reader is gone
}

// writeJSON answers with v.
func (x *exchange) writeJSON(status int, v any) {
	x.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(&jsonBody{x: x, status: status})
	encoder.SetEscapeHTML(false) // nothing of it is shown as a page
	// An encoder fails before it writes, or because the reader is gone.
	if err := encoder.Encode(v); err != nil && x.status == 0 {
		x.api.log.Error("an answer could not be encoded", "request_id", x.id, "err", err)
		x.WriteHeader(http.StatusInternalServerError)
	}
}

// jsonBody sends the status ahead of the one Write of an encoder.
type jsonBody struct {
	x      *exchange
	status int
}

func (b *jsonBody) Write(p []byte) (int, error) {
	b.x.Header().Set("Content-Length", strconv.Itoa(len(p)))
	b.x.WriteHeader(b.status)
	return b.x.Write(p)
}

// plain is an error on the routes that are no dialect's.
type plain struct {
	Error fault `json:"error"`
}

type fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// fail answers with an error in the words of whoever the route belongs to.
func (x *exchange) fail(err *chat.Error) {
	x.failure = err
	header := x.Header()
	for name, values := range dialect.ErrorHeader(err) {
		header[name] = values
	}
	if err.Kind == chat.Unauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="geminid"`)
	}
	if x.dialect != nil {
		x.writeBody(dialect.StatusCode(err.Kind), x.dialect.EncodeError(err))
		return
	}
	info := dialect.LookupKind(err.Kind)
	x.writeJSON(info.Status, plain{fault{Code: info.Code, Message: err.Message}})
}
