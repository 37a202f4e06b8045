package api

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
)

// checkHost is the middleware that refuses requests for strange hosts where a page of
// any origin could reach into the network: on a loopback listener, and on every
// listener that asks for no key.
func (a *API) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A preflight passes, so that a page can read the refusal of its request.
		st := stateOf(r)
		preflight := r.Method == http.MethodOptions && st.dialect != nil
		if !preflight && !a.answersTo(st.settings, r.Host) {
			a.writeError(w, r, chat.NewError(chat.Misdirected, "this server does not answer to that host name; add it to allowed_hosts or set public_url"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// answersTo reports whether the listener may be addressed by host. A page on the
// internet can point a name of its own at any address; that name then stands in the
// Host header. An IP address there is one that the browser was given itself.
func (a *API) answersTo(s *settings, host string) bool {
	name := hostname(host)
	switch {
	case isLoopbackName(name), s.hosts[name]:
		return true
	case s.Loopback:
		return false
	}
	_, err := netip.ParseAddr(name)
	return err == nil || !a.isKeyless(s)
}

func isLoopbackName(name string) bool {
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Unmap().IsLoopback()
}

// requireRole returns the middleware that lets a request pass if its key has the
// role. It reads no body.
func (a *API) requireRole(need auth.Role) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := a.authorize(r, need); err != nil {
				a.writeError(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// authorize finds out the role of a request, and returns an error if it is not
// enough.
func (a *API) authorize(r *http.Request, need auth.Role) *chat.Error {
	st := stateOf(r)
	keyless := need == auth.RoleAPI && a.isKeyless(st.settings)
	switch {
	case st.trusted:
		st.role = auth.RoleAdmin
		return nil
	case keyless && mayUseKeyless(r):
		st.role = auth.RoleAPI
		return nil
	}
	keys := auth.PresentedKeys(r)
	refusal := a.lookUpKeys(st, keys, func() auth.Match { return a.keys.MatchKeys(keys) })
	if err := a.keys.TakeNewError(); err != nil {
		a.log.Error("the key file can not be used", "err", err, "valid_keys", len(a.keys.ListKeys()))
	}
	switch {
	case st.role == auth.RoleAdmin, st.role == auth.RoleAPI && need == auth.RoleAPI:
		return nil
	case need == auth.RoleAdmin && !a.keys.HasRole(auth.RoleAdmin):
		return chat.NewError(chat.UnknownPath, "there is nothing here; admin routes exist once an admin key does (geminid keys add NAME --admin)")
	case st.role == auth.RoleAPI:
		a.count.AuthFailures.WithLabelValues("forbidden").Inc()
		return chat.NewError(chat.Forbidden, "this needs the admin key")
	case refusal != nil:
		return refusal
	case len(keys) == 0:
		a.count.AuthFailures.WithLabelValues("missing").Inc()
	default:
		auth.DelayGuess(r.Context())
	}
	return missingKeyError(a.isKeyless(st.settings))
}

// missingKeyError refuses a request without a valid key and says how to get one. If
// the server asks its own machine for no key, it says why this request was asked for
// one.
func missingKeyError(keyless bool) *chat.Error {
	if keyless {
		return chat.NewError(chat.Unauthorized,
			"this server has no API key yet and serves only programs on its own machine that reach it directly as 127.0.0.1 or localhost; "+
				"for requests through a proxy or under another name make a key on the server with: geminid keys add NAME")
	}
	return chat.NewError(chat.Unauthorized,
		"no valid API key; send one as Authorization: Bearer KEY, x-goog-api-key, x-api-key or ?key= (geminid keys add NAME makes one)")
}

// lookUpKeys notes the role of the presented keys. If the client has tried too many
// wrong ones it returns the refusal instead.
func (a *API) lookUpKeys(st *requestState, keys []string, match func() auth.Match) *chat.Error {
	m, err := a.guesses.LookUp(st.client, keys, match)
	if full, ok := errors.AsType[*auth.TooManyGuessesError](err); ok {
		a.count.AuthFailures.WithLabelValues("unknown").Inc()
		a.count.RateLimited.WithLabelValues("limiter_ip").Inc()
		return &chat.Error{Kind: chat.RateLimited, RetryAfter: full.RetryAfter, Message: full.Error(), Err: full}
	}
	if m.Stray {
		a.count.AuthFailures.WithLabelValues("unknown").Inc()
	}
	st.role, st.key = m.Role, m.Key
	return nil
}
