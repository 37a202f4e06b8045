package simulator

import "slices"

// Model is one row of the model list.
type Model struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	// Number is the model's number in the picker: 1 Fast, 2 Thinking, 3 Pro,
	// 6 Lite.
	Number int `json:"number"`
	// Version is the display name in answers, such as "3.6 Flash".
	Version string `json:"version"`
	// Serves is the id of the model that answers if this one is a pointer to the
	// newest of a family. "" means the model itself.
	Serves string `json:"serves,omitempty"`
}

// Plan is the subscription of the account; it decides about the models on offer.
type Plan string

// The plans.
const (
	Free     Plan = "free"
	Plus     Plan = "plus"
	Advanced Plan = "advanced"
)

var (
	freeModels = []Model{
		{ID: "fbb127bbb056c959", Name: "Fast", Description: "All-around help", Number: 1, Version: "3.6 Flash"},
		{ID: "5bf011840784117a", Name: "Thinking", Description: "Solves complex problems", Number: 2, Version: "3.6 Flash Thinking"},
		{ID: "9d8ca3786ebdfbea", Name: "Pro", Description: "Advanced math & code", Number: 3, Version: "3.1 Pro"},
	}
	paidModels = []Model{
		{ID: "56fdd199312815e2", Name: "Flash", Description: "All-around help", Number: 1, Version: "3.7 Flash"},
		{ID: "e051ce1aa80aa576", Name: "Thinking", Description: "Solves complex problems", Number: 2, Version: "3.7 Flash Thinking"},
		{ID: "e6fa609c3fa255c0", Name: "Pro", Description: "Advanced math & code", Number: 3, Version: "3.1 Pro"},
		{ID: "8c46e95b1a07cecc", Name: "Flash-Lite", Description: "Fastest answers", Number: 6, Version: "3.5 Flash-Lite"},
	}
	guestModel = freeModels[0]
)

func (p Plan) planModels() []Model {
	if p == Free {
		return slices.Clone(freeModels)
	}
	return slices.Clone(paidModels)
}

// planFlags are the tier and capability numbers from which clients guess the plan.
func (p Plan) planFlags() (tier, caps []any) {
	switch p {
	case Free:
		return []any{19}, []any{}
	case Plus:
		return []any{19}, []any{115}
	default:
		return []any{8, 19}, []any{19}
	}
}

// offeredModels are the models in the session's list, the default one first.
func (cfg *SessionConfig) offeredModels() []Model {
	if cfg.Models != nil {
		return cfg.Models
	}
	return cfg.Plan.planModels()
}

// findModel finds an id among the models of the session, the default for "". A paid
// account may still ask for the free ids; the ids of older years are gone for
// all.
func (cfg *SessionConfig) findModel(id string) (Model, bool) {
	offers := cfg.offeredModels()
	if id == "" && len(offers) > 0 {
		return offers[0], true
	}
	if cfg.Models == nil && cfg.Plan != Free {
		offers = slices.Concat(offers, freeModels)
	}
	i := slices.IndexFunc(offers, func(m Model) bool { return m.ID == id })
	if i < 0 {
		return Model{}, false
	}
	return offers[i], true
}
