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

// foldSlashes folds repeated slashes, which come of a base URL that ends in one. The
// router's own redirect would lose the body of a POST.
func foldSlashes(r *http.Request) *http.Request {
	if !strings.Contains(r.URL.Path, "//") {
		return r
	}
	path := make([]byte, 0, len(r.URL.Path))
	for i := range len(r.URL.Path) {
		if c := r.URL.Path[i]; c != '/' || i == 0 || r.URL.Path[i-1] != '/' {
			path = append(path, c)
		}
	}
	u := new(url.URL)
	*u = *r.URL
	u.Path, u.RawPath = string(path), ""
	r = r.WithContext(r.Context())
	r.URL = u
	return r
}
