package api

import (
	"net/http"

	"github.com/julienschmidt/httprouter"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// serverRoute is a route of the daemon's own, beside those of the dialects.
type serverRoute struct {
	method, pattern string
	op              dialect.Operation // the metrics label
	role            auth.Role         // empty: everybody
	handle          func(a *API, x *exchange, r *http.Request)
}

// serverRoutes are the daemon's own routes. What concerns one account stands below
// /api/accounts, because a wildcard can not stand beside fixed names.
var serverRoutes = []serverRoute{
	{http.MethodGet, "/", dialect.Other, "", (*API).servePage},
	{http.MethodGet, "/health", dialect.Status, "", (*API).serveHealth},
	{http.MethodGet, "/readyz", dialect.Status, "", (*API).serveHealth},
	{http.MethodGet, "/livez", dialect.Status, "", (*API).serveLiveness},
	{http.MethodGet, "/metrics", dialect.Other, "", (*API).serveMetrics},
	{http.MethodGet, "/files/:file", dialect.Files, "", (*API).serveFile},
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
	router.NotFound = http.HandlerFunc(writeNotFound)
	router.MethodNotAllowed = http.HandlerFunc(writeNotAllowed)
	for _, route := range serverRoutes {
		router.Handle(route.method, route.pattern, a.serverHandler(route))
		if route.method == http.MethodGet && route.role == "" {
			router.Handle(http.MethodHead, route.pattern, a.serverHandler(route))
		}
	}
	mounted := make(map[string]bool)
	for _, d := range registry.All {
		for _, m := range d.Mounts {
			// A pattern that several dialects mount is one route; which of them
			// is spoken was decided when the request came in.
			if key := m.Method + " " + m.Pattern; !mounted[key] {
				mounted[key] = true
				router.Handle(m.Method, m.Pattern, a.dialectHandler(m.Op))
				if m.Method == http.MethodGet {
					router.Handle(http.MethodHead, m.Pattern, answerHeadAsGet(a.dialectHandler(m.Op)))
				}
			}
		}
	}
	return router
}

func (a *API) dialectHandler(op dialect.Operation) httprouter.Handle {
	return func(w http.ResponseWriter, r *http.Request, params httprouter.Params) {
		x := w.(*exchange)
		x.op = op
		a.serveDialect(x, r, params.ByName)
	}
}

// answerHeadAsGet lets a dialect answer HEAD as it answers GET; the server leaves out the
// body.
func answerHeadAsGet(next httprouter.Handle) httprouter.Handle {
	return func(w http.ResponseWriter, r *http.Request, params httprouter.Params) {
		get := *r
		get.Method = http.MethodGet
		next(w, &get, params)
	}
}

func (a *API) serverHandler(route serverRoute) httprouter.Handle {
	return func(w http.ResponseWriter, r *http.Request, params httprouter.Params) {
		x := w.(*exchange)
		x.op = route.op
		if route.role != "" {
			x.Header().Set("Cache-Control", "no-store")
			if err := a.authorize(x, r, route.role); err != nil {
				x.fail(err)
				return
			}
		}
		for _, p := range params {
			r.SetPathValue(p.Key, p.Value)
		}
		route.handle(a, x, r)
	}
}

func writeNoContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// writeNotFound answers a path that has no route.
func writeNotFound(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	switch {
	case r.Method == http.MethodOptions:
		writeNoContent(w, r) // a preflight must pass before its request can fail
	case x.dialect != nil:
		x.fail(x.dialect.ExplainPath(r))
	default:
		x.fail(chat.NewError(chat.UnknownPath, "there is nothing at this path"))
	}
}

// writeNotAllowed answers a method that the path does not have. The router has set
// the Allow header.
func writeNotAllowed(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	x.fail(chat.NewError(chat.MethodNotAllowed, "this path does not know that method; it allows "+x.Header().Get("Allow")))
}
