package responses

import (
	"net/http"

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
	}
	return mounts
}

func claimsRequest(r *http.Request) bool {
	path := r.URL.Path
	return dialect.IsUnder(path, "/v1/responses") || dialect.IsUnder(path, "/openai/v1/responses")
}
