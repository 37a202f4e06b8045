package conformance_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Where programs put their key.
const (
	bearer   = "Authorization"
	googKey  = "X-Goog-Api-Key"
	azureKey = "Api-Key"
	inQuery  = "key"
)

// preset is how a program builds a request: base is what its user enters, path what
// it appends.
type preset struct {
	program    string
	base, path string
	key        string
	body       string // empty: it asks for the models
}

// The questions of programs, with the fields that they send beside it.
const (
	plainChat   = `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hello preset"}]}`
	sampledChat = `{"model":"gemini-2.5-flash","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"hello preset"}]}],"temperature":0.7,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"max_tokens":4000,"stream":true,"stream_options":{"include_usage":true}}`
	agentChat   = `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hello preset"}],"stop":["\nObservation:"],"user":"u1","stream":true,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"auto"}`
	nameless    = `{"messages":[{"role":"user","content":"hello preset"}],"stream":false}`
	plainText   = `{"contents":[{"role":"user","parts":[{"text":"hello preset"}]}]}`
	sampledText = `{"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"hello preset"}]}],"generationConfig":{"temperature":1,"topP":0.95,"maxOutputTokens":8192,"thinkingConfig":{"includeThoughts":true}},"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}],"tools":[{"googleSearch":{}}]}`
	oldNames    = `{"system_instruction":{"parts":{"text":"Be brief."}},"contents":[{"role":"user","parts":[{"text":"hello preset"}]}],"generation_config":{"max_output_tokens":1000,"top_k":40,"stop_sequences":["END"]},"safety_settings":[]}`
)

const (
	wholeText  = "/models/gemini-2.5-flash:generateContent"
	streamText = "/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
)

// presets are programs with each of the addresses that their users enter for it.
var presets = []preset{
	{"CherryStudio, OpenAI", "", "/v1/chat/completions", bearer, sampledChat},
	{"CherryStudio, OpenAI, models", "", "/v1/models", bearer, ""},
	{"CherryStudio, Gemini", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"CherryStudio, Gemini, with a version", "/gemini/v1beta", "/v1beta" + streamText, googKey, sampledText},
	{"NextChat, OpenAI", "", "/v1/chat/completions", bearer, sampledChat},
	{"NextChat, OpenAI, with a version", "/v1", "/v1/chat/completions", bearer, sampledChat},
	{"NextChat, Google", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"ChatBox", "/v1", "/chat/completions", bearer, sampledChat},
	{"ChatBox, without a version", "", "/chat/completions", bearer, sampledChat},
	{"LobeChat, OpenAI", "/v1", "/chat/completions", bearer, sampledChat},
	{"LobeChat, Google", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"LobeChat, Azure", "", "/openai/deployments/gemini-2.5-flash/chat/completions?api-version=2024-06-01", azureKey, nameless},
	{"Open WebUI", "/v1", "/chat/completions", bearer, sampledChat},
	{"Open WebUI, models", "/v1", "/models", bearer, ""},
	{"Open WebUI, Gemini's OpenAI surface", "/v1beta/openai", "/models", bearer, ""},
	{"LibreChat", "/v1", "/chat/completions", bearer, agentChat},
	{"LibreChat, Google", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"SillyTavern, custom", "/v1", "/chat/completions", bearer, agentChat},
	{"SillyTavern, Google", "/gemini", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", inQuery, sampledText},
	{"Dify, OpenAI compatible", "/v1", "/chat/completions", bearer, agentChat},
	{"Dify, slash at the end", "/v1/", "/chat/completions", bearer, agentChat},
	{"n8n, Gemini, models", "/gemini", "/v1beta/models", inQuery, ""},
	{"n8n, Gemini", "/gemini", "/v1beta" + wholeText, googKey, plainText},
	{"one-api", "", "/v1/chat/completions", bearer, plainChat},
	{"new-api, Gemini", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"new-api, Gemini, models", "", "/v1beta/openai/models", bearer, ""},
	{"LiteLLM, openai", "/v1", "/chat/completions", bearer, agentChat},
	{"LiteLLM, gemini", "/gemini/v1beta", wholeText, googKey, oldNames},
	{"LiteLLM, vertex_ai", "", "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:generateContent", bearer, oldNames},
	{"Continue, openai", "/v1/", "chat/completions", bearer, plainChat},
	{"Continue, gemini", "/gemini/v1beta/", "models/gemini-2.5-flash:streamGenerateContent", inQuery, plainText},
	{"Cline, OpenAI compatible", "/v1", "/chat/completions", bearer, sampledChat},
	{"Cline, Gemini", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"Zed, open_ai", "/v1", "/chat/completions", bearer, agentChat},
	{"Zed, google", "/gemini", "/v1beta" + streamText, inQuery, plainText},
	{"JetBrains AI Assistant", "/v1", "/chat/completions", bearer, plainChat},
	{"JetBrains AI Assistant, models", "/v1", "/models", bearer, ""},
	{"Copilot for Obsidian, OpenAI format", "/v1", "/chat/completions", bearer, sampledChat},
	{"Copilot for Obsidian, Gemini", "/gemini", "/v1beta" + streamText, googKey, sampledText},
	{"Home Assistant, extended conversation", "/v1", "/chat/completions", bearer, agentChat},
	{"Immersive Translate, OpenAI", "/v1/chat/completions", "", bearer, plainChat},
	{"Immersive Translate, Gemini", "/gemini/v1beta" + wholeText, "", inQuery, plainText},
	{"OpenManus, Gemini's OpenAI surface", "/v1beta/openai/", "chat/completions", bearer, plainChat},
	{"a client of Gemini's address for OpenAI", "/gemini/v1", "/chat/completions", bearer, plainChat},
	{"LiteLLM, vertex_ai, OpenAI's format", "/v1/projects/p/locations/us-central1/endpoints/openapi", "/chat/completions", bearer, plainChat},
	{"a client with the whole address", "/v1/chat/completions", "/chat/completions", bearer, plainChat},
	{"a client with the whole address, models", "/v1/chat/completions", "/models", bearer, ""},
	{"a client with a preset for OpenRouter", "/api/v1", "/chat/completions", bearer, plainChat},
	{"a client with a preset for OpenRouter, models", "/api/v1", "/models", bearer, ""},
}

// testPresets replays what each program sends: it gets an answer in its own format.
func testPresets(t *testing.T, w world) {
	for _, p := range presets {
		t.Run(p.program, func(t *testing.T) {
			method := http.MethodPost
			if p.body == "" {
				method = http.MethodGet
			}
			r, err := http.NewRequestWithContext(t.Context(), method, w.URL+p.base+p.path, strings.NewReader(p.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			switch p.key {
			case bearer:
				r.Header.Set(bearer, "Bearer "+w.Key)
			case inQuery:
				query := r.URL.Query()
				query.Set(inQuery, w.Key)
				r.URL.RawQuery = query.Encode()
			default:
				r.Header.Set(p.key, w.Key)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			want := "hello preset"
			if p.body == "" {
				want = "gemini-2.5-flash"
			}
			gemini := strings.Contains(p.base+p.path, ":") || p.key == inQuery
			own := strings.Contains(string(body), `"candidates"`) || strings.Contains(string(body), `"supportedGenerationMethods"`)
			if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) || own != gemini {
				t.Errorf("%s %s: status %d, %v: %.500s", method, r.URL.Path, resp.StatusCode, err, body)
			}
		})
	}
}
