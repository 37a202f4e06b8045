package geminiweb_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// answerBy is the body of an answer by a model.
func answerBy(id, name string) string {
	body := make([]any, 43)
	body[1] = []any{"c_1", "r_1"}
	body[4] = []any{[]any{"rc_1", []any{"fine"}, nil, nil, nil, nil, true, nil, []any{2}}}
	body[39], body[42] = id, name
	inner, _ := json.Marshal(body)
	row, _ := json.Marshal([]any{[]any{"wrb.fr", nil, string(inner)}})
	return wiretest.Guard + wiretest.FrameRow(string(row))
}

// TestWhoAnswered: a downgrade is an answer of another family or an older version.
// Ids that are pointers to the current model refuse nobody.
func TestWhoAnswered(t *testing.T) {
	t.Parallel()
	const pointer, flash, pro, lite, guest = "797f3d0293f288ad", "56fdd199312815e2", "e6fa609c3fa255c0", "8c46e95b1a07cecc", "fbb127bbb056c959"
	row := func(id, version string, number int) simulator.Model {
		return simulator.Model{ID: id, Name: "x", Description: "y", Number: number, Version: version}
	}
	versioned := []simulator.Model{row(pointer, "3.6 Flash", 1), row(pro, "3.1 Pro", 3), row(lite, "3.5 Flash-Lite", 6)}
	unversioned := []simulator.Model{row(pointer, "", 1), row(pro, "", 3), row(lite, "", 6)}
	tests := []struct {
		name       string
		models     []simulator.Model
		asked      string
		id, served string
		downgraded bool
	}{
		{"itself", versioned, "gemini-flash", pointer, "3.6 Flash", false},
		{"what a pointer points to", versioned, "gemini-flash", "0123456789abcdef", "3.6 Flash", false},
		{"what a pointer points to, by its version", versioned, "gemini-3.6-flash", "0123456789abcdef", "3.6 Flash", false},
		{"a newer version than the list had", versioned, "gemini-flash", "0123456789abcdef", "3.7 Flash", false},
		{"a newer version with one more digit", versioned, "gemini-flash", "0123456789abcdef", "3.10 Flash", false},
		{"the one that thinks", versioned, "gemini-flash", "0123456789abcdef", "3.6 Flash Thinking", true},
		{"an older version", versioned, "gemini-flash", "0123456789abcdef", "3.5 Flash", true},
		{"the guests' model", versioned, "gemini-flash", guest, "3.5 Flash", true},
		{"a smaller one", versioned, "gemini-flash", lite, "3.5 Flash-Lite", true},
		{"a smaller one than pro", versioned, "gemini-pro", "0123456789abcdef", "3.6 Flash", true},
		{"a smaller one by id alone", versioned, "gemini-pro", lite, "", true},
		{"a smaller one under a pointer's id", versioned, "gemini-pro", pointer, "", true},
		{"a name that says nothing", versioned, "gemini-flash", "0123456789abcdef", "快速", false},
		{"nothing known", versioned, "gemini-flash", "0123456789abcdef", "", false},
		{"a list without versions", unversioned, "gemini-2.5-flash", "0123456789abcdef", "3.6 Flash", false},
		{"a list without versions, smaller", unversioned, "gemini-2.5-pro", "0123456789abcdef", "3.6 Flash", true},
		{"a list without versions, the guests' model", unversioned, "gemini-2.5-flash", guest, "3.6 Flash", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
				up := &bodies{next: sim, bodies: []string{answerBy(tt.id, tt.served)}}
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: up})
				w.set = setOf(sim.AddSession(simulator.SessionConfig{Name: "owner", Plan: simulator.Advanced, Models: tt.models}))
				w.client.Probe(t.Context(), w.set)
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest(tt.asked, "hi")))
				if downgraded := err != nil && chat.AsError(err).Kind == chat.Downgraded; downgraded != tt.downgraded || !downgraded && (err != nil || answer.Text != "fine") {
					t.Errorf("got %q, %v; want a downgrade: %t", answer.Text, err, tt.downgraded)
				}
			})
		})
	}
}

// TestThinkingModelAnswers: whoever asks for extended thinking may get the model that
// thinks.
func TestThinkingModelAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, _ := newBodies(t, geminiweb.Config{}, answerBy("5bf011840784117a", "3.6 Flash Thinking"))
		req := newRequest("gemini-2.5-flash", "hi")
		req.Thinking = chat.ThinkingExtended
		if answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req)); err != nil || answer.Text != "fine" {
			t.Errorf("got %q, %v", answer.Text, err)
		}
	})
}
