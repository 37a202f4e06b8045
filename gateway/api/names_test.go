package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

// TestListedNamesAreServed: what the list names can be asked for, in each dialect
// and path, with its slashes as they are and escaped.
func TestListedNamesAreServed(t *testing.T) {
	for _, name := range []string{"google/gemini-2.5-flash", "gemini-2.5-flash:latest", "a/b:c@1+x"} {
		g := newRig(t)
		g.actor.models = []chat.Model{{ID: name, Name: name}}
		const question = `"messages":[{"role":"user","content":"a"}]`
		for _, c := range []call{
			{path: "/v1/models/" + name},
			{path: "/v1/models/" + url.PathEscape(name)},
			{path: "/openai/v1/models/" + name},
			{path: "/v1beta/models/" + name},
			{path: "/gemini/v1beta/models/" + url.PathEscape(name)},
			{path: "/v1/chat/completions", body: `{"model":"` + name + `",` + question + `}`},
			{path: "/v1/chat/completions", body: `{"model":"models/` + name + `","stream":true,` + question + `}`},
			{path: "/v1beta/models/" + name + ":generateContent", body: `{"contents":[{"parts":[{"text":"a"}]}]}`},
			{path: "/gemini/v1beta/models/" + url.PathEscape(name) + ":streamGenerateContent?alt=sse", body: `{"contents":[{"parts":[{"text":"a"}]}]}`},
			{path: "/v1/models/" + name + ":countTokens", body: `{"contents":[{"parts":[{"text":"a"}]}]}`},
		} {
			c.key = apiKey
			if w := g.do(c); w.Code != http.StatusOK || strings.Contains(c.path, "/models/"+name) && c.body == "" && !strings.Contains(w.Body.String(), name) {
				t.Errorf("%s %s: status %d: %s", c.path, c.body, w.Code, w.Body)
			}
		}
	}
}
