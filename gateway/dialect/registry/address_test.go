package registry_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/registry"
)

// TestResolveAddress: the paths that the presets of clients build, and what they mean.
func TestResolveAddress(t *testing.T) {
	const chat = "/v1/chat/completions"
	for line, want := range map[string]string{
		// Served as they are.
		"POST /v1/chat/completions": "", "POST /openai/v1/chat/completions": "", "GET /v1/models": "", "GET /v1beta/models/m": "",
		"POST /gemini/v1/models/m:generateContent": "", "GET /v1/models/google/m": "", "GET /v1/models/": "",
		// The version is left out, or there twice.
		"POST /chat/completions": chat, "GET /models": "/v1/models", "GET /models/m": "/v1/models/m", "POST /v1/v1/chat/completions": chat,
		"POST /openai/v1/v1/chat/completions": chat, "GET /v1/v1/models": "/v1/models", "POST /v1/chat/completions/": chat,
		"POST /images/generations": "/v1/images/generations", "POST /api/v1/images/edits": "/v1/images/edits",
		// Gemini's own OpenAI surface, and an OpenAI client at a Gemini address.
		"POST /v1beta/openai/chat/completions": chat, "GET /v1beta/openai/models": "/v1/models", "POST /v1beta/openai/images/generations": "/v1/images/generations",
		"GET /v1beta/openai/models/gemini-2.5-flash": "/v1/models/gemini-2.5-flash", "POST /v1beta/openai/embeddings": "/v1/embeddings",
		"POST /gemini/v1/chat/completions": chat, "POST /gemini/v1beta/openai/chat/completions": chat, "POST /gemini/chat/completions": chat,
		"POST /v1beta/chat/completions": chat, "GET /gemini/v1beta/openai/models": "/v1/models", "POST /v1beta/openai/v1/chat/completions": chat,
		// Anthropic's.
		"POST /messages": "/v1/messages", "POST /v1/v1/messages": "/v1/messages", "POST /anthropic/v1/messages/count_tokens": "/v1/messages/count_tokens", "POST /v1/messages": "", "POST /somewhere/messages": "",
		// Other services with the same format.
		"POST /api/v1/chat/completions": chat, "GET /api/v1/models": "/v1/models", "POST /api/openai/v1/chat/completions": chat, "POST /openai/chat/completions": chat,
		"POST /api/chat/completions": chat, "GET /api/models": "/v1/models", "POST /compatible-mode/v1/chat/completions": chat, "POST /api/paas/v4/chat/completions": chat,
		"POST /api/v3/chat/completions": chat, "GET /openai/models": "/v1/models",
		"POST /openai/deployments/gemini-2.5-flash/chat/completions": chat + " gemini-2.5-flash", "POST /deployments/m/images/generations": "/v1/images/generations m",
		// The whole address of an endpoint is entered where its beginning is meant.
		"POST /v1/chat/completions/chat/completions": chat, "GET /v1/chat/completions/models": "/v1/models", "POST /v1/chat/completions/v1/chat/completions": chat,
		"POST /v1/images/generations/images/edits": "/v1/images/edits", "GET /v1/models/models": "", "POST /v1/chat/completions/responses": "/v1/responses",
		"POST /api/v1/chat/completions/images/generations": "/v1/images/generations", "POST /somewhere/chat/completions/chat/completions": "",
		// Vertex's OpenAI surface.
		"POST /v1/projects/p/locations/l/endpoints/openapi/chat/completions": chat, "POST /v1beta1/projects/p/locations/l/endpoints/openapi/chat/completions": chat,
		"GET /v1/projects/p/locations/l/endpoints/openapi/models": "/v1/models", "POST /v1/projects/p/chat/completions": "",
		// Gemini clients.
		"POST /v1/v1beta/models/m:generateContent": "/gemini/v1beta/models/m:generateContent", "POST /gemini/models/m:streamGenerateContent": "/gemini/v1beta/models/m:streamGenerateContent",
		"POST /models/m:countTokens": "/gemini/v1beta/models/m:countTokens", "POST /gemini/v1/v1beta/models/a/b:predict": "/gemini/v1beta/models/a/b:predict",
		"POST /api/google/v1beta/models/m:generateContent":                                "/gemini/v1beta/models/m:generateContent",
		"POST /v1beta1/projects/p/locations/l/publishers/google/models/m:generateContent": "/gemini/v1beta/models/m:generateContent",
		"POST /gemini/v1beta1/publishers/google/models/m:streamGenerateContent":           "/gemini/v1beta/models/m:streamGenerateContent",
		"GET /gemini/models": "/gemini/v1beta/models", "GET /gemini/v1/v1beta/models": "/gemini/v1beta/models", "GET /v1beta/v1beta/models/m": "/gemini/v1beta/models/m",
		// Gemini's Files API.
		"POST /upload/v1beta/files": "/gemini/upload/v1beta/files", "POST /gemini/upload/v1/files": "/gemini/upload/v1beta/files", "POST /gemini/v1beta/upload/v1beta/files": "/gemini/upload/v1beta/files",
		"GET /v1beta/files": "/gemini/v1beta/files", "GET /gemini/v1beta/files/x": "", "DELETE /google/v1beta/files/x": "/gemini/v1beta/files/x", "GET /gemini/v1/files/x": "/gemini/v1beta/files/x",
		"GET /v1/files": "", "GET /files/x": "", "GET /v1/files/x": "", "POST /somewhere/upload/v1beta/files": "", "GET /upload/v1beta/files/x": "",
		// Gemini's Interactions API.
		"POST /v1beta/interactions": "", "GET /v1/interactions/x": "/gemini/v1beta/interactions/x", "POST /google/v1beta/interactions": "/gemini/v1beta/interactions", "POST /interactions/x/cancel": "/gemini/v1beta/interactions/x/cancel",
		"GET /interactions/x/y": "", "POST /somewhere/interactions": "",
		// What is not offered, so that its substitute is named.
		"POST /api/chat": "/v1/ollama/chat", "GET /api/tags": "/v1/ollama/tags", "GET /v1beta/openai/files": "/v1/files", "POST /gemini/v1beta/openai/v1/threads": "/v1/threads", "POST /v1/v1/responses": "/v1/responses",
		// Everything else.
		"GET /": "", "GET /health": "", "GET /api/cookies": "", "PUT /api/accounts/models/cookies": "", "GET /api/events": "", "POST /somewhere/chat/completions": "", "GET /xmodels": "",
		"GET /elsewhere/models": "", "GET /files/models": "", "GET /metrics": "", "POST /v1/chat": "",
	} {
		method, path, _ := strings.Cut(line, " ")
		if want == "" {
			want = path
		}
		got := registry.ResolveAddress(method, path)
		if have := strings.TrimSpace(got.Path + " " + got.Deployment); have != want {
			t.Errorf("%s: %q, want %q", line, have, want)
		}
	}
}
