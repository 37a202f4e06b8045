package geminiweb_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// translated are the models of an account whose labels are in another language.
var translated = []simulator.Model{
	{ID: "56fdd199312815e2", Name: "快速", Description: "x", Number: 1, Version: "3.6 Flash"},
	{ID: "e6fa609c3fa255c0", Name: "专业", Description: "x", Number: 3, Version: "3.1 Pro"},
	{ID: "8c46e95b1a07cecc", Name: "轻量", Description: "x", Number: 6, Version: "3.5 Flash-Lite"},
	{ID: "797f3d0293f288ad", Name: "新", Description: "x", Version: "4 Ultra"},
	{ID: "a74ec8485b3b5ce4", Name: "自动", Description: "x", Number: 4},
}

// TestNamesOfModels: the version of a row is a name, families stand for the current
// model, and only what has neither is offered by its upstream id.
func TestNamesOfModels(t *testing.T) {
	t.Parallel()
	tests := map[string]string{ // public id → upstream id
		"gemini-3.6-flash":         "56fdd199312815e2",
		"gemini-flash":             "56fdd199312815e2",
		"gemini-flash-latest":      "56fdd199312815e2",
		"gemini-2.5-flash":         "56fdd199312815e2",
		"gemini-3.1-pro":           "e6fa609c3fa255c0",
		"gemini-pro":               "e6fa609c3fa255c0",
		"gemini-3.5-flash-lite":    "8c46e95b1a07cecc",
		"gemini-flash-lite":        "8c46e95b1a07cecc",
		"gemini-4-ultra":           "797f3d0293f288ad",
		"gemini-a74ec8485b3b5ce4":  "a74ec8485b3b5ce4",
		"797f3d0293f288ad":         "797f3d0293f288ad",
		"gemini-3.7-flash":         "", // of another version than the account has
		"gemini-3.6":               "",
		"gemini-56fdd199312815e2x": "",
	}
	synctest.Test(t, func(t *testing.T) {
		w := newPlainWorld(t, simulator.SessionConfig{Models: translated}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		var listed []string
		for _, m := range w.client.Models(w.set) {
			listed = append(listed, m.ID)
		}
		for _, id := range []string{"gemini-3.6-flash", "gemini-flash", "gemini-pro", "gemini-flash-lite", "gemini-3.5-flash-lite", "gemini-4-ultra", "gemini-a74ec8485b3b5ce4"} {
			if !slices.Contains(listed, id) {
				t.Errorf("%s is not listed in %v", id, listed)
			}
		}
		if slices.Contains(listed, "gemini-56fdd199312815e2") {
			t.Error("a model that has a version is listed by its upstream id")
		}
		for name, id := range tests {
			w.calls()
			_, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest(name, "hi")))
			journal := w.sim.Journal()
			switch {
			case id == "" && (err == nil || chat.AsError(err).Kind != chat.UnknownModel || len(journal) != 0):
				t.Errorf("%s: %v and %d calls, want an unknown model and none", name, err, len(journal))
			case id != "" && (err != nil || len(journal) != 1 || journal[0].Model != id):
				t.Errorf("%s asked for %+v, %v; want %s", name, journal, err, id)
			}
		}
	})
}

func TestFamilyThatIsNotOffered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{Plan: simulator.Free}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		for _, m := range w.client.Models(w.set) {
			if m.ID == "gemini-flash-lite" {
				t.Error("gemini-flash-lite is listed and not offered")
			}
		}
		_, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-flash-lite", "hi")))
		if chat.AsError(err).Kind != chat.UnknownModel {
			t.Errorf("got %v", err)
		}
	})
}
