package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/geminid/geminid/chat"
)

// exposed are the headers that a script on another page may read.
const exposed = "Retry-After, X-Request-Id, X-RateLimit-Limit-Requests, X-RateLimit-Remaining-Requests, " +
	"X-RateLimit-Reset-Requests, X-Geminid-Served-Model, X-Geminid-Ignored, " +
	"X-Geminid-Quota-Remaining, X-Geminid-Quota-Window, X-Geminid-Quota-Reset, " +
	"X-Goog-Upload-URL, X-Goog-Upload-Status, X-Goog-Upload-Size-Received, X-Goog-Upload-Chunk-Granularity"

// checkOrigin is the middleware that refuses pages of other origins where they may
// not call, and answers browsers that ask beforehand. It comes before the checks
// that refuse a request for other reasons, so that pages can read those refusals.
func (a *API) checkOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.allowOrigin(w.Header(), r); err != nil {
			a.writeError(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allowOrigin decides which pages may call the API from a browser. If a key is
// needed every page may: it has to know the key, and no cookie or password of the
// browser counts here. If none is needed only pages of this machine may; the others
// may read the refusal, which a browser would show as a failure of the network
// otherwise, and so their preflights pass. The routes that are not for chat clients
// answer the server's own pages alone.
func (a *API) allowOrigin(header http.Header, r *http.Request) *chat.Error {
	origin, st := r.Header.Get("Origin"), stateOf(r)
	foreign := origin != "" && !st.settings.isOwnOrigin(origin, r.Host)
	switch {
	case st.dialect == nil && foreign:
		return chat.NewError(chat.Forbidden, "pages of another origin may not do this")
	case st.dialect == nil:
		return nil
	case !a.isKeyless(st.settings):
		header.Set("Access-Control-Allow-Origin", "*")
		foreign = false
	default:
		header.Add("Vary", "Origin")
		if origin == "" {
			return nil
		}
		header.Set("Access-Control-Allow-Origin", origin)
	}
	header.Set("Access-Control-Expose-Headers", exposed)
	switch {
	case r.Method == http.MethodOptions:
		allowPreflight(header, r)
	case foreign:
		return chat.NewError(chat.Forbidden, "this server has no API key yet, so pages and apps of another origin may not ask it; "+
			"make one on the server with geminid keys add NAME, and enter it there")
	}
	return nil
}

// allowPreflight answers the question that a browser sends before the real request.
// A * for the headers would leave Authorization out, so they are repeated.
func allowPreflight(header http.Header, r *http.Request) {
	header.Set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
	header.Set("Access-Control-Max-Age", "86400")
	header.Add("Vary", "Access-Control-Request-Headers")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" && len(asked) <= 2048 && strings.Trim(asked, headerList) == "" {
		header.Set("Access-Control-Allow-Headers", asked)
	}
	// A page on the internet that calls this machine needs this permission too.
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
}

const headerList = wordLetters + ", "

// isOwnOrigin reports whether a page of that origin was served by this server or by
// this machine.
func (s *settings) isOwnOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false // "null", a file, an extension
	}
	if strings.EqualFold(u.Host, host) {
		return true
	}
	name := hostname(u.Host)
	return isLoopbackName(name) || s.hosts[name]
}
