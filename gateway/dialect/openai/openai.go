package openai

import (
	"net/http"

	"github.com/geminid/geminid/gateway/dialect"
)

// Dialect is the format of chat completions and the Images API. /openai/v1 is an
// alias of /v1.
var Dialect = dialect.Dialect{
	Name:         "openai",
	Mounts:       mountRoutes("/v1", "/openai/v1"),
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
	IDHeader:     "X-Request-Id",
	NewEncoder:   newEncoder,
}

func mountRoutes(prefixes ...string) []dialect.Mount {
	var mounts []dialect.Mount
	for _, prefix := range prefixes {
		mounts = append(mounts,
			dialect.Mount{Method: http.MethodGet, Pattern: prefix + "/models", Op: dialect.Models},
			dialect.Mount{Method: http.MethodGet, Pattern: prefix + "/models/*call", Op: dialect.Models},
			dialect.Mount{Method: http.MethodPost, Pattern: prefix + "/chat/completions", Op: dialect.Generate},
			dialect.Mount{Method: http.MethodPost, Pattern: prefix + "/images/generations", Op: dialect.Images},
			dialect.Mount{Method: http.MethodPost, Pattern: prefix + "/images/edits", Op: dialect.Edits},
		)
	}
	return mounts
}

// claimsRequest claims all of /v1 and /openai that no earlier dialect claimed,
// and the billing page that NextChat asks for.
func claimsRequest(r *http.Request) bool {
	path := r.URL.Path
	return dialect.IsUnder(path, "/v1") || dialect.IsUnder(path, "/openai") || dialect.IsUnder(path, "/dashboard/billing")
}
