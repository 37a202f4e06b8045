package daemon

import "github.com/geminid/geminid/gateway/api"

// The models for which the shipped aliases stand. The last of each is always served.
var (
	proModels   = []string{"gemini-2.5-pro"}
	flashModels = []string{"gemini-2.5-flash"}
	liteModels  = []string{"gemini-flash-lite", "gemini-2.5-flash"}
)

// shippedAliases let programs ask for what they ask for by default: the current ids of
// Google's public API, of which a web session has only the newest model of each kind,
// and the names of the models that Claude Code wants. Voices, embeddings and the like
// are no chat and stand for nothing.
var shippedAliases = map[string][]string{
	"gemini-*-pro": proModels, "gemini-*-pro-preview": proModels, "gemini-*-pro-preview-customtools": proModels, "gemini-*-pro-preview-0*": proModels, "gemini-*-pro-0*": proModels,
	"gemini-*-flash": flashModels, "gemini-*-flash-preview": flashModels, "gemini-*-flash-preview-0*": flashModels, "gemini-*-flash-0*": flashModels,
	"gemini-flash-latest": flashModels, "gemini-pro-latest": proModels, "gemini-flash-lite-latest": liteModels,
	"gemini-*-flash-lite": liteModels, "gemini-*-flash-lite-preview": liteModels, "gemini-*-flash-lite-preview-0*": liteModels, "gemini-*-flash-lite-0*": liteModels,
	"claude-*": proModels, "claude-*haiku*": flashModels,
}

// modelAliases returns the owner's aliases and the shipped ones.
func modelAliases(own map[string]string) []api.Alias {
	list := make([]api.Alias, 0, len(own)+len(shippedAliases))
	for name, model := range own {
		list = append(list, api.Alias{Name: name, Models: []string{model}})
	}
	for name, models := range shippedAliases {
		list = append(list, api.Alias{Name: name, Models: models, Shipped: true})
	}
	return list
}
