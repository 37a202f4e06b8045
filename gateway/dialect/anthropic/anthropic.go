package anthropic

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/gateway/dialect"
)

// Dialect is the format of the Messages API. It shares the model list of /v1 with
// OpenAI's, which clients of this format ask for with their header.
var Dialect = dialect.Dialect{
	Name: "anthropic",
	Mounts: []dialect.Mount{
		{Method: http.MethodPost, Pattern: messagesPath, Op: dialect.Generate},
		{Method: http.MethodPost, Pattern: countPath, Op: dialect.CountTokens},
		{Method: http.MethodGet, Pattern: modelsPath, Op: dialect.Models},
		{Method: http.MethodGet, Pattern: modelsPath + "/*call", Op: dialect.Models},
	},
	Unmounted:    []dialect.Operation{dialect.Stream},
	Claims:       claimsRequest,
	Decode:       decodeRequest,
	Tables:       fieldTables,
	ExplainPath:  explainPath,
	EncodeModels: encodeModels,
	EncodeModel:  encodeModel,
	EncodeTokens: encodeTokens,
	EncodeAnswer: encodeAnswer,
	EncodeError:  encodeError,
	BrokenEnd:    dialect.EndWhole,
	IDHeader:     "Request-Id",
	NewEncoder:   newEncoder,
}

const (
	messagesPath = "/v1/messages"
	countPath    = messagesPath + "/count_tokens"
	modelsPath   = "/v1/models"
)

// versionHeader is sent by all clients of this format, and by no others.
const versionHeader = "Anthropic-Version"

// claimsRequest claims the paths that only this API has, and with its header the
// collections that OpenAI's has too.
func claimsRequest(r *http.Request) bool {
	if dialect.IsUnder(r.URL.Path, messagesPath) || r.URL.Path == "/v1/complete" {
		return true
	}
	below, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	collection, _, _ := strings.Cut(below, "/")
	return ok && r.Header.Get(versionHeader) != "" && (collection == "models" || absentCollections[collection] != "")
}
