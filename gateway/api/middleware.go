package api

import (
	"net/http"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/internal/contain"
	"github.com/geminid/geminid/internal/provenance"
)

// middleware wraps a handler with work before and after it.
type middleware func(next http.Handler) http.Handler

// chainHandlers returns h behind the middlewares, of which the first one is the
// outermost.
func chainHandlers(h http.Handler, outer ...middleware) http.Handler {
	for i := len(outer) - 1; i >= 0; i-- {
		h = outer[i](h)
	}
	return h
}

// recordRequests returns the middleware around all work for a request. It gives the request its state
// and its id, and counts and logs it in the end. trusted means that the request
// came over the control socket.
func (a *API) recordRequests(trusted bool) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := newResponseRecorder(w)
			r = resolveAddress(r)
			r = withState(r, a.newState(r, trusted))
			setDeadlines(&rec.control, r)
			defer a.finishRequest(rec, r)
			header := rec.Header()
			provenance.MarkOwn(header)
			st := stateOf(r)
			header.Set("X-Request-Id", st.id)
			if st.dialect != nil {
				header.Set(st.dialect.IDHeader, st.id)
			}
			header.Set("X-Content-Type-Options", "nosniff")
			next.ServeHTTP(rec, r)
		})
	}
}

func (a *API) newState(r *http.Request, trusted bool) *requestState {
	live := a.live.Load()
	return &requestState{
		settings: live, trusted: trusted, dialect: dialectOf(r), client: clientAddr(r, live.TrustedProxies),
		memory: a.memory, count: a.count,
		record: record{
			id: requestID(r.Header.Get("X-Request-Id")), method: r.Method, op: dialect.Other, started: time.Now(),
		},
	}
}

// setDeadlines sets the deadlines that hold until the handler sets others.
func setDeadlines(control *http.ResponseController, r *http.Request) {
	// A connection in use again still has the deadline of its last answer.
	_ = control.SetWriteDeadline(time.Time{})
	if r.ContentLength != 0 {
		// net/http reads the rest of a body after the answer; this holds for that
		// too, so an unwanted body cannot hold its connection open.
		_ = control.SetReadDeadline(time.Now().Add(bodyGrace))
	}
}

// finishRequest is deferred. A panic in a handler costs this request only: its
// client gets a 500, or a cut connection if the answer had begun.
func (a *API) finishRequest(rec *responseRecorder, r *http.Request) {
	p, st := recover(), stateOf(r)
	st.releaseAll()
	if p != nil && p != http.ErrAbortHandler { //nolint:errorlint // a panic with this very value ends the connection
		fault := contain.Describe(p)
		a.log.Error("a handler panicked", "request_id", st.id, "route", string(st.op), "panic", fault.Text, "stack", fault.Stack)
		if rec.status == 0 {
			a.writeError(rec, r, chat.AsError(fault))
			p = nil
		}
	}
	a.recordEnd(st, rec.status)
	if p != nil {
		panic(http.ErrAbortHandler)
	}
}
