package responses

import (
	"cmp"
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

// storedRoute is a route of what is stored. The function returns the call for the
// response or the conversation with that ID, and the item of a conversation.
type storedRoute struct {
	method, pattern string
	decode          func(r *http.Request, id, item string) (*dialect.Call, error)
}

var storedRoutes = []storedRoute{
	{http.MethodGet, "/responses/:response", retrieve},
	{http.MethodDelete, "/responses/:response", remove},
	{http.MethodGet, "/responses/:response/input_items", listInput},
	{http.MethodPost, "/responses/:response/cancel", cancel},
	{http.MethodPost, "/conversations", createConversation},
	{http.MethodGet, "/conversations/:conversation", retrieveConversation},
	{http.MethodPost, "/conversations/:conversation", updateConversation},
	{http.MethodDelete, "/conversations/:conversation", removeConversation},
	{http.MethodGet, "/conversations/:conversation/items", listItems},
	{http.MethodPost, "/conversations/:conversation/items", addItems},
	{http.MethodGet, "/conversations/:conversation/items/:item", retrieveItem},
	{http.MethodDelete, "/conversations/:conversation/items/:item", removeItem},
}

// decodeRequest reads the request of any route.
func decodeRequest(r *http.Request, param func(string) string) (*dialect.Call, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/openai"), "/v1")
	id, item := cmp.Or(param("response"), param("conversation")), param("item")
	filled := strings.NewReplacer(":response", id, ":conversation", id, ":item", item)
	for _, route := range storedRoutes {
		if r.Method == route.method && path == filled.Replace(route.pattern) {
			return route.decode(r, id, item)
		}
	}
	return decodeCreate(r, param(dialect.DeploymentParam))
}

func claimsRequest(r *http.Request) bool {
	path := strings.TrimPrefix(r.URL.Path, "/openai")
	return dialect.IsUnder(path, "/v1/responses") || dialect.IsUnder(path, "/v1/conversations")
}
