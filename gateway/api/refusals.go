package api

import (
	"net/netip"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/limit"
)

const (
	// refusalSpan is the time in which the refused requests of one client are shown
	// once and then counted.
	refusalSpan = time.Minute
	// maxRefusedClients is how many clients are distinguished in that time.
	maxRefusedClients = 100
)

// refusalLog decides which refused requests are shown one by one, so that a client
// that is refused again and again cannot fill the log. The zero value is ready to
// use, and safe for concurrent use.
type refusalLog struct {
	mu      sync.Mutex
	clients map[netip.Prefix]*refusedClient
	due     time.Time // when the next summary is due
}

// refusedClient is the count of the refused requests of one client.
type refusedClient struct {
	client string // as logs show it
	since  time.Time
	hidden int // beside the first one
}

// addRefusal counts a refused request and reports whether it is shown. Beyond
// maxRefusedClients all clients count as one, whose requests are not shown.
func (l *refusalLog) addRefusal(addr netip.Addr, client string, now time.Time) (shown bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clients == nil {
		l.clients = make(map[netip.Prefix]*refusedClient)
	}
	network := limit.NetworkOf(addr)
	if l.clients[network] == nil && len(l.clients) >= maxRefusedClients {
		network, client = netip.PrefixFrom(netip.IPv6Unspecified(), 0), "others"
	}
	if known := l.clients[network]; known != nil {
		known.hidden++
		return false
	}
	l.clients[network] = &refusedClient{client: client, since: now}
	if l.due.IsZero() {
		l.due = now.Add(refusalSpan)
	}
	if client == "others" {
		l.clients[network].hidden++
		return false
	}
	return true
}

// takeSummaries removes and returns the clients whose time is over at now. It is
// cheap if there are none.
func (l *refusalLog) takeSummaries(now time.Time) (over []refusedClient) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.due.IsZero() || now.Before(l.due) {
		return nil
	}
	l.due = time.Time{}
	for network, r := range l.clients {
		switch end := r.since.Add(refusalSpan); {
		case !now.Before(end):
			delete(l.clients, network)
			if r.hidden > 0 {
				over = append(over, *r)
			}
		case l.due.IsZero() || end.Before(l.due):
			l.due = end
		}
	}
	return over
}

// logSummaries logs the counts of refused requests whose time is over at now.
func (a *API) logSummaries(now time.Time) {
	for _, r := range a.refused.takeSummaries(now) {
		a.log.Info("refused requests that are not shown one by one", "client", r.client, "count", r.hidden)
	}
}

// isRefused reports whether the server refused the request by itself: because no
// key let it in, or because of a limit.
func (st *requestState) isRefused(status int) bool {
	if st.trusted || status < 400 || status >= 500 || status == statusLeft {
		return false
	}
	return st.role == "" || st.failure != nil && st.failure.Kind == chat.RateLimited
}
