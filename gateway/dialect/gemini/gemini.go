package gemini

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/gateway/dialect"
)

// Dialect is the native format of generativelanguage.googleapis.com. The SDKs
// disagree about the version in the path and some users leave out the prefix
// /gemini, so every version is served with it and without.
var Dialect = dialect.Dialect{
	Name:         "gemini",
	Mounts:       mountRoutes("/gemini/v1beta", "/gemini/v1", "/gemini/v1alpha", "/v1beta", "/v1alpha", "/v1"),
	Unmounted:    []dialect.Operation{dialect.Stream, dialect.CountTokens, dialect.Images, dialect.Edits},
	Claims:       claimsRequest,
	Decode:       decodeRequest,
	Tables:       fieldTables,
	ExplainPath:  explainPath,
	EncodeModels: encodeModels,
	EncodeModel:  encodeModel,
	EncodeTokens: encodeTokens,
	EncodeAnswer: encodeAnswer,
	EncodeError:  encodeError,
	BrokenEnd:    dialect.EndCut,
	IDHeader:     "X-Request-Id",
	NewEncoder:   newEncoder,
}

// mountRoutes returns the routes under each prefix. The verb of
// models/M:generateContent is not a path segment, so one wildcard takes model
// and verb together.
func mountRoutes(prefixes ...string) []dialect.Mount {
	var mounts []dialect.Mount
	for _, prefix := range prefixes {
		mounts = append(mounts,
			dialect.Mount{Method: http.MethodGet, Pattern: prefix + "/models", Op: dialect.Models},
			dialect.Mount{Method: http.MethodGet, Pattern: prefix + "/models/*call", Op: dialect.Models},
			dialect.Mount{Method: http.MethodPost, Pattern: prefix + "/models/*call", Op: dialect.Generate},
		)
	}
	return mounts
}

// claimsRequest claims the paths that only this dialect has. It shares /v1 with
// OpenAI: there a verb decides, or a key sent as the Gemini SDKs send it, so that
// each client reads errors in its own format.
func claimsRequest(r *http.Request) bool {
	path := r.URL.Path
	for _, prefix := range []string{"/gemini", "/v1beta", "/v1alpha", "/upload/v1beta", "/upload/v1alpha", "/upload/v1"} {
		if dialect.IsUnder(path, prefix) {
			return true
		}
	}
	below, ok := strings.CutPrefix(path, "/v1/")
	collection, rest, _ := strings.Cut(below, "/")
	switch {
	case !ok:
		return false
	case collection == "models":
		return hasGeminiKey(r) || r.Method == http.MethodPost && strings.Contains(rest, ":")
	default:
		return hasGeminiKey(r) && (collection == "tunedModels" || absentCollections[collection] != "")
	}
}

func hasGeminiKey(r *http.Request) bool {
	return r.Header.Get("X-Goog-Api-Key") != "" || r.Header.Get("X-Goog-Api-Client") != "" || r.URL.Query().Get("key") != ""
}
