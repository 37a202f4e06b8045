package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/geminid/geminid/gateway/auth"
)

// Command is a call of an admin route that changes something or was refused, for the
// audit log.
type Command struct {
	// Call is the method and the pattern of the route, such as
	// "POST /api/accounts/:account/pause".
	Call string
	// Account is the account that the call names, empty if it names none.
	Account string
	// Actor is "key NAME", "control socket", or "unknown" if no key let the call
	// in.
	Actor string
	// Address is where it came from, masked if the settings say so.
	Address string
	// Status is the status of the answer.
	Status int
	// Refused is how many refused calls this one stands for; 0 if the call was let
	// in.
	Refused int
}

// refusedEvery bounds how often refused calls are reported: a client that guesses
// keys must not push the other entries out of the log.
const refusedEvery = time.Minute

// refusals counts the refused calls that were not reported yet.
type refusals struct {
	mu       sync.Mutex
	reported time.Time
	waiting  int
}

// takeCount counts one more and returns how many are to be reported now, 0 if it is
// too early.
func (f *refusals) takeCount() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting++
	if !f.reported.IsZero() && time.Since(f.reported) < refusedEvery {
		return 0
	}
	n, f.waiting, f.reported = f.waiting, 0, time.Now()
	return n
}

// auditCommands returns the middleware that reports the commands of a route.
func (a *API) auditCommands(route serverRoute) middleware {
	return func(next http.Handler) http.Handler {
		if a.onCommand == nil || route.role != auth.RoleAdmin {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := &statusWriter{ResponseWriter: w}
			next.ServeHTTP(rec, r)
			st := stateOf(r)
			c := Command{Call: route.method + " " + route.pattern, Actor: a.actorOf(st),
				Address: displayAddr(st.client, st.settings.MaskClients), Status: rec.status()}
			if st.trusted {
				c.Address = "local"
			}
			switch {
			case st.role != auth.RoleAdmin:
				if c.Refused = a.refusals.takeCount(); c.Refused == 0 {
					return
				}
			case route.method == http.MethodGet:
				return
			case rec.status() != http.StatusNotFound:
				c.Account = r.PathValue("account")
			}
			a.onCommand(c)
		})
	}
}

// actorOf names who made a request.
func (a *API) actorOf(st *requestState) string {
	if st.trusted {
		return "control socket"
	}
	for _, key := range a.keys.ListKeys() {
		if key.Digest == st.key && st.role != "" {
			return "key " + key.Name
		}
	}
	return "unknown"
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	code int
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

// Fields returns a command as the fields of an entry of the audit log.
func (c Command) Fields() map[string]string {
	fields := map[string]string{"call": c.Call, "by": c.Actor, "from": c.Address, "status": strconv.Itoa(c.Status)}
	if c.Refused > 0 {
		fields["refused"] = strconv.Itoa(c.Refused)
	}
	return fields
}
