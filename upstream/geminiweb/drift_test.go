package geminiweb_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// answerWith is the body of a complete answer with values at further places.
func answerWith(body, candidate, container map[int]any) string {
	fill := func(n int, places map[int]any) []any {
		list := make([]any, n)
		for place, value := range places {
			list[place] = value
		}
		return list
	}
	c := fill(90, candidate)
	c[0], c[1], c[8], c[12] = "rc_1", []any{"fine"}, []any{2}, fill(90, container)
	b := fill(90, body)
	b[1], b[4] = []any{"c_1", "r_1"}, []any{c}
	inner, _ := json.Marshal(b)
	row, _ := json.Marshal([]any{[]any{"wrb.fr", nil, string(inner)}})
	return wiretest.Guard + wiretest.FrameRow(string(row))
}

// TestSignsOfDrift: what is new is counted by its place or code, once an answer, and
// the answer is not touched.
func TestSignsOfDrift(t *testing.T) {
	t.Parallel()
	refused := func(code string) string {
		return wiretest.FrameRow(`[["wrb.fr",null,null,null,null,[13,null,[["type.googleapis.com/assistant.boq.bard.application.BardErrorInfo",[` + code + `]]]]]]`)
	}
	plain := answerWith(nil, nil, nil)
	tests := []struct {
		name, body string
		thinking   chat.Thinking
		signs      []string
		fails      bool
	}{
		{name: "nothing new", body: plain},
		{name: "known places", body: answerWith(map[int]any{5: "x", 44: 1, 51: true}, map[int]any{9: "en", 48: 1}, map[int]any{6: []any{}})},
		{name: "a place of the body", body: answerWith(map[int]any{77: "a secret"}, nil, nil), signs: []string{"body_index 77"}},
		{name: "twice in one answer", body: answerWith(map[int]any{77: 1}, nil, nil) + answerWith(map[int]any{77: 1}, nil, nil)[len(wiretest.Guard):], signs: []string{"body_index 77"}},
		{name: "a place of the candidate", body: answerWith(nil, map[int]any{33: false, 70: []any{}}, nil), signs: []string{"candidate_index 33", "candidate_index 70"}},
		{name: "a place of the container", body: answerWith(nil, nil, map[int]any{50: "x"}), signs: []string{"container_index 50"}},
		{name: "a refusal behind the answer", body: plain + refused("1096"), signs: []string{"refusal 1096 trailing"}},
		{name: "a refusal", body: wiretest.Guard + refused("1096"), signs: []string{"refusal 1096"}, fails: true},
		{name: "a refusal of files", body: wiretest.Guard + refused("1100"), signs: []string{"refusal 1100"}, fails: true},
		{name: "a bare status", body: wiretest.Guard + wiretest.FrameRow(`[["wrb.fr",null,null,null,null,[8]]]`), signs: []string{"refusal status 8"}, fails: true},
		{name: "no thoughts", body: plain, thinking: chat.ThinkingExtended, signs: []string{"extended_thinking without thoughts"}},
		{name: "thoughts", body: answerWith(nil, map[int]any{37: []any{[]any{"hm"}}}, nil), thinking: chat.ThinkingExtended, signs: []string{"extended_thinking with thoughts"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var signs []string
				w, _ := newBodies(t, geminiweb.Config{Noticed: func(sign geminiweb.Sign, detail string) {
					signs = append(signs, string(sign)+" "+detail)
				}}, tt.body)
				req := newRequest("gemini-2.5-flash", "hi")
				req.Thinking, req.Stream = tt.thinking, tt.name != "thoughts"
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
				if (err != nil) != tt.fails || !tt.fails && answer.Text != "fine" {
					t.Errorf("got %q, %v", answer.Text, err)
				}
				if !slices.Equal(signs, tt.signs) {
					t.Errorf("signs %q, want %q", signs, tt.signs)
				}
			})
		})
	}
}

// TestRecordingsHoldNothingNew: the simulator and the recordings have no unknown place.
// The chip of [dirty] is one of a document that does not come.
func TestRecordingsHoldNothingNew(t *testing.T) {
	t.Parallel()
	for _, prompt := range []string{"hi", "[image]", "[video]", "[music]", "[think][code]", "[queue][tool]"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Noticed: func(sign geminiweb.Sign, detail string) {
				t.Errorf("%s: %s %s", prompt, sign, detail)
			}})
			if _, err := w.ask(t.Context(), prompt); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMediaFailuresAreCounted: by host and status, without the link.
func TestMediaFailuresAreCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var signs []string
		sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: detour{sim, func(r *http.Request) (*http.Response, error) {
			return reply(r, http.StatusForbidden, "", strings.NewReader("no")), nil
		}}, Noticed: func(sign geminiweb.Sign, detail string) { signs = append(signs, string(sign)+" "+detail) }})
		w.set = setOf(sim.AddSession(simulator.SessionConfig{Name: "owner"}))
		if _, err := w.ask(t.Context(), "[image][say Here]"); err != nil {
			t.Error(err)
		}
		if len(signs) != 1 || !strings.HasPrefix(signs[0], "media lh3.googleusercontent.com") || !strings.Contains(signs[0], "403") {
			t.Errorf("signs %q", signs)
		}
	})
}
