package responses

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

// Dialect is the format of the Responses API. It has the errors of openai.Dialect.
// /openai/v1 is an alias of /v1.
var Dialect = newDialect()

func newDialect() dialect.Dialect {
	d := openai.Dialect
	d.Name = "responses"
	d.Mounts = mountRoutes("/v1", "/openai/v1")
	d.Unmounted = []dialect.Operation{dialect.Stream}
	d.Claims = claimsRequest
	d.Decode = decodeRequest
	d.Tables = fieldTables
	d.EncodeTokens = encodeTokens
	d.EncodeAnswer = encodeAnswer
	d.NewEncoder = newEncoder
	return d
}

func mountRoutes(prefixes ...string) []dialect.Mount {
	var mounts []dialect.Mount
	for _, prefix := range prefixes {
		mounts = append(mounts, dialect.Mount{Method: http.MethodPost, Pattern: prefix + "/responses", Op: dialect.Generate})
		for _, route := range storedRoutes {
			mounts = append(mounts, dialect.Mount{Method: route.method, Pattern: prefix + route.pattern, Op: dialect.Stored})
		}
	}
	return mounts
}

// storedRoute is a route of what is stored. The function returns the call for the thing
// with that ID.
type storedRoute struct {
	method, pattern string
	decode          func(r *http.Request, id string) (*dialect.Call, error)
}

// idParam is the wildcard with the ID of a response.
const idParam = "response"

var storedRoutes = []storedRoute{
	{http.MethodGet, "/responses/:response", retrieve},
	{http.MethodDelete, "/responses/:response", remove},
	{http.MethodGet, "/responses/:response/input_items", listInput},
	{http.MethodPost, "/responses/:response/cancel", cancel},
}

// decodeRequest reads the request of any route.
func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/openai"), "/v1")
	for _, route := range storedRoutes {
		id := param(idParam)
		if r.Method == route.method && path == strings.Replace(route.pattern, ":"+idParam, id, 1) {
			return route.decode(r, id)
		}
	}
	return decodeCreate(r, param(dialect.DeploymentParam))
}

func claimsRequest(r *http.Request) bool {
	path := r.URL.Path
	return dialect.IsUnder(path, "/v1/responses") || dialect.IsUnder(path, "/openai/v1/responses")
}
