package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/api"
)

// someAliases are the owner's and shipped ones, in no order.
func someAliases(c *api.Config) {
	c.Aliases = []api.Alias{
		{Name: "claude-*", Models: []string{pro}, Shipped: true}, {Name: "claude-*haiku*", Models: []string{flash}, Shipped: true},
		{Name: "gemini-*", Models: []string{"gone", flash}, Shipped: true}, {Name: "lost", Models: []string{"gone"}}, {Name: "shipped", Models: []string{pro}, Shipped: true},
		{Name: "Best of all", Models: []string{pro}}, {Name: "a/*:x@*", Models: []string{flash}}, {Name: "claude-own*", Models: []string{flash}}, {Name: "claude-own-1", Models: []string{pro}},
		{Name: "swap", Models: []string{pro}}, {Name: pro + "x*", Models: []string{flash}}, {Name: painter, Models: []string{flash}},
	}
}

// TestAliases: the owner's whole names count before what is served, his patterns after
// it, and what is shipped last; of patterns the one with more letters.
func TestAliases(t *testing.T) {
	g := newRig(t, someAliases)
	for name, want := range map[string]string{
		flash: flash, pro: pro, painter: flash, "Best of all": pro, "swap": pro, "shipped": pro,
		"claude-opus-5-5": pro, "claude-haiku-4-5": flash, "claude-3-5-haiku-20241022": flash, "claude-": pro, "claude": "",
		"claude-own-1": pro, "claude-own-2": flash, "claude-own-haiku": flash,
		"gemini-9-flash": flash, "a/b:x@": flash, "a/b/c:x@1:x@2": flash, "a/b:y@": "", "a/:x": "", "best of all": "", "lost": "", "gone": "", "x" + pro: "",
	} {
		for path, body := range map[string]string{
			"/v1/chat/completions": `{"model":"` + name + `","messages":[{"role":"user","content":"a"}]}`,
			"/v1/messages":         `{"model":"models/` + name + `","messages":[{"role":"user","content":"a"}]}`,
			"/gemini/v1beta/models/" + strings.ReplaceAll(name, " ", "%20") + ":generateContent": `{"contents":[{"parts":[{"text":"a"}]}]}`,
		} {
			before := g.actor.calls()
			w := g.do(call{path: path, body: body, key: apiKey})
			switch {
			case want == "" && (w.Code != http.StatusNotFound || g.actor.calls() != before):
				t.Errorf("%s at %s: %d %s", name, path, w.Code, w.Body)
			case want != "" && (w.Code != http.StatusOK || g.actor.asked[before].Model != want):
				t.Errorf("%s at %s: %d, want %s: %s", name, path, w.Code, want, w.Body)
			case want != "" && !strings.HasPrefix(path, "/gemini") && !strings.Contains(w.Body.String(), `"model":"`+name+`"`):
				t.Errorf("%s at %s: the answer is of another name: %s", name, path, w.Body)
			}
		}
	}
	w := g.do(call{path: "/v1/chat/completions", body: `{"model":"lost","messages":[{"role":"user","content":"a"}]}`, key: apiKey})
	if !strings.Contains(w.Body.String(), `\"lost\" is an alias of gone`) {
		t.Error(w.Body)
	}
}

// TestListOfAliases: the list has the owner's whole names that lead somewhere, and
// nothing that is not served by name; one entry can be asked for by any.
func TestListOfAliases(t *testing.T) {
	g := newRig(t, someAliases)
	var list struct {
		Data []struct{ ID, Description string }
	}
	if err := json.Unmarshal(g.do(call{path: "/v1/models", key: apiKey}).Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range list.Data {
		ids = append(ids, m.ID)
	}
	if want := []string{flash, pro, painter, "claude-own-1", "Best of all", "swap"}; !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(want))) {
		t.Errorf("listed are %q, want %q", ids, want)
	}
	for _, name := range append(ids, "claude-opus-5-5") {
		w := g.do(call{path: "/v1/models/" + strings.ReplaceAll(name, " ", "%20"), key: apiKey})
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"id":"`+name+`"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// TestAliasesInMetrics: a name that a client makes up does not become a label.
func TestAliasesInMetrics(t *testing.T) {
	g := newRig(t, someAliases)
	g.do(call{path: "/v1/messages", body: `{"model":"claude-made-up","stream":true,"messages":[{"role":"user","content":"a"}]}`, key: apiKey})
	if text := g.do(call{path: "/metrics"}).Body.String(); strings.Contains(text, "made-up") || !strings.Contains(text, `dialect="anthropic"`) {
		t.Error("the metrics hold the name of a client, or nothing of the dialect")
	}
	if text := g.log.String(); strings.Contains(text, "made-up") {
		t.Error(text)
	}
}
