package api

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// requestID returns the client's id if it is a plain word, else a new one.
func requestID(sent string) string {
	if sent != "" && len(sent) <= 128 && strings.Trim(sent, wordLetters) == "" {
		return sent
	}
	return rand.Text()
}

const wordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// dialectOf returns the dialect in which errors of r are written, nil on the routes
// for people and scripts.
func dialectOf(r *http.Request) *dialect.Dialect {
	switch path := r.URL.Path; {
	case path == "/", path == "/health", path == "/readyz", path == "/livez",
		path == "/metrics", path == "/api", strings.HasPrefix(path, "/api/"):
		return nil
	}
	d, _ := registry.FindDialect(r)
	return d
}

// resolveAddress returns r with the path that is meant by the one that it has:
// without repeated slashes, which come of a base URL that ends in one, and as its
// dialect serves it. The router's own redirect would lose the body of a POST.
func resolveAddress(r *http.Request) *http.Request {
	address := registry.ResolveAddress(r.Method, foldSlashes(r.URL.Path))
	if address.Path == r.URL.Path {
		return r
	}
	u := new(url.URL)
	*u = *r.URL
	u.Path, u.RawPath = address.Path, ""
	r = r.WithContext(r.Context())
	r.URL = u
	if address.Deployment != "" {
		r.SetPathValue(dialect.DeploymentParam, address.Deployment)
	}
	return r
}

// foldSlashes returns a path with one slash for several in a row.
func foldSlashes(path string) string {
	if !strings.Contains(path, "//") {
		return path
	}
	folded := make([]byte, 0, len(path))
	for i := range len(path) {
		if c := path[i]; c != '/' || i == 0 || path[i-1] != '/' {
			folded = append(folded, c)
		}
	}
	return string(folded)
}
