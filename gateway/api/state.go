package api

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/budget"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/limit"
)

// requestState is the state of one request: the decisions of the middleware that
// handlers need, and the record of what happened. It travels in the request's
// context and is used by one goroutine at a time; a stream's heartbeat takes the
// stream's lock first.
type requestState struct {
	settings *settings
	trusted  bool             // came in over the control socket: admin rights without a key
	dialect  *dialect.Dialect // nil on the routes that are not a dialect's
	client   netip.Addr
	role     auth.Role
	key      auth.Digest // that let it in, zero if none did

	memory *budget.Budget // of all requests
	count  counters
	opened sync.Once
	share  *budget.Share // of memory; nil while it holds nothing, see reserveMemory

	task *limit.Task // of the question; nil if it offers no tools

	record
}

// record holds the data of a request for the log, the metrics and the list of requests.
type record struct {
	id      string
	method  string
	op      dialect.Operation
	started time.Time

	model     string // a known one, else empty
	account   string
	counted   bool       // a well-formed question for a known model
	asked     int        // tokens of a counted question, estimated
	said      chat.Tally // the answer so far
	streaming bool       // answered as it is made
	first     time.Duration
	failure   *chat.Error
	evidence  cookie.Evidence // of the failure about the session
	inStream  bool            // the failure came after the status had been sent
}

// noteAnswer counts a whole answer.
func (rec *record) noteAnswer(answer chat.Answer) {
	rec.said.AddText(answer.Text)
	rec.said.AddText(answer.Thoughts)
	for range answer.Media {
		rec.said.AddFile()
	}
}

// noteEvent counts an event of an answer that is sent as it is made.
func (rec *record) noteEvent(event chat.Event) {
	switch event.Kind {
	case chat.Text, chat.Thought:
		rec.said.AddText(event.Text)
	case chat.Media:
		rec.said.AddFile()
	case chat.Called:
		rec.said.AddText(event.Call.Arguments)
	case chat.Meta, chat.Cited, chat.Finish:
	}
}

type stateKey struct{}

// withState returns r with the state in its context.
func withState(r *http.Request, st *requestState) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), stateKey{}, st))
}

// stateOf returns the state of a request that passed recordRequests.
func stateOf(r *http.Request) *requestState {
	return r.Context().Value(stateKey{}).(*requestState)
}
