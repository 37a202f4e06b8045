package api

import (
	"net/http"
	"sync"
	"time"
)

// kept is how many requests the list remembers.
const kept = 500

// Entry is what is remembered of one request: nothing that was said in it.
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
	Took    int64     `json:"duration_ms"`
	First   int64     `json:"first_token_ms,omitempty"`
}

// recent is a ring of the latest requests. Its zero value is empty.
type recent struct {
	mu      sync.Mutex
	entries []Entry
	next    int // where the next one goes once the ring is full
}

func (r *recent) add(e Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.entries) < kept {
		r.entries = append(r.entries, e)
		return
	}
	r.entries[r.next] = e
	r.next = (r.next + 1) % kept
}

// list returns the requests, latest first.
func (r *recent) list() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Entry, 0, len(r.entries))
	for i := len(r.entries) - 1; i >= 0; i-- {
		out = append(out, r.entries[(r.next+i)%len(r.entries)])
	}
	return out
}

func (a *API) requests(x *exchange, _ *http.Request) {
	x.writeJSON(http.StatusOK, struct {
		Requests []Entry `json:"requests"`
	}{a.recent.list()})
}
