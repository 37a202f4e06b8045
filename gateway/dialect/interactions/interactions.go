package interactions

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/gemini"
)

// Dialect is the format of the Interactions API. It has the errors of gemini.Dialect.
var Dialect = newDialect()

// prefixes are the base paths of the API, as its clients build them.
var prefixes = []string{"/gemini/v1beta", "/gemini/v1", "/gemini/v1alpha", "/v1beta", "/v1alpha", "/v1"}

const (
	collection = "/interactions"
	idParam    = "interaction" // the wildcard with the ID of an interaction
	cancelPath = "/cancel"
)

func newDialect() dialect.Dialect {
	d := gemini.Dialect
	d.Name = "interactions"
	d.Mounts = mountRoutes()
	d.Unmounted = []dialect.Operation{dialect.Stream}
	d.Claims = claimsRequest
	d.Decode = decodeRequest
	d.Tables = fieldTables
	d.EncodeTokens = encodeTokens
	d.EncodeAnswer = encodeAnswer
	d.NewEncoder = newEncoder
	return d
}

func mountRoutes() []dialect.Mount {
	var mounts []dialect.Mount
	for _, prefix := range prefixes {
		one := prefix + collection + "/:" + idParam
		mounts = append(mounts,
			dialect.Mount{Method: http.MethodPost, Pattern: prefix + collection, Op: dialect.Generate},
			dialect.Mount{Method: http.MethodGet, Pattern: one, Op: dialect.Stored},
			dialect.Mount{Method: http.MethodDelete, Pattern: one, Op: dialect.Stored},
			dialect.Mount{Method: http.MethodPost, Pattern: one + cancelPath, Op: dialect.Stored},
		)
	}
	return mounts
}

func claimsRequest(r *http.Request) bool {
	for _, prefix := range prefixes {
		if dialect.IsUnder(r.URL.Path, prefix+collection) {
			return true
		}
	}
	return false
}

// decodeRequest reads the request of any route.
func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	id := param(idParam)
	one := collection + "/" + id
	switch {
	case id == "":
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, one):
		return retrieve(r.URL.Query(), id)
	case r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, one):
		return remove(id), nil
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, one+cancelPath):
		return cancel(id), nil
	}
	return decodeCreate(r)
}
