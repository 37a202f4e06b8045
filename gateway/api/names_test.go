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

// TestAddressesOfPresets: the paths that clients build lead to an answer, or to an
// error in their own format that names the substitute.
func TestAddressesOfPresets(t *testing.T) {
	const question, contents = `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"a"}]}`, `{"contents":[{"parts":[{"text":"a"}]}]}`
	azure := map[string]string{"Api-Key": apiKey}
	for _, tt := range []struct {
		call   call
		status int
		says   string
	}{
		{call{path: "/v1beta/openai/models", key: apiKey}, 200, `"object":"list"`},
		{call{path: "/v1beta/openai/chat/completions", key: apiKey, body: question}, 200, `"choices"`},
		{call{path: "/gemini/v1/chat/completions", key: apiKey, body: question}, 200, `"choices"`},
		{call{path: "/api/v1/chat/completions", key: apiKey, body: question}, 200, `"choices"`},
		{call{path: "/api/v1/models", key: apiKey}, 200, `"object":"list"`},
		{call{path: "/chat/completions", key: apiKey, body: question}, 200, `"choices"`},
		{call{path: "/v1//chat/completions/", key: apiKey, body: question}, 200, `"choices"`},
		{call{path: "/openai/deployments/gemini-2.5-flash/chat/completions?api-version=2024-06-01", header: azure, body: `{"messages":[{"role":"user","content":"a"}]}`}, 200, `"choices"`},
		{call{path: "/models/gemini-2.5-flash:generateContent", key: apiKey, body: contents}, 200, `"candidates"`},
		{call{path: "/v1beta1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent", key: apiKey, body: contents}, 200, `"candidates"`},
		{call{path: "/api/v1/chat/completions", body: question}, 401, `"invalid_api_key"`},
		{call{path: "/v1beta/openai/embeddings", key: apiKey, body: question}, 404, `"unsupported_operation"`},
		{call{path: "/v1beta/openai/files", key: apiKey}, 404, `"unsupported_operation"`},
		{call{path: "/api/chat", key: apiKey, body: question}, 404, "type OpenAI"},
		{call{path: "/messages", key: apiKey, body: question}, 200, `"stop_reason"`},
		{call{path: "/anthropic/v1/messages", key: apiKey, body: question}, 200, `"stop_reason"`},
		{call{path: "/v1/v1/messages/count_tokens", key: apiKey, body: question}, 200, `"input_tokens"`},
		{call{path: "/v1/messages", body: question}, 401, `"authentication_error"`},
		{call{path: "/v1/messages/batches", key: apiKey, body: question}, 404, "batches are not offered"},
		{call{path: "/api/nothing", key: adminKey}, 404, `"not_found"`},
	} {
		w := newRig(t).do(tt.call)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s: status %d, want %d with %s: %s", tt.call.path, w.Code, tt.status, tt.says, w.Body)
		}
	}
}
