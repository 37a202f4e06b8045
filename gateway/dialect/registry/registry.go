// Package registry is the table of the dialects that are served. A new dialect
// is a folder beside this one and a line in [All].
//
// # Concurrency
//
// Everything is safe for concurrent use; All must not be changed.
package registry

import (
	"net/http"

	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/anthropic"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/interactions"
	"github.com/geminid/geminid/gateway/dialect/openai"
	"github.com/geminid/geminid/gateway/dialect/responses"
)

// All lists the dialects in the order in which they may claim a request.
// OpenAI's comes last, because it claims the rest of /v1, and Gemini's behind the one
// that lies within its paths.
var All = []dialect.Dialect{
	interactions.Dialect,
	gemini.Dialect,
	anthropic.Dialect,
	responses.Dialect,
	openai.Dialect,
}

// FindDialect returns the dialect of r: the first in All that claims it. If none does,
// ok is false and the dialect is the one whose errors most clients can read.
func FindDialect(r *http.Request) (d *dialect.Dialect, ok bool) {
	for i := range All {
		if All[i].Claims(r) {
			return &All[i], true
		}
	}
	return &All[len(All)-1], false
}
