package api

import (
	"net/http"

	"github.com/julienschmidt/httprouter"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// ownRoute is a route of the daemon's own, beside those of the dialects.
type ownRoute struct {
	method, pattern string
	op              dialect.Operation // the metrics label
	role            Role              // empty: everybody
	do              func(a *API, x *exchange, r *http.Request)
}

// ownRoutes are the daemon's own routes. What concerns one account stands below
// /api/accounts, because a wildcard can not stand beside fixed names.
var ownRoutes = []ownRoute{
	{http.MethodGet, "/", dialect.Other, "", (*API).page},
	{http.MethodGet, "/health", dialect.Status, "", (*API).health},
	{http.MethodGet, "/readyz", dialect.Status, "", (*API).health},
	{http.MethodGet, "/livez", dialect.Status, "", (*API).alive},
	{http.MethodGet, "/metrics", dialect.Other, "", (*API).metrics},
	{http.MethodGet, "/files/:file", dialect.Files, "", (*API).file},
	{http.MethodGet, "/api/cookies/status", dialect.Status, RoleAPI, (*API).cookieStatus},
	{http.MethodGet, "/api/cookies", dialect.Other, RoleAdmin, (*API).accounts},
	{http.MethodPut, "/api/cookies", dialect.Other, RoleAdmin, (*API).offer},
	{http.MethodGet, "/api/cookies/history", dialect.Other, RoleAdmin, (*API).history},
	{http.MethodPost, "/api/cookies/check", dialect.Other, RoleAdmin, (*API).check},
	{http.MethodGet, "/api/events", dialect.Other, RoleAdmin, (*API).events},
	{http.MethodGet, "/api/requests", dialect.Other, RoleAdmin, (*API).requests},
	{http.MethodGet, "/api/report", dialect.Other, RoleAdmin, (*API).report},
	{http.MethodPost, "/api/reload", dialect.Other, RoleAdmin, (*API).reload},
	{http.MethodPost, "/api/notify/test", dialect.Other, RoleAdmin, (*API).notifyTest},
	{http.MethodPut, "/api/accounts/:account/cookies", dialect.Other, RoleAdmin, (*API).offer},
	{http.MethodPost, "/api/accounts/:account/rotate", dialect.Other, RoleAdmin, (*API).rotate},
	{http.MethodPost, "/api/accounts/:account/probe", dialect.Other, RoleAdmin, (*API).probe},
	{http.MethodPost, "/api/accounts/:account/rollback", dialect.Other, RoleAdmin, (*API).rollback},
	{http.MethodPost, "/api/accounts/:account/pause", dialect.Other, RoleAdmin, (*API).pause},
	{http.MethodPost, "/api/accounts/:account/resume", dialect.Other, RoleAdmin, (*API).resume},
	{http.MethodDelete, "/api/accounts/:account", dialect.Other, RoleAdmin, (*API).remove},
}

// routes builds the table. The router's redirects are off: they would lose the
// body of a POST and break preflights.
func (a *API) routes() *httprouter.Router {
	router := httprouter.New()
	router.RedirectTrailingSlash, router.RedirectFixedPath = false, false
	router.GlobalOPTIONS = http.HandlerFunc(noContent)
	router.NotFound = http.HandlerFunc(lost)
	router.MethodNotAllowed = http.HandlerFunc(notAllowed)
	for _, route := range ownRoutes {
		router.Handle(route.method, route.pattern, a.own(route))
		if route.method == http.MethodGet && route.role == "" {
			router.Handle(http.MethodHead, route.pattern, a.own(route))
		}
	}
	mounted := make(map[string]bool)
	for _, d := range dialect.All {
		for _, m := range d.Mounts {
			// A pattern that several dialects mount is one route; which of them
			// is spoken was decided when the request came in.
			if key := m.Method + " " + m.Pattern; !mounted[key] {
				mounted[key] = true
				router.Handle(m.Method, m.Pattern, a.mount(m.Op))
				if m.Method == http.MethodGet {
					router.Handle(http.MethodHead, m.Pattern, asGet(a.mount(m.Op)))
				}
			}
		}
	}
	return router
}

func (a *API) mount(op dialect.Operation) httprouter.Handle {
	return func(w http.ResponseWriter, r *http.Request, params httprouter.Params) {
		x := w.(*exchange)
		x.op = op
		a.handle(x, r, params.ByName)
	}
}

// asGet lets a dialect answer HEAD as it answers GET; the server leaves out the
// body.
func asGet(next httprouter.Handle) httprouter.Handle {
	return func(w http.ResponseWriter, r *http.Request, params httprouter.Params) {
		get := *r
		get.Method = http.MethodGet
		next(w, &get, params)
	}
}

func (a *API) own(route ownRoute) httprouter.Handle {
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
		route.do(a, x, r)
	}
}

func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// lost answers a path that has no route.
func lost(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	switch {
	case r.Method == http.MethodOptions:
		noContent(w, r) // a preflight must pass before its request can fail
	case x.dialect != nil:
		x.fail(x.dialect.Lost(r))
	default:
		x.fail(chat.NewError(chat.UnknownPath, "there is nothing at this path"))
	}
}

// notAllowed answers a method that the path does not have. The router has set
// the Allow header.
func notAllowed(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	x.fail(chat.NewError(chat.MethodNotAllowed, "this path does not know that method; it allows "+x.Header().Get("Allow")))
}
