package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// talkTo makes a conversation and returns its ID.
func (g *rig) talkTo(body string) string {
	g.t.Helper()
	w := g.do(call{path: "/v1/conversations", key: apiKey, body: body})
	id, _ := at(fields(g.t, w.Body.Bytes()), "id").(string)
	if w.Code != http.StatusOK || !strings.HasPrefix(id, "conv_") || at(fields(g.t, w.Body.Bytes()), "object") != "conversation" {
		g.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return id
}

// TestConversation: a response knows what was said in its conversation, and becomes a part
// of it.
func TestConversation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "answers")
	g := newRig(t, keeping(t, dir))
	id := g.talkTo(`{"metadata":{"a":"b"},"items":[{"role":"user","content":"zero"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"null"}]}]}`)
	_, w := g.respond(apiKey, `"input":"one","conversation":"`+id+`"`)
	if w.Code != 200 || at(fields(t, w.Body.Bytes()), "conversation", "id") != id {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	g = newRig(t, keeping(t, dir))
	g.actor.plays(says("second"))
	_, w = g.respond(apiKey, `"input":[{"role":"user","content":"two"}],"conversation":{"id":"`+id+`"},"store":false,"stream":true`)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	g.respond(apiKey, `"input":"three","conversation":"`+id+`"`)
	if got, want := g.actor.talk(), "user: zero\nmodel: null\nuser: one\nmodel: Hello\nuser: two\nmodel: second\nuser: three"; got != want {
		t.Errorf("asked\n%s\nwant\n%s", got, want)
	}
	list := fields(t, g.do(call{path: "/v1/conversations/" + id + "/items?order=asc", key: apiKey}).Body.Bytes())
	items, _ := at(list, "data").([]any)
	seen := make(map[any]bool)
	for _, item := range items {
		seen[item.(map[string]any)["id"]] = true
	}
	if len(items) != 8 || len(seen) != 8 || seen[""] {
		t.Errorf("%d items with %d IDs: %v", len(items), len(seen), list)
	}
}

// TestConversationItems: items are added, read and removed one by one.
func TestConversationItems(t *testing.T) {
	g := newRig(t, keeping(t, filepath.Join(t.TempDir(), "answers")))
	id := g.talkTo(`{}`)
	do := func(method, path, body string, want int) map[string]any {
		t.Helper()
		w := g.do(call{method: method, path: "/v1/conversations/" + id + path, key: apiKey, body: body})
		if w.Code != want {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if want != 200 {
			dialectError(t, "openai", w.Code, w.Header(), w.Body.Bytes())
		}
		return fields(t, w.Body.Bytes())
	}
	added := do("POST", "/items", `{"items":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}`, 200)
	first, _ := at(added, "data", 0, "id").(string)
	if got := do("GET", "/items/"+first, "", 200); at(got, "content", 0, "text") != "a" {
		t.Errorf("%v", got)
	}
	do("DELETE", "/items/"+first, "", 200)
	do("GET", "/items/"+first, "", 404)
	do("DELETE", "/items/"+first, "", 404)
	if again := do("POST", "/items", `{"items":[{"role":"user","content":"c"}]}`, 200); at(again, "data", 0, "id") == at(added, "data", 1, "id") {
		t.Errorf("an ID is there twice: %v", again)
	}
	do("POST", "/items", `{"items":[]}`, 400)
	do("POST", "/items", `{"items":[{"type":"hologram"}]}`, 400)
	do("POST", "/items", `{"items":[{"type":"item_reference","id":"x"}]}`, 400)
	if got := do("POST", "", `{"metadata":{"k":"v"}}`, 200); at(got, "metadata", "k") != "v" || at(do("GET", "", "", 200), "metadata", "k") != "v" {
		t.Errorf("%v", got)
	}
	do("POST", "", `{"metadata":5}`, 400)
	for _, path := range []string{"", "/items"} {
		if w := g.do(call{path: "/v1/conversations/" + id + path, key: adminKey}); w.Code != 404 {
			t.Errorf("another key reads it: %d", w.Code)
		}
	}
	if _, w := g.respond(adminKey, `"input":"x","conversation":"`+id+`"`); w.Code != 400 || g.actor.calls() != 0 {
		t.Errorf("another key goes on with it: %d %s", w.Code, w.Body)
	}
	if _, w := g.respond(apiKey, `"input":"x","conversation":"`+id+`","previous_response_id":"resp_x"`); w.Code != 400 {
		t.Errorf("both: %d %s", w.Code, w.Body)
	}
	if got := do("DELETE", "", "", 200); at(got, "deleted") != true {
		t.Errorf("%v", got)
	}
	do("GET", "", "", 404)
	do("DELETE", "", "", 404)
	do("POST", "/items", `{"items":[{"role":"user","content":"c"}]}`, 404)
	if w := newRig(t).do(call{path: "/v1/conversations", key: apiKey, body: `{}`}); w.Code != 404 || !strings.Contains(w.Body.String(), "answers_max_age") {
		t.Errorf("without a store: %d %s", w.Code, w.Body)
	}
}

// TestConversationAtOnce: of responses at the same time none is lost.
func TestConversationAtOnce(t *testing.T) {
	g := newRig(t, keeping(t, filepath.Join(t.TempDir(), "answers")))
	id := g.talkTo(`{}`)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			w := httptest.NewRecorder()
			g.api.Handler().ServeHTTP(w, g.request(call{path: "/v1/responses", key: apiKey, body: fmt.Sprintf(`{"model":%q,"input":"%d","conversation":%q}`, flash, i, id)}))
			if w.Code != http.StatusOK {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	list := fields(t, g.do(call{path: "/v1/conversations/" + id + "/items?limit=100", key: apiKey}).Body.Bytes())
	if items, _ := at(list, "data").([]any); len(items) != 16 {
		t.Errorf("%d items of eight questions and answers", len(items))
	}
}
