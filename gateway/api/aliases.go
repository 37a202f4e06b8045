package api

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// Alias is a further name of a model.
type Alias struct {
	// Name is what clients ask for. Each * in it stands for any text, and such names
	// are not listed.
	Name string
	// Models are the ids for which it may stand: the first that is served.
	Models []string
	// Shipped marks an alias that is not the owner's: it counts only for names that
	// nothing else has.
	Shipped bool
}

// aliases are those of a server, in the order in which they are looked at.
type aliases []Alias

// sortAliases returns the aliases in order: the owner's before the shipped ones, whole
// names before patterns, and patterns with more letters before those with fewer.
func sortAliases(list []Alias) aliases {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Alias) int {
		return cmp.Or(compareBools(a.Shipped, b.Shipped), compareBools(a.isPattern(), b.isPattern()),
			cmp.Compare(b.letters(), a.letters()), strings.Compare(a.Name, b.Name))
	})
	return sorted
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func (a Alias) isPattern() bool { return strings.Contains(a.Name, "*") }

// letters is how many characters a name must have to match.
func (a Alias) letters() int { return len(a.Name) - strings.Count(a.Name, "*") }

// matches reports whether a name is the alias, or fits its pattern.
func (a Alias) matches(name string) bool {
	parts := strings.Split(a.Name, "*")
	if len(parts) == 1 {
		return name == a.Name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	for _, part := range parts[1 : len(parts)-1] {
		if !ok {
			return false
		}
		_, rest, ok = strings.Cut(rest, part)
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}

// target returns the model for which the alias stands, if it is served.
func (a Alias) target(models []chat.Model) (chat.Model, bool) {
	for _, id := range a.Models {
		if i := slices.IndexFunc(models, func(m chat.Model) bool { return m.ID == id }); i >= 0 {
			return models[i], true
		}
	}
	return chat.Model{}, false
}

// findModel returns the model with a name. A whole name of the owner's counts before
// what is served, a pattern after it, and what is shipped last.
func (l aliases) findModel(name string, models []chat.Model) (chat.Model, error) {
	served := Alias{Models: []string{name}}
	for _, alias := range l {
		if alias.isPattern() || alias.Shipped {
			if m, ok := served.target(models); ok {
				return m, nil
			}
		}
		if !alias.matches(name) {
			continue
		}
		m, ok := alias.target(models)
		if ok {
			return m, nil
		}
		if !alias.Shipped {
			return m, lostAliasError(name, alias)
		}
	}
	if m, ok := served.target(models); ok {
		return m, nil
	}
	return chat.Model{}, unknownModelError(name)
}

// listModels returns the models with the owner's whole names of them.
func (l aliases) listModels(models []chat.Model) []chat.Model {
	all := slices.Clip(models)
	for _, alias := range l {
		m, ok := alias.target(models)
		taken := slices.ContainsFunc(all, func(m chat.Model) bool { return m.ID == alias.Name })
		if ok && !taken && !alias.isPattern() && !alias.Shipped {
			all = append(all, nameModel(alias.Name, m))
		}
	}
	return all
}

// nameModel returns the entry of a model under another name.
func nameModel(name string, m chat.Model) chat.Model {
	m.Description = "Another name of " + m.ID + "."
	m.ID, m.Name = name, name
	return m
}

func unknownModelError(name string) *chat.Error {
	return &chat.Error{
		Kind: chat.UnknownModel, Param: "model",
		Message: "the model " + strconv.Quote(name) + " is not served here; the model list names those that are",
	}
}

func lostAliasError(name string, alias Alias) *chat.Error {
	return &chat.Error{
		Kind: chat.UnknownModel, Param: "model",
		Message: "the model " + strconv.Quote(name) + " is an alias of " + strings.Join(alias.Models, ", ") +
			", which is not served here now; the model list names those that are",
	}
}

// findModel returns the model that a call asks for. A call that names none gets the
// first one that makes pictures.
func (a *API) findModel(call *dialect.Call, models []chat.Model) (chat.Model, error) {
	if call.Model == "" {
		if i := slices.IndexFunc(models, func(m chat.Model) bool { return m.Image }); i >= 0 {
			call.Model = models[i].ID
			return models[i], nil
		}
	}
	m, err := a.aliases.findModel(call.Model, models)
	if err == nil && call.Pictures != nil && !m.Image {
		return m, noPicturesError(call, models)
	}
	return m, err
}

// noPicturesError is the error of a model that is asked for pictures and cannot make
// any.
func noPicturesError(call *dialect.Call, models []chat.Model) *chat.Error {
	var painters []string
	for _, m := range models {
		if m.Image {
			painters = append(painters, m.ID)
		}
	}
	return &chat.Error{
		Kind: chat.BadRequest, Param: "model",
		Message: "the model " + strconv.Quote(call.Model) + " makes no pictures; those that do: " + strings.Join(painters, ", "),
	}
}
