package api

import (
	"net/http"

	"github.com/julienschmidt/httprouter"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// serverRoute is a route of the server's own, beside those of the dialects.
type serverRoute struct {
	method, pattern string
	op              dialect.Operation // the metrics label
	role            auth.Role         // empty: everybody
	handle          func(a *API, w http.ResponseWriter, r *http.Request)
}

// serverRoutes are the server's own routes. Those of one account stand below
// /api/accounts, because a wildcard cannot stand beside fixed names.
var serverRoutes = []serverRoute{
	{http.MethodGet, "/", dialect.Other, "", (*API).servePage},
	{http.MethodGet, "/health", dialect.Status, "", (*API).serveHealth},
	{http.MethodGet, "/readyz", dialect.Status, "", (*API).serveHealth},
	{http.MethodGet, "/livez", dialect.Status, "", (*API).serveLiveness},
	{http.MethodGet, "/metrics", dialect.Other, "", (*API).serveMetrics},
	{http.MethodGet, "/files/:file", dialect.Files, "", (*API).serveFile},
	{http.MethodPost, "/gemini/upload/v1beta/files", dialect.Files, "", (*API).serveUpload}, // see there for the role
	{http.MethodGet, "/gemini/v1beta/files", dialect.Files, auth.RoleAPI, (*API).listUploads},
	{http.MethodGet, "/gemini/v1beta/files/:file", dialect.Files, auth.RoleAPI, (*API).describeUpload},
	{http.MethodDelete, "/gemini/v1beta/files/:file", dialect.Files, auth.RoleAPI, (*API).deleteUpload},
	{http.MethodGet, "/api/cookies/status", dialect.Status, auth.RoleAPI, (*API).cookieStatus},
	{http.MethodGet, "/api/cookies", dialect.Other, auth.RoleAdmin, (*API).listAccounts},
	{http.MethodPut, "/api/cookies", dialect.Other, auth.RoleAdmin, (*API).offerFile},
	{http.MethodGet, "/api/cookies/history", dialect.Other, auth.RoleAdmin, (*API).listHistory},
	{http.MethodPost, "/api/cookies/check", dialect.Other, auth.RoleAdmin, (*API).checkFile},
	{http.MethodGet, "/api/events", dialect.Other, auth.RoleAdmin, (*API).listEvents},
	{http.MethodGet, "/api/requests", dialect.Other, auth.RoleAdmin, (*API).listRequests},
	{http.MethodGet, "/api/report", dialect.Other, auth.RoleAdmin, (*API).serveReport},
	{http.MethodPost, "/api/reload", dialect.Other, auth.RoleAdmin, (*API).reloadConfig},
	{http.MethodPost, "/api/notify/test", dialect.Other, auth.RoleAdmin, (*API).notifyTest},
	{http.MethodPut, "/api/accounts/:account/cookies", dialect.Other, auth.RoleAdmin, (*API).offerFile},
	{http.MethodPost, "/api/accounts/:account/rotate", dialect.Other, auth.RoleAdmin, (*API).rotateAccount},
	{http.MethodPost, "/api/accounts/:account/probe", dialect.Other, auth.RoleAdmin, (*API).probeAccount},
	{http.MethodPost, "/api/accounts/:account/rollback", dialect.Other, auth.RoleAdmin, (*API).rollBackAccount},
	{http.MethodPost, "/api/accounts/:account/pause", dialect.Other, auth.RoleAdmin, (*API).pauseAccount},
	{http.MethodPost, "/api/accounts/:account/resume", dialect.Other, auth.RoleAdmin, (*API).resumeAccount},
	{http.MethodDelete, "/api/accounts/:account", dialect.Other, auth.RoleAdmin, (*API).removeAccount},
}

// buildRouter builds the table. The router's redirects are off: they would lose the
// body of a POST and break preflights.
func (a *API) buildRouter() *httprouter.Router {
	router := httprouter.New()
	router.RedirectTrailingSlash, router.RedirectFixedPath = false, false
	router.GlobalOPTIONS = http.HandlerFunc(writeNoContent)
	router.NotFound = http.HandlerFunc(a.writeNotFound)
	router.MethodNotAllowed = http.HandlerFunc(a.writeNotAllowed)
	for _, route := range serverRoutes {
		handle := mountHandler(route.op, a.serverHandler(route))
		router.Handle(route.method, route.pattern, handle)
		if route.method == http.MethodGet && route.role == "" {
			router.Handle(http.MethodHead, route.pattern, handle)
		}
	}
	mounted, handler := make(map[string]bool), a.dialectHandler()
	for _, d := range registry.All {
		for _, m := range d.Mounts {
			// A pattern that several dialects mount is one route; recordRequests
			// has decided which of them the request is of.
			if key := m.Method + " " + m.Pattern; !mounted[key] {
				mounted[key] = true
				router.Handle(m.Method, m.Pattern, mountHandler(m.Op, handler))
				if m.Method == http.MethodGet {
					router.Handle(http.MethodHead, m.Pattern, mountHandler(m.Op, answerHeadAsGet(handler)))
				}
			}
		}
	}
	return router
}

// dialectHandler returns the handler of a dialect's route.
func (a *API) dialectHandler() http.Handler {
	return chainHandlers(http.HandlerFunc(a.serveDialect), forbidCaching, a.requireRole(auth.RoleAPI), a.limitInFlight)
}

// serverHandler returns the handler of a route of the server's own.
func (a *API) serverHandler(route serverRoute) http.Handler {
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { route.handle(a, w, r) }))
	if route.role != "" {
		h = chainHandlers(h, forbidCaching, a.auditCommands(route), a.requireRole(route.role))
	}
	return h
}

// forbidCaching is the middleware of routes whose answers must not be stored.
func forbidCaching(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// answerHeadAsGet lets a dialect answer HEAD as it answers GET; the server leaves
// out the body.
func answerHeadAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		get := *r
		get.Method = http.MethodGet
		next.ServeHTTP(w, &get)
	})
}

// mountHandler adapts a handler to the router: it records the operation and makes
// the wildcards available as [http.Request.PathValue].
func mountHandler(op dialect.Operation, h http.Handler) httprouter.Handle {
	return func(w http.ResponseWriter, r *http.Request, params httprouter.Params) {
		stateOf(r).op = op
		for _, p := range params {
			r.SetPathValue(p.Key, p.Value)
		}
		h.ServeHTTP(w, r)
	}
}

func writeNoContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// writeNotFound answers a path that has no route.
func (a *API) writeNotFound(w http.ResponseWriter, r *http.Request) {
	st := stateOf(r)
	switch {
	case r.Method == http.MethodOptions:
		writeNoContent(w, r) // a preflight must pass before its request can fail
	case st.dialect != nil:
		a.writeError(w, r, st.dialect.ExplainPath(r))
	default:
		a.writeError(w, r, chat.NewError(chat.UnknownPath, "there is nothing at this path"))
	}
}

// writeNotAllowed answers a method that the path does not have. The router has set
// the Allow header.
func (a *API) writeNotAllowed(w http.ResponseWriter, r *http.Request) {
	a.writeError(w, r, chat.NewError(chat.MethodNotAllowed, "this path does not know that method; it allows "+w.Header().Get("Allow")))
}
