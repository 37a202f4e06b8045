package api

import (
	"context"
	"net/http"
	"net/netip"
	"time"
)

// Match is the role of one presented key.
func (k *Keys) Match(key string) Role {
	role, _ := k.MatchKeys([]string{key})
	return role
}

// Forget makes the next use look at the file.
func (k *Keys) Forget() { k.Looked(time.Time{}) }

// Looked sets when the file was last looked at.
func (k *Keys) Looked(at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.checked = at
}

// ParseKeys reads the content of a key file.
func ParseKeys(content []byte) ([]Key, error) { return parseKeys(content) }

// ClientOf is the address a request counts for.
func ClientOf(r *http.Request, trusted []netip.Prefix) netip.Addr { return clientAddr(r, trusted) }

// Network is the address limits know a client by.
func Network(addr netip.Addr) netip.Addr { return networkOf(addr) }

// Shown is an address as the log has it.
func Shown(addr netip.Addr, masked bool) string { return displayAddr(addr, masked) }

// Window is a sliding limit of its own.
type Window struct{ w *window }

// NewWindow makes one that remembers size clients.
func NewWindow(span time.Duration, size int) Window { return Window{newWindow(span, size)} }

// Take counts one turn.
func (w Window) Take(addr netip.Addr, limit int) (ok bool, remaining int, reset time.Duration) {
	a := w.w.take(addr, limit)
	return a.ok, a.remaining, a.reset
}

// Known is how many clients are remembered, and how many of them in lists.
func (w Window) Known() (clients, listed int) {
	return len(w.w.clients), w.w.free.Len() + w.w.full.Len()
}

// Queue is a queue of its own.
type Queue struct{ q queue }

// Enter waits for the model's turn.
func (q *Queue) Enter(ctx context.Context, model string, limits Limits) (time.Duration, error) {
	return q.q.enter(ctx, model, limits, func(int) {})
}

// Refused reports whether err is that of a full queue, and what it tells.
func Refused(err error) (time.Duration, bool) {
	busy, ok := err.(*full)
	if !ok {
		return 0, false
	}
	return busy.retryAfter, true
}

// RequestID is the id a request gets that was sent with one.
func RequestID(sent string) string { return requestID(sent) }

// OwnRoutes are the patterns of the daemon's own routes.
func OwnRoutes() (routes [][2]string) {
	for _, r := range serverRoutes {
		routes = append(routes, [2]string{r.method, r.pattern})
	}
	return routes
}
