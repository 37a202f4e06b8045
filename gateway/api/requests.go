package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// maxRecent is how many requests the list remembers.
const maxRecent = 500

// Entry is the record of one request in the list: nothing of its contents.
type Entry struct {
	Time    time.Time `json:"time"`
	ID      string    `json:"request_id"`
	Client  string    `json:"client"`
	Dialect string    `json:"dialect"`
	Route   string    `json:"route"`
	Method  string    `json:"method"`
	Model   string    `json:"model,omitempty"`
	Account string    `json:"account,omitempty"`
	Status  int       `json:"status"`
	Outcome string    `json:"outcome"`
	// Cause is dialect.KindInfo.Cause of the failure; empty if there was none.
	Cause string `json:"cause,omitempty"`
	Took  int64  `json:"duration_ms"`
	First int64  `json:"first_token_ms,omitempty"`
	// Asked and Said are the tokens of the question and of the answer, estimated
	// from their length; zero if there was none.
	Asked int `json:"prompt_tokens,omitempty"`
	Said  int `json:"answer_tokens,omitempty"`
}

// causeOf returns the cause of a failure, empty if failure is nil.
func causeOf(failure *chat.Error) string {
	if failure == nil {
		return ""
	}
	return dialect.LookupKind(failure.Kind).Cause
}

// requestLog is a ring of the latest requests. Its zero value is empty.
type requestLog struct {
	mu      sync.Mutex
	entries []Entry
	next    int // where the next one goes once the ring is full
}

func (r *requestLog) addEntry(e Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.entries) < maxRecent {
		r.entries = append(r.entries, e)
		return
	}
	r.entries[r.next] = e
	r.next = (r.next + 1) % maxRecent
}

// newestFirst returns the requests, latest first.
func (r *requestLog) newestFirst() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Entry, 0, len(r.entries))
	for i := len(r.entries) - 1; i >= 0; i-- {
		out = append(out, r.entries[(r.next+i)%len(r.entries)])
	}
	return out
}

func (a *API) listRequests(w http.ResponseWriter, r *http.Request) {
	a.writeJSON(w, r, http.StatusOK, struct {
		Requests []Entry `json:"requests"`
	}{a.recent.newestFirst()})
}
